"""`hub forms findings`, and who confirmed a value in `hub business show`."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from canonical.store import Store
from hub.cli import run
from tests.canonical.golden.world import NUMBER
from tests.canonical.receipts.desk import TODAY, Desk

OLD, LATER = date(2024, 4, 1), TODAY + timedelta(days=3)
PERSON, OTHER = "標本花子", "標本太郎"

Shell = Callable[..., tuple[int, str, str]]


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "hub"))
    monkeypatch.delenv("HUB_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "400")
    assert run(["db", "upgrade"]) == 0
    with Store.open(f"sqlite:///{tmp_path / 'hub' / 'hub.sqlite'}") as store:
        desk = Desk(store)
        desk.say("registry", "r1", OLD, kind="corporation", representative_name=PERSON)
        desk.say("grants", "g1", OLD, phone="03-1")
        desk.run()
        desk.fill_in("representative_name", "phone")
        desk.file("g2", LATER, phone="03-1", representative_name=OTHER)
        desk.run()

    def call(*args: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(list(args))
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def _rows(shell: Shell, *args: str) -> list[dict[str, Any]]:
    code, out, err = shell("forms", "findings", "--json", *args)
    assert code == 0, err
    return list(json.loads(out))


def test_what_the_register_should_know_is_listed_and_persons_are_masked(shell: Shell) -> None:
    (row,) = _rows(shell)
    assert (row["kind"], row["record"], row["field"]) == ("not_registered", "r1", "representative")
    assert (row["as_of"], row["corrected_on"]) == (str(OLD), str(LATER))
    assert row["by"] == "grants.applications:g2"
    assert PERSON not in str(row)
    assert OTHER not in str(row)
    (row,) = _rows(shell, "--show-personal")
    assert row["says"] == {"representative_name": PERSON}
    assert row["corrected"] == {"representative_name": OTHER}
    code, out, _ = shell("forms", "findings")
    assert (code, "登記未反映" in out, OTHER in out) == (0, True, False)


def test_since_and_system_choose(shell: Shell) -> None:
    assert _rows(shell, "--since", "2099-01-01") == []
    assert len(_rows(shell, "--since", "2000-01-01T09:00")) == 1
    assert _rows(shell, "--system", "corporate_number") == []
    code, _, err = shell("forms", "findings", "--system", "nobody")
    assert (code, "corporate_number" in err) == (2, True)


def test_who_confirmed_a_value_is_shown_beside_it(shell: Shell) -> None:
    code, out, _ = shell("business", "show", NUMBER, "--json")
    assert code == 0
    first, again = json.loads(out)["fields"]["phone"]
    assert first["confirmed"] == [{"by": "grants.applications:g2", "on": str(LATER)}]
    assert (again["repeats"], again["as_of"]) == (True, str(OLD))
    _, text, _ = shell("business", "show", NUMBER)
    assert f"confirmed by grants.applications:g2 on {LATER}" in text
