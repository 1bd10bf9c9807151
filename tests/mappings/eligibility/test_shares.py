"""みなし大企業: shares, officers and the other tests, known and half known."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.eligibility import Facts, Known, Shareholder
from mappings.eligibility.shares import large_companies_hold, officers_reach
from mappings.eligibility.values import Truth
from tests.mappings.eligibility.facts import facts, outcome

HALF, TWO_THIRDS = Fraction(1, 2), Fraction(2, 3)


def held(*rows: tuple[str | None, Truth]) -> list[Shareholder]:
    """Shareholders with a share as it is written, and whether they are large."""
    return [
        Shareholder(
            None if text is None else Fraction(text),
            large,
            Fraction(1, 10 ** len((text or "").partition(".")[2])),
        )
        for text, large in rows
    ]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("50", True), ("50", False)], True),
        ([("49.9", True), ("50.1", False)], False),
        ([("40", True), ("30", True), ("30", False)], True),
        ([("40", True), ("26", True), ("34", False)], None),
        ([("40", True), ("26.66", True), ("33.34", False)], None),
        ([("40", True), ("26.6", True), ("33.4", False)], None),
        ([("40", True), ("26.5", True), ("33.5", False)], False),
        ([("40", True), ("26.7", True), ("33.3", False)], None),
        ([("40", True), ("26.8", True), ("33.2", False)], True),
        ([("60", None), ("40", False)], None),
        ([("40", None), ("60", False)], False),
        ([("40", False)], None),
        ([("60", False)], False),
        ([("60", False), (None, True)], False),
        ([("40", False), (None, True)], None),
        ([("60", True)], True),
        ([], None),
    ],
)
def test_shares_of_large_companies(rows: list[tuple[str | None, Truth]], expected: Truth) -> None:
    assert large_companies_hold(held(*rows), one=HALF, together=TWO_THIRDS) is expected


def test_rows_of_one_number_are_one_shareholder() -> None:
    rows = held(("30", True), ("20", True), ("50", False))
    assert large_companies_hold(rows, one=HALF, together=TWO_THIRDS) is False
    same = [replace(row, number="9990001000001") for row in rows[:2]] + rows[2:]
    assert large_companies_hold(same, one=HALF, together=TWO_THIRDS) is True


@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from([True, False, None])), max_size=5))
def test_shares_stand_where_every_completion_agrees(rows: list[tuple[int, Truth]]) -> None:
    """Whoever is not said to be large or not, and whoever holds the rest, may be either."""
    total = sum(share for share, _large in rows)
    if total > 100:
        return
    rest: list[tuple[int, Truth]] = [(100 - total, None)] if total < 100 else []
    every = [*rows, *rest]
    answers = set()
    for flags in product(*([large] if large is not None else [True, False] for _s, large in every)):
        sure = [share for (share, _l), large in zip(every, flags, strict=True) if large]
        answers.add(max(sure, default=0) >= 50 or 3 * sum(sure) >= 200)
    told = large_companies_hold(
        held(*((str(share), large) for share, large in rows)), one=HALF, together=TWO_THIRDS
    )
    known = sum(share for share, large in rows if large)
    possible = sum(share for share, large in every if large is not False)
    if {66, 67}.isdisjoint({known, possible}):
        assert told is (answers.pop() if len(answers) == 1 else None)
    elif told is not None:
        assert answers == {told}


@pytest.mark.parametrize(
    ("officers", "expected"),
    [
        ([True, False], True),
        ([True, False, False], False),
        ([True, None, False], None),
        ([None, False, False], False),
        ([True, True, None], True),
        ([], None),
    ],
)
def test_officers(officers: list[Truth], expected: Truth) -> None:
    assert officers_reach(officers, HALF) is expected


NO = {
    "held_by_deemed": False,
    "officers_of_deemed": False,
    "taxable_income_over_1_5bn": False,
}


def _owned(large_percent: str, **answers: bool) -> Facts:
    rest = str(100 - Fraction(large_percent))
    return replace(
        facts("company", "09", 10_000_000, 10, **(NO | answers)),
        shareholders=Known(tuple(held((large_percent, True), (rest, False)))),
        officers=Known((False, False)),
    )


def test_a_small_company_of_a_large_one_is_an_sme_by_law_and_may_not_apply() -> None:
    assert outcome("basic_act", _owned("60")) == "eligible"
    assert outcome("it_subsidy", _owned("60")) == "not_eligible"
    assert outcome("it_subsidy", _owned("49")) == "eligible"


@pytest.mark.parametrize("test", ["officers", *NO])
def test_one_test_is_enough_and_an_open_one_leaves_it_open(test: str) -> None:
    assert outcome("monozukuri", _owned("10", **{test: True})) == "not_eligible"
    known = _owned("10")
    answers = {name: value for name, value in known.answers.items() if name != test}
    open_one = replace(
        known, answers=answers, officers=None if test == "officers" else known.officers
    )
    assert outcome("monozukuri", open_one) == "undetermined"


def test_a_sole_proprietor_is_asked_about_income_alone() -> None:
    known = facts("sole_proprietor", "09", None, 10, taxable_income_over_1_5bn=False)
    assert outcome("monozukuri", known) == "eligible"
    rich = facts("sole_proprietor", "09", None, 10, taxable_income_over_1_5bn=True)
    assert outcome("monozukuri", rich) == "not_eligible"


def test_large_in_a_form_is_not_large_in_tax_law() -> None:
    assert outcome("tax_special_measures", _owned("60")) == "undetermined"
    assert outcome("tax_special_measures", replace(_owned("60"), large_by="capital_over_100m")) == (
        "not_eligible"
    )


def test_a_declaration_of_another_filing_is_shown_and_decides_nothing() -> None:
    for declared in (True, False):
        known = replace(_owned("10"), declared_deemed_large=Known(declared))
        assert outcome("it_subsidy", known) == "eligible"
