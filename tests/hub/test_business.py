"""`hub business` and `hub golden`: what is shown, what is masked, what is a secret."""

from __future__ import annotations

import json
import re
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
PERSON = "標本花子"

Shell = Callable[..., tuple[int, str, str]]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The store behind the command line, with one business in it."""
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "hub"))
    monkeypatch.delenv("HUB_DATABASE_URL", raising=False)
    assert run(["db", "upgrade"]) == 0
    with Store.open(f"sqlite:///{tmp_path / 'hub' / 'hub.sqlite'}") as opened:
        yield opened


@pytest.fixture
def world(store: Store) -> World:
    made = World(store)
    made.say("registry", "r1", OLD, kind="corporation", **name("旧商店"))
    made.say("grants", "g1", NEW, kind="corporation", representative_name=PERSON,
             capital_jpy=10_000_000, capital_jpy_unit=1000, industry_jsic="09",
             founded_on=date(2005, 1, 1), founded_on_precision="year",
             financial_statement=[{"period_end": date(2025, 3, 31), "sales_jpy": 60_692_000}],
             officer=[{"title": "取締役", "name": PERSON}], **name("新商店"))  # fmt: skip
    made.say("advice", "a1", NEW, has_successor=False, **name("秘密商店"))
    made.run()
    return made


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    def call(*args: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(list(args))
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def _shown(shell: Shell, *args: str) -> dict[str, Any]:
    code, out, err = shell("business", "show", NUMBER, "--json", *args)
    assert code == 0, err
    found: dict[str, Any] = json.loads(out)
    return found


@pytest.mark.usefixtures("world")
def test_each_value_stands_with_its_source_and_what_it_won_over(shell: Shell) -> None:
    told = _shown(shell)
    first, second = told["fields"]["name"]
    assert (first["values"]["name"], first["holds"], first["source"], first["record"]) == (
        "旧商店", True, "registry.corporations", "r1",
    )  # fmt: skip
    assert (second["values"]["name"], second["agrees"]) == ("新商店", False)
    assert first["as_of"] == str(OLD)
    assert first["recorded_since"]
    assert [(one["field"], one["kind"]) for one in told["conflicts"]] == [("name", "unregistered")]


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("form", [[], ["--json"], ["--history"]])
def test_personal_values_are_masked_unless_asked_for(shell: Shell, form: list[str]) -> None:
    assert PERSON not in shell("business", "show", NUMBER, *form)[1]
    assert PERSON in shell("business", "show", NUMBER, "--show-personal", *form)[1]


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("form", [[], ["--json"], ["--history"], ["--show-personal"]])
def test_a_case_shows_under_its_scope_alone(shell: Shell, form: list[str]) -> None:
    for told in shell("business", "show", NUMBER, *form)[1:]:
        assert "advice" not in told
        assert "秘密" not in told
    assert "advice.cases" in shell("business", "show", NUMBER, "--scope", "advice", *form)[1]


def test_a_business_of_cases_alone_is_as_unknown_as_one_that_is_not_there(
    world: World, shell: Shell
) -> None:
    number = "9990001000009"
    world.say("advice", "a9", NEW, corporate_number=number, **name("影商店"))
    world.run()
    known, unknown = (shell("business", "show", one) for one in (number, "9990001000008"))
    assert known == (1, "", unknown[2].replace("9990001000008", number))
    assert shell("business", "find", "影商店")[:1] == (1,)
    assert shell("business", "show", number, "--scope", "advice")[0] == 0


def test_history_and_instants_answer_what_was_believed(world: World, shell: Shell) -> None:
    believed = world.clock.now().isoformat()
    world.say("grants", "g1", NEW, kind="corporation", employees_regular=7, **name("旧商店"))
    world.run()
    told = _shown(shell, "--history")
    assert [row["version"] for row in told["versions"]] == [1, 2]
    assert "employees_regular" in told["versions"][1]["changed"]
    assert {row["record"] for row in told["records"]} == {"r1", "g1"}
    assert told["conflicts"] == []
    assert _shown(shell, "--known-at", believed)["conflicts"] != []
    assert set(_shown(shell, "--as-of", "2021-01-01")["fields"]["name"][0]["values"]) == set(
        told["fields"]["name"][0]["values"]
    )


@pytest.mark.usefixtures("world")
def test_a_business_is_found_by_record_and_by_part_of_its_name(shell: Shell) -> None:
    code, out, _ = shell("business", "show", "grants.applications:g1", "--json")
    assert (code, json.loads(out)["party"]) == (0, NUMBER)
    code, out, _ = shell("business", "find", "商店", "--json")
    assert (code, [one["name"] for one in json.loads(out)]) == (0, ["旧商店"])
    assert shell("business", "find", "工業")[0] == 1


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("text", ["株式会社旧商店", "旧商店", "旧 商店"])
def test_a_business_is_found_with_and_without_its_legal_form(
    world: World, shell: Shell, text: str
) -> None:
    said = {**name("旧商店"), "name": "株式会社旧商店"}
    world.say("registry", "r1", OLD, kind="corporation", **said)
    world.run()
    code, out, err = shell("business", "find", text)
    assert (code, "株式会社旧商店" in out) == (0, True), err


@pytest.mark.usefixtures("store")
def test_nothing_found_and_nothing_at_odds_is_said_in_words(shell: Shell) -> None:
    assert shell("business", "find", "工業") == (
        1, "", "no business has 工業 in its name, kana or trade name\n",
    )  # fmt: skip
    assert shell("business", "conflicts") == (0, "", "no claims are at odds\n")


@pytest.mark.usefixtures("world")
def test_values_are_shown_as_people_write_them(shell: Shell) -> None:
    out = shell("business", "show", NUMBER, "--history")[1]
    for told in (
        "資本金 capital_jpy", "10,000,000円 (to 1,000円)", "法人 (corporation)",
        "食料品製造業 (09)", "売上高 60,692,000円", "2005 ", "unregistered 登記未反映",
        "recorded since (JST)",
    ):  # fmt: skip
        assert told in out
    for raw in ("60692000", "10000000", "2005-01-01", "· day"):
        assert raw not in out


def test_an_instant_of_the_history_can_be_asked_for_as_it_stands(
    world: World, shell: Shell
) -> None:
    world.say("grants", "g1", NEW, kind="corporation", employees_regular=7)
    world.run()
    versions = shell("business", "show", NUMBER, "--history")[1].partition("Versions")[2]
    first = re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}", versions)
    assert first is not None
    then = shell("business", "show", NUMBER, "--known-at", first[0])[1]
    assert "employees_regular" not in then
    assert "employees_regular" in shell("business", "show", NUMBER)[1]


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["business", "show", NUMBER, "--scope", "advise"], "no stream has the scope advise"),
        (["changes", "--scope", "advise"], "no stream has the scope advise; there are: advice"),
        (["business", "conflicts", "--field", "nmae"], "nmae is no field; there are: name, addr"),
        (["business", "show", NUMBER, "--known-at", "2020-01-01"],
         f"no business answers to {NUMBER} by what was known at 2020-01-01 00:00 JST"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_said(shell: Shell, args: list[str], said: str) -> None:
    code, out, err = shell(*args)
    assert (code != 0, out) == (True, "")
    assert said in err


@pytest.mark.usefixtures("world")
def test_conflicts_are_listed_with_who_says_what(shell: Shell) -> None:
    code, out, _ = shell("business", "conflicts", "--json")
    (conflict,) = json.loads(out)
    assert code == 0
    assert (conflict["kind"], conflict["field"]) == ("unregistered", "name")
    assert [one["source"] for one in conflict["said"]] == [
        "registry.corporations", "grants.applications",
    ]  # fmt: skip
    assert json.loads(shell("business", "conflicts", "--kind", "equal_rank", "--json")[1]) == []
    assert "新商店" in shell("business", "conflicts")[1]


def test_golden_run_computes_what_waits_and_check_finds_what_is_wrong(
    world: World, shell: Shell
) -> None:
    assert "0 golden records computed" in shell("golden", "run")[1]
    assert json.loads(shell("golden", "run", "--full", "--json")[1]) == {
        "parties": 1, "changed": 0, "conflicts": 0,
    }  # fmt: skip
    assert shell("golden", "check")[0] == 0
    with world.store.database.write() as connection:
        connection.exec_driver_sql("UPDATE golden_party SET phone = '1'")
    code, out, _ = shell("golden", "check")
    assert code == 1
    assert "differ from their claims: 1 found" in out
