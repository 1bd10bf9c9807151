"""`hub business eligibility`: golden values in, answers out, with sources and without secrets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from canonical.store import Store
from hub.cli import run
from tests.canonical.golden.claims import name
from tests.canonical.golden.world import NUMBER, World

OLD, NEW = date(2020, 4, 1), date(2026, 4, 1)
ON = "2026-11-23"
PERSON = "標本花子"
NOTHING_ELSE = ("officers=no", "held_by_deemed=no", "officers_of_deemed=no")

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A company of which applications tell capital, employees, industry and shareholders."""
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "hub"))
    assert run(["db", "upgrade"]) == 0
    with Store.open(f"sqlite:///{tmp_path / 'hub' / 'hub.sqlite'}") as store:
        made = World(store)
        made.say("registry", "r1", OLD, kind="corporation", **name("標本商店"))
        made.say("grants", "g1", NEW, capital_jpy=300_000_000, capital_jpy_unit=1000,
                 employees_regular=300, employees_permanent=12, industry_jsic="09",
                 taxable_income_over_1_5bn=False, deemed_large_company=False,
                 officer=[{"title": "取締役", "name": PERSON}])  # fmt: skip
        made.run()
        yield made


@pytest.fixture
def ask(world: World, capsys: pytest.CaptureFixture[str]) -> Ask:
    def call(*args: str) -> dict[str, Any]:
        capsys.readouterr()
        code = run(["business", "eligibility", NUMBER, "--json", *args])
        told = capsys.readouterr()
        assert code == 0, told.err
        assert PERSON not in told.out
        verdicts = json.loads(told.out)["verdicts"]
        return {one["rule_set"]: one for one in verdicts}

    return call


def test_an_answer_has_its_values_with_source_and_day(ask: Ask) -> None:
    told = ask("--on", ON)
    assert told["basic_act"]["outcome"] == "eligible"
    lines = {line["about"]: line for line in told["basic_act"]["evidence"]}
    assert lines["employees"]["source"] == "grants.applications:g1"
    assert lines["employees"]["as_of"] == str(NEW)
    assert lines["employees"]["holds"] is True
    assert "300人" in lines["employees"]["ja"]
    assert lines["capital"]["holds"] is None, "known to the thousand, it straddles the limit"
    assert lines["form"]["source"] == "registry.corporations:r1"
    assert told["basic_act"]["rule_source"]["title"]


def test_what_is_missing_is_named_and_answers_given_now_decide(ask: Ask) -> None:
    told = ask("--on", ON, "--program", "it_subsidy")["it_subsidy"]
    assert told["outcome"] == "undetermined"
    assert {one["value"] for one in told["missing"]} == {
        "shareholders", "officers", "held_by_deemed", "officers_of_deemed",
    }  # fmt: skip
    assert ["shareholders"] in told["would_decide"]["not_eligible"]
    given = [part for answer in NOTHING_ELSE for part in ("--answer", answer)]
    told = ask("--on", ON, "--program", "it_subsidy", *given, "--answer", "shareholders=no")
    assert told["it_subsidy"]["outcome"] == "eligible"
    told = ask("--on", ON, "--program", "it_subsidy", "--answer", "shareholders=yes")
    assert told["it_subsidy"]["outcome"] == "not_eligible"


@pytest.mark.parametrize(("percent", "outcome"), [("50", "not_eligible"), ("49", "eligible")])
def test_shareholders_decide(world: World, ask: Ask, percent: str, outcome: str) -> None:
    rows = [
        {"name": "標本大手株式会社", "share_percent": percent, "large_company": True},
        {"name": PERSON, "share_percent": str(100 - int(percent)), "large_company": False},
    ]
    world.say("grants", "g1", NEW, employees_regular=10, industry_jsic="09",
              taxable_income_over_1_5bn=False, shareholder=rows)  # fmt: skip
    world.run()
    given = [part for answer in NOTHING_ELSE for part in ("--answer", answer)]
    told = ask("--on", ON, "--program", "it_subsidy", *given)["it_subsidy"]
    assert told["outcome"] == outcome


def test_a_value_past_its_freshness_is_said_to_be(ask: Ask) -> None:
    assert ask("--on", ON)["basic_act"]["stale"] == []
    assert "employees" in ask("--on", "2027-06-01")["basic_act"]["stale"]


def test_the_permanent_employees_are_another_number(world: World, ask: Ask) -> None:
    world.say("grants", "g1", NEW, employees_permanent=12, industry_jsic="09")
    world.run()
    assert ask("--on", ON)["basic_act"]["outcome"] == "undetermined"


def test_a_confidential_record_decides_nothing(world: World, ask: Ask) -> None:
    before = ask("--on", ON)
    world.say("advice", "a1", date(2026, 10, 1), employees_regular=5000, industry_jsic="56")
    world.run()
    assert ask("--on", ON) == before


def test_people_read_it_too(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["business", "eligibility", NUMBER, "--on", ON]) == 0
    told = capsys.readouterr().out
    for words in ("basic_act: 該当 eligible", "不足 missing", "grants.applications:g1, 2026-04-01"):
        assert words in told
    assert PERSON not in told


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        ([NUMBER, "--program", "nothing"], 2, "there are: basic_act"),
        ([NUMBER, "--answer", "officers=perhaps"], 2, "QUESTION=yes or =no"),
        ([NUMBER, "--answer", "weather=yes"], 2, "there are:"),
        (["9990001000009"], 1, "hub business find"),
        ([NUMBER, "--on", "2026-06-01", "--program", "basic_act"], 0, ""),
        ([NUMBER, "--on", "2027-01-01", "--program", "basic_act"], 0, ""),
    ],
)
def test_wrong_words_are_told(
    capsys: pytest.CaptureFixture[str], args: list[str], code: int, told: str
) -> None:
    capsys.readouterr()
    assert run(["business", "eligibility", *args]) == code
    assert told in capsys.readouterr().err


@pytest.mark.usefixtures("world")
def test_no_rules_on_a_day_is_no_answer(capsys: pytest.CaptureFixture[str]) -> None:
    asked = [NUMBER, "--on", "2025-01-01", "--program", "management_plan"]
    assert run(["business", "eligibility", *asked]) == 0
    day = ["--on", "2015-01-01", "--program", "management_plan"]
    assert run(["business", "eligibility", NUMBER, *day]) == 1
