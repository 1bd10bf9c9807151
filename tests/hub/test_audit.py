"""Invariant 10 at the command line: every read of a business names its purpose and leaves a row."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import click
import pytest

from canonical.audit import AuditLog, AuditRow, Channel
from canonical.store import Store
from hub.audited import OPERATION
from hub.cli import cli, run
from tests.canonical.golden.claims import name
from tests.canonical.golden.world import NUMBER, World

OLD, NEW = date(2020, 4, 1), date(2026, 4, 1)
Shell = Callable[..., tuple[int, str, str]]

READS_NO_BUSINESS = {
    # They tell who read and not what was read,
    "hub audit report", "hub audit seal", "hub audit verify",
    # or definitions and states,
    "hub alerts check", "hub alerts list", "hub alerts test-channel",
    "hub connection check", "hub connector check", "hub connector list", "hub contract check",
    "hub db backup", "hub db copy", "hub db upgrade", "hub doctor",
    "hub forms list", "hub forms overlap", "hub forms schema", "hub forms show",
    "hub forms suggest", "hub mapping check", "hub mapping diff", "hub match models", "hub mocks",
    "hub new-connector", "hub state reset", "hub state show", "hub status",
    # or how many they dealt with.
    "hub consolidate", "hub golden run", "hub match activate", "hub match decide",
    "hub match merge", "hub match run", "hub match train", "hub match unmerge",
    "hub quarantine discard", "hub quarantine replay", "hub replay", "hub sync",
}  # fmt: skip
"""Commands that print counts, definitions or what they did, and nothing of a business."""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "hub"))
    assert run(["db", "upgrade"]) == 0
    with Store.open(f"sqlite:///{tmp_path / 'hub' / 'hub.sqlite'}") as opened:
        yield opened


@pytest.fixture
def world(store: Store) -> World:
    made = World(store)
    made.say("registry", "r1", OLD, kind="corporation", **name("旧商店"))
    made.say("grants", "g1", NEW, kind="corporation", **name("新商店"))
    made.say("advice", "a1", NEW, has_successor=False, **name("秘密商店"))
    made.run()
    return made


@pytest.fixture
def log(store: Store, tmp_path: Path) -> Iterator[AuditLog]:
    opened = AuditLog.open(f"sqlite:///{tmp_path / 'hub' / 'side.sqlite'}")
    yield opened
    opened.close()


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    def call(*args: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(list(args))
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def _rows(log: AuditLog) -> list[AuditRow]:
    from sqlalchemy import select

    from canonical.audit.columns import row_of
    from canonical.audit.tables import AUDIT_ROW

    query = select(AUDIT_ROW).order_by(AUDIT_ROW.c.at, AUDIT_ROW.c.row_id)
    with log.database.read() as connection:
        return [row_of(dict(row)) for row in connection.execute(query).mappings()]


def _leaves(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for one in command.list_commands(context):
            found = command.get_command(context, one)
            assert found is not None
            yield from _leaves(found, f"{path} {one}")
    else:
        yield path, command


def test_every_command_is_audited_or_is_known_to_read_no_business() -> None:
    every = dict(_leaves(cli, "hub"))
    unmarked = {
        path
        for path, command in every.items()
        if not path.startswith(("hub sso", "hub api"))
        and "purpose" not in {parameter.name for parameter in command.params}
    }
    assert unmarked == READS_NO_BUSINESS


READS = [
    (["business", "show", NUMBER], {NUMBER}, {"registry", "grants"}),
    (["business", "show", NUMBER, "--json", "--history"], {NUMBER}, {"registry", "grants"}),
    (["business", "find", "商店"], {NUMBER}, {"registry", "grants"}),
    (["business", "conflicts"], {NUMBER}, {"registry", "grants"}),
    (["business", "eligibility", NUMBER], {NUMBER}, {"registry", "grants"}),
    (["match", "show", NUMBER], {NUMBER}, {"registry", "grants"}),
    (["golden", "check"], set(), {"registry", "grants"}),
    (["changes"], set(), set()),
]
NAMES = [" ".join(arguments[:2]) for arguments, _, _ in READS]


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(("arguments", "parties", "systems"), READS, ids=NAMES)
def test_a_read_leaves_a_row_for_each_business_it_shows(
    shell: Shell, log: AuditLog, arguments: list[str], parties: set[str], systems: set[str]
) -> None:
    code, _, err = shell(*arguments, "--purpose", "inspection")
    assert code == 0, err
    rows = _rows(log)
    assert {str(row.party_id) for row in rows if row.party_id} == parties
    assert {system for row in rows for system in row.systems} == systems
    assert {row.purpose for row in rows} == {"inspection"}
    assert {row.channel for row in rows} == {Channel.COMMAND_LINE}
    assert {row.operation for row in rows} == {f"hub {' '.join(arguments[:2])}".removesuffix(" ")}
    assert log.verify().unsealed == 0


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    "arguments", [a for a, _, _ in READS], ids=[" ".join(a[:2]) for a, _, _ in READS]
)
def test_nothing_is_shown_when_the_row_cannot_be_written(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setenv("HUB_SIDE_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    code, out, err = shell(*arguments)
    assert (code != 0, out) == (True, "")
    assert "商店" not in err


@pytest.mark.usefixtures("world")
def test_a_scope_that_was_used_stands_in_the_row(shell: Shell, log: AuditLog) -> None:
    assert shell("business", "show", NUMBER, "--scope", "advice")[0] == 0
    (row,) = _rows(log)
    assert (row.scopes, row.purpose, "advice" in row.systems) == (("advice",), OPERATION, True)


@pytest.mark.usefixtures("world")
def test_a_look_that_finds_nothing_leaves_a_row_too(shell: Shell, log: AuditLog) -> None:
    assert shell("business", "find", "工業")[0] == 1
    assert shell("match", "show", "12345")[0] == 1
    found, refused = _rows(log)
    assert (found.party_id, found.allowed) == (None, True)
    assert (refused.party_id, refused.allowed, refused.rule) == (None, False, "StoreError")


@pytest.mark.usefixtures("world")
def test_an_export_of_all_businesses_shows_to_each_of_them(
    shell: Shell, log: AuditLog, tmp_path: Path
) -> None:
    assert shell("export", "gif", "--out", str(tmp_path / "all.jsonl"))[0] == 0
    (row,) = log.of_party(int(NUMBER)).rows
    assert (row.operation, set(row.systems)) == ("hub export gif", {"registry", "grants"})
    assert "every business" in shell("audit", "report", "--system", "grants")[1]
    one = ["--party", NUMBER, "--out", str(tmp_path / "one.jsonl")]
    assert shell("export", "gif", *one)[0] == 0
    assert log.of_party(int(NUMBER)).rows[0].party_id == int(NUMBER)


@pytest.mark.usefixtures("world")
def test_a_purpose_is_a_word(shell: Shell, log: AuditLog) -> None:
    assert shell("business", "find", "商店", "--purpose", "I felt like it")[0] == 2
    assert _rows(log) == []


@pytest.mark.usefixtures("world")
def test_an_owner_s_report_and_the_list_of_a_business(shell: Shell, log: AuditLog) -> None:
    shell("business", "show", NUMBER)
    code, out, _ = shell("audit", "report", "--system", "grants", "--json")
    told = json.loads(out)
    assert (code, told["uses"][0]["operation"], told["uses"][0]["acts"]) == (
        0, "hub business show", 1,
    )  # fmt: skip
    assert [row["party_id"] for row in told["rows"]] == [NUMBER]
    assert "hub business show" in shell("audit", "report", "--system", "grants")[1]
    assert "Nobody read" in shell("audit", "report", "--system", "advice")[1]
    assert "hub business show" in shell("audit", "list", "--party", NUMBER)[1]
    assert _rows(log)[-1].operation == "hub audit list"


@pytest.mark.usefixtures("world")
def test_verify_says_what_was_done_to_the_audit(shell: Shell, log: AuditLog) -> None:
    shell("business", "show", NUMBER)
    code, out, _ = shell("audit", "verify", "--json")
    head = json.loads(out)["head"]
    assert code == 0
    assert shell("audit", "verify", "--noted", head)[0] == 0
    with log.database.write() as connection:
        connection.exec_driver_sql("UPDATE audit_row SET purpose = 'nothing'")
    code, out, _ = shell("audit", "verify")
    assert (code, "was changed since it was sealed" in out) == (1, True)
    assert shell("audit", "verify", "--noted", "1:abc")[0] == 2
