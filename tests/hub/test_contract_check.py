"""`hub contract check`: live answers beside contract and mapping."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.cli import run
from mappings.loading import load_mapping
from mocks.faults import Fault
from mocks.serve import MockServers, serve
from mocks.settings import connection_variables
from mocks.world import World
from tests.hub.hubs import APPLICATIONS_PAGE

STREAM = "subsidy.applications"
CAPITAL = "answers.資本金"


@pytest.fixture(scope="module")
def running() -> Iterator[MockServers]:
    with serve(World(1, 120), only=["subsidy", "smart_sme"]) as servers:
        yield servers


@pytest.fixture
def servers(
    running: MockServers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[MockServers]:
    for name, value in connection_variables(running.connections()).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "home"))
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield running
    running.faults.clear()
    root.handlers[:] = handlers
    root.setLevel(level)


def checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any, str]:
    """Exit code, JSON and what stands on standard error."""
    code = run(["contract", "check", *arguments, "--json"])
    said = capsys.readouterr()
    return code, json.loads(said.out) if said.out else None, said.err


def test_what_is_as_agreed(
    servers: MockServers, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, found, _ = checked(capsys, "subsidy", "smart_sme")
    assert code == 0, found
    assert [one["stream"] for one in found] == ["programs", "applications", "vendors", "tools"]
    assert all(one["agrees"] and one["mapping_holds"] for one in found)
    assert found[1]["records"] > 50
    assert not list((tmp_path / "home").glob("hub.sqlite")), "a check keeps nothing"


def test_a_new_field_is_told_and_the_mapping_holds(
    servers: MockServers, capsys: pytest.CaptureFixture[str]
) -> None:
    servers.faults.add(Fault("field_gained", path=APPLICATIONS_PAGE, field="answers.新しい欄"))
    code, (found,), _ = checked(capsys, STREAM)
    assert code == 1
    (difference,) = found["differences"]
    assert (difference["path"], difference["kind"]) == ("answers.新しい欄", "added")
    assert difference["do"].startswith("new: add it to the contract")
    assert found["mapping_holds"]


def test_a_retyped_field_names_the_rules_that_read_it(
    servers: MockServers, capsys: pytest.CaptureFixture[str]
) -> None:
    servers.faults.add(Fault("field_retyped", path=APPLICATIONS_PAGE, field=CAPITAL, value=["1"]))
    code, (found,), _ = checked(capsys, STREAM)
    assert code == 1
    (difference,) = found["differences"]
    assert (difference["path"], difference["kind"]) == (CAPITAL, "retyped")
    import mappings

    file = Path(mappings.__file__).with_name("subsidy.yaml")
    lines = file.read_text(encoding="utf-8").splitlines()
    assert load_mapping(file)
    assert all("資本金" in lines[line - 1] for line in difference["rules"])
    assert difference["rules"]
    assert not found["mapping_holds"]


@pytest.mark.parametrize(
    ("stream", "kind", "path", "rule"),
    [(STREAM, "key_missing", APPLICATIONS_PAGE, "key"),
     ("smart_sme.vendors", "column_more", "/download/vendors.csv", "columns")],
)  # fmt: skip
def test_records_that_are_none_of_the_contract_differ_from_it(
    servers: MockServers, capsys: pytest.CaptureFixture[str], stream: str, kind: str, path: str,
    rule: str,
) -> None:  # fmt: skip
    servers.faults.add(Fault(kind, path=path))
    code, (found,), _ = checked(capsys, stream)
    assert code == 1
    assert (found["agrees"], found["malformed"]) == (False, {rule: 1})
    servers.faults.add(Fault(kind, path=path))
    assert run(["contract", "check", stream]) == 1
    assert f"{stream}: 1 record outside the contract ({rule})" in capsys.readouterr().out


def test_people_read_a_line_a_difference(
    servers: MockServers, capsys: pytest.CaptureFixture[str]
) -> None:
    servers.faults.add(Fault("field_gained", path=APPLICATIONS_PAGE, field="answers.新しい欄"))
    assert run(["contract", "check", STREAM]) == 1
    said = capsys.readouterr().out
    assert "differs" in said
    assert "subsidy.applications: answers.新しい欄: " in said


def test_another_address_is_asked_with_the_same_credentials(
    servers: MockServers, capsys: pytest.CaptureFixture[str]
) -> None:
    servers.faults.add(Fault("forbidden", path=APPLICATIONS_PAGE, count=None))
    with serve(World(2, 60), only=["subsidy"], credentials=servers.credentials) as staging:
        code, (found,), _ = checked(capsys, STREAM, "--against", staging["subsidy"].address)
    assert code == 0, found
    assert found["records"] > 10


def test_a_system_that_does_not_answer_is_named(
    servers: MockServers, capsys: pytest.CaptureFixture[str]
) -> None:
    servers.faults.add(Fault("forbidden", path=APPLICATIONS_PAGE, count=None))
    code, (programs, applications), _ = checked(capsys, "subsidy")
    assert code == 1
    assert programs["agrees"]
    assert "subsidy.applications" in applications["error"]


def test_settings_and_usage(
    servers: MockServers, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert checked(capsys, "--against", "https://x.example")[0] == 2
    assert checked(capsys, "subsidy", "--against", "nowhere")[0] == 2
    monkeypatch.delenv("HUB_CONNECTION_SUBSIDY")
    assert checked(capsys, "subsidy")[0] == 3
