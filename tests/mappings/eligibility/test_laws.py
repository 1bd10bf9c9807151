"""The laws by example: limits, classes of industry, legal forms, days."""

from __future__ import annotations

import copy
from datetime import date, timedelta
from typing import Any

import pytest

from base.errors import MappingError
from mappings.eligibility import Known, Span, assess, assess_all, on, possible_forms, rule_sets
from mappings.eligibility.industries import classes_of, possible_classes
from mappings.eligibility.reading import read
from mappings.eligibility.rules import parse
from tests.mappings.eligibility.facts import TODAY, facts, outcome, rules

OKU, MAN = 100_000_000, 10_000


@pytest.mark.parametrize(
    ("law", "industry", "capital", "employees"),
    [
        ("basic_act", "09", 3 * OKU, 300),
        ("basic_act", "50", OKU, 100),
        ("basic_act", "56", 5000 * MAN, 50),
        ("basic_act", "76", 5000 * MAN, 50),
        ("basic_act", "75", 5000 * MAN, 100),
        ("basic_act", "391", 5000 * MAN, 100),
        ("basic_act", "791", 3 * OKU, 300),
        ("basic_act", "792", 5000 * MAN, 100),
        ("basic_act", "411", 5000 * MAN, 100),
        ("basic_act", "413", 3 * OKU, 300),
        ("basic_act", "693", 5000 * MAN, 100),
        ("basic_act", "691", 3 * OKU, 300),
        ("basic_act", "40", 3 * OKU, 300),
        ("enhancement_act", "199", 3 * OKU, 900),
        ("enhancement_act", "1911", 3 * OKU, 300),
        ("enhancement_act", "391", 3 * OKU, 300),
        ("enhancement_act", "3921", 3 * OKU, 300),
        ("enhancement_act", "3922", 5000 * MAN, 100),
        ("enhancement_act", "75", 5000 * MAN, 200),
        ("enhancement_act", "80", 5000 * MAN, 100),
    ],
)
def test_a_limit_itself_is_within_and_one_of_both_is_enough(
    law: str, industry: str, capital: int, employees: int
) -> None:
    within = facts("company", industry, capital, employees + 1)
    assert outcome(law, within) == "eligible"
    assert outcome(law, facts("company", industry, capital + 1, employees)) == "eligible"
    assert outcome(law, facts("company", industry, capital + 1, employees + 1)) == "not_eligible"
    person = facts("sole_proprietor", industry, None, employees)
    assert outcome(law, person) == "eligible"
    person = facts("sole_proprietor", industry, 1, employees + 1)
    assert outcome(law, person) == "not_eligible"


@pytest.mark.parametrize(
    ("law", "industry", "most"),
    [
        ("basic_act_small", "09", 20),
        ("basic_act_small", "56", 5),
        ("basic_act_small", "75", 5),
        ("small_support_act", "75", 20),
        ("small_support_act", "80", 20),
        ("small_support_act", "78", 5),
        ("small_support_act", "50", 5),
        ("management_plan", "56", 2000),
    ],
)
def test_small_enterprises_are_told_by_employees_alone(law: str, industry: str, most: int) -> None:
    assert outcome(law, facts("company", industry, 100 * OKU, most)) == "eligible"
    assert outcome(law, facts("company", industry, 1, most + 1)) == "not_eligible"


@pytest.mark.parametrize(
    ("form", "basic", "enhancement", "it"),
    [
        ("npo", "not_eligible", "not_eligible", "eligible"),
        ("association", "not_eligible", "not_eligible", "eligible"),
        ("medical", "not_eligible", "not_eligible", "eligible"),
        ("cooperative", "not_eligible", "eligible", "eligible"),
        ("conditional_cooperative", "not_eligible", "undetermined", "eligible"),
        ("religious", "not_eligible", "not_eligible", "not_eligible"),
        ("not_yet_in_business", "not_eligible", "not_eligible", "not_eligible"),
    ],
)
def test_a_law_leaves_out_the_forms_that_it_does_not_name(
    form: str, basic: str, enhancement: str, it: str
) -> None:
    known = facts(form, "83", 1, 10, taxable_income_over_1_5bn=False)
    assert [outcome(law, known) for law in ("basic_act", "enhancement_act", "it_subsidy")] == [
        basic, enhancement, it,
    ]  # fmt: skip


def test_a_medical_corporation_has_a_limit_of_its_own() -> None:
    for count, expected in ((300, "eligible"), (301, "not_eligible")):
        known = facts("medical", "83", 1, count, taxable_income_over_1_5bn=False)
        assert outcome("it_subsidy", known) == expected


@pytest.mark.parametrize(
    ("law", "first", "known", "before", "after"),
    [
        ("basic_act", date(1999, 12, 3), facts("company", "09", 2 * OKU, 400),
         "not_eligible", "eligible"),
        ("small_support_act", date(2014, 1, 7), facts("company", "75", 1, 20),
         "not_eligible", "eligible"),
        ("management_plan", date(2021, 8, 2), facts("company", "09", 10 * OKU, 2001),
         "eligible", "not_eligible"),
    ],
)  # fmt: skip
def test_the_rules_of_the_day_hold(
    law: str, first: date, known: Any, before: str, after: str
) -> None:
    assert outcome(law, known, first - timedelta(days=1)) == before
    assert outcome(law, known, first) == after


def test_before_a_law_there_is_no_answer() -> None:
    assert on(date(2016, 6, 30), ("enhancement_act",)) == []
    assert assess_all(facts(), date(1950, 1, 1)) == []


def test_every_rule_set_names_its_source_and_its_words_are_known() -> None:
    words = read("words.yaml")
    for one in rule_sets():
        assert one.source
        asked = {question for rule in one.forms.values() for question in rule.ask}
        assert asked <= set(words)


def test_an_unknown_industry_does_not_matter_where_all_classes_agree() -> None:
    assert outcome("basic_act", facts("company", None, None, 50)) == "eligible"
    assert outcome("basic_act", facts("company", None, 3 * OKU + 1, 301)) == "not_eligible"
    assert outcome("basic_act", facts("company", None, 3 * OKU + 1, 51)) == "undetermined"


def test_a_coarse_code_is_every_class_that_it_can_be() -> None:
    assert possible_classes("basic", "41") == {"service", "manufacturing_other"}
    assert possible_classes("basic", "I") == {"wholesale", "retail"}
    assert possible_classes("basic", "E") == {"manufacturing_other"}
    assert possible_classes("with_orders", "19") == {"rubber", "manufacturing_other"}
    assert possible_classes("with_orders", "39") == {"software", "service"}
    assert possible_classes("with_orders", "1919") == {"rubber", "manufacturing_other"}
    for unknown in (None, "T", "99"):
        assert possible_classes("with_orders", unknown) == classes_of("with_orders")
    assert outcome("basic_act", facts("company", "T", OKU + 1, 101)) == "undetermined"


def test_the_sustainability_subsidy_goes_by_what_a_business_does() -> None:
    none = {"taxable_income_over_1_5bn": False, "held_whole_by_capital_500m": False}
    for count, expected in ((5, "eligible"), (6, "undetermined"), (21, "not_eligible")):
        assert outcome("sustainability", facts("company", "56", 1, count, **none)) == expected
    assert outcome("sustainability", facts("company", "75", 1, 20, **none)) == "eligible"


def test_a_value_known_to_a_unit_that_straddles_a_limit_decides_nothing() -> None:
    coarse = Span.known_to(3 * OKU, 1000)
    assert outcome("basic_act", facts("company", "09", coarse, 301)) == "undetermined"
    assert outcome("basic_act", facts("company", "09", coarse, 300)) == "eligible"
    finer = Span.known_to(3 * OKU - 1000, 1000)
    assert outcome("basic_act", facts("company", "09", finer, 301)) == "eligible"


def test_a_stale_value_is_used_and_said_to_be() -> None:
    known = facts("company", "09", None, None)
    old = Known(Span.exactly(10), "grants.applications:g1", date(2020, 4, 1), stale=True)
    verdict = assess(rules("basic_act"), type(known)(known.forms, known.industry, employees=old))
    assert (verdict.outcome, verdict.stale) == ("eligible", ("employees",))
    (line,) = [line for line in verdict.evidence if line.about == "employees"]
    assert (line.source, line.as_of) == ("grants.applications:g1", date(2020, 4, 1))
    assert "10人" in line.ja
    assert "10 persons" in line.en


@pytest.mark.parametrize(
    ("kind", "form", "name", "expected"),
    [
        ("corporation", "301", "医療法人商事株式会社", {"company"}),
        ("corporation", "399", "医療法人社団標本会", {"medical"}),
        ("corporation", "399", "特定非営利活動法人標本", {"npo"}),
        ("corporation", "399", "標本事業協同組合", {"cooperative"}),
        ("corporation", None, "株式会社商工会議所ビル", {"company"}),
        ("corporation", "201", "標本市", {"public"}),
        ("sole_proprietor", None, "標本商店", {"sole_proprietor"}),
        ("pre_founder", None, None, {"not_yet_in_business"}),
        ("body", None, "標本会", {"unincorporated"}),
    ],
)
def test_legal_forms(kind: str, form: str | None, name: str | None, expected: set[str]) -> None:
    assert possible_forms(kind, form, name) == expected


def test_a_form_that_is_not_told_stays_open() -> None:
    other = possible_forms("corporation", "399", "標本")
    assert {"npo", "medical", "other"} <= other
    assert "company" not in other
    assert {"company", "npo"} <= possible_forms("corporation", None, "標本")
    assert "sole_proprietor" in possible_forms(None, None, None)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda tree: tree["versions"][1].update(valid_from="1990-01-01"), "overlap"),
        (lambda tree: tree["versions"][1].update(limits={"retail": {"employees": 1}}),
         "no limits of"),
        (lambda tree: tree["versions"][0]["forms"].update(club={}), "no legal form club"),
        (lambda tree: tree["versions"][0].pop("source"), "source"),
        (lambda tree: tree.update(asks="maybe"), "maybe"),
    ],
)  # fmt: skip
def test_a_file_that_is_wrong_is_refused(change: Any, told: str) -> None:
    tree = copy.deepcopy(read("basic_act.yaml"))
    change(tree)
    with pytest.raises(MappingError, match=told):
        parse("basic_act", tree)


def test_today_every_law_answers() -> None:
    assert {one.rules.id for one in assess_all(facts(), TODAY)} == {one.id for one in rule_sets()}
