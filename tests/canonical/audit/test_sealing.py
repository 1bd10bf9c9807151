"""What is done to sealed rows is found: a row changed, taken out or put in, a block rewritten."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from base.clock import ManualClock
from canonical.audit import AuditLog
from canonical.audit.columns import COLUMNS, digest, values
from canonical.audit.sealing import Finding
from tests.canonical.audit.conftest import T0, made

ROWS = [made(number) for number in range(7)]
SECOND = ROWS[3].row_id


@pytest.fixture
def sealed(log: AuditLog) -> AuditLog:
    """Seven rows in three blocks, and an eighth that waits."""
    log.append([*ROWS[3:], *ROWS[:3]])
    assert [log.seal(3), log.seal(3), log.seal(3), log.seal(3)] == [3, 3, 1, 0]
    log.append([made(8)])
    return log


def _do(log: AuditLog, statement: str, **given: Any) -> None:
    with log.database.write() as connection:
        connection.execute(text(statement), given)


def test_what_was_left_alone_holds(sealed: AuditLog) -> None:
    found = sealed.verify()
    assert (found.blocks, found.rows, found.unsealed, found.findings) == (3, 7, 1, [])
    assert found.head is not None
    assert sealed.verify(found.head).findings == []
    sealed.seal()
    assert sealed.verify(found.head).findings == []


@pytest.mark.parametrize("column", [name for name in COLUMNS if name != "row_id"])
def test_a_change_of_any_column_is_found(sealed: AuditLog, column: str) -> None:
    other = {"at": "'2026-11-02 01:02:04.000000+00:00'", "allowed": "NOT allowed",
             "party_id": "8", "action": "'issue'", "channel": "'sso'"}  # fmt: skip
    if sealed.database.dialect == "sqlite":
        other["at"] = "'2026-11-02 01:02:04.000000'"
    value = other.get(column, f"coalesce({column}, '') || ' '")
    statement = f"UPDATE audit_row SET {column} = {value} WHERE row_id = :one"  # noqa: S608
    _do(sealed, statement, one=SECOND)
    assert sealed.verify().findings == [Finding("changed", 2, SECOND)]


def test_a_row_that_is_gone_or_came_is_found(sealed: AuditLog) -> None:
    _do(sealed, "DELETE FROM audit_row WHERE row_id = :one", one=SECOND)
    _do(sealed, "UPDATE audit_row SET block_no = 2 WHERE block_no IS NULL")
    findings = sealed.verify().findings
    assert [(one.what, one.block_no) for one in findings] == [("inserted", 2), ("missing", 2)]


def test_a_row_that_moved_to_another_block_is_found_at_both_ends(sealed: AuditLog) -> None:
    _do(sealed, "UPDATE audit_row SET block_no = 3 WHERE row_id = :one", one=SECOND)
    assert sealed.verify().findings == [
        Finding("missing", 2, SECOND), Finding("inserted", 3, SECOND),
    ]  # fmt: skip


def test_a_digest_written_anew_breaks_its_block(sealed: AuditLog) -> None:
    _do(sealed, "UPDATE audit_row SET party_id = 8 WHERE row_id = :one", one=SECOND)
    forged = made(3, row_id=SECOND, party_id=8)
    with sealed.database.write() as connection:
        old = bytes(
            connection.exec_driver_sql(
                "SELECT digests FROM audit_block WHERE block_no = 2"
            ).scalar_one()
        )
        new = old.replace(digest(values(ROWS[3])).encode(), digest(values(forged)).encode())
        assert new != old
        connection.execute(
            text("UPDATE audit_block SET digests = :new WHERE block_no = 2"), {"new": new}
        )
    assert sealed.verify().findings == [Finding("block_changed", 2)]


def test_a_block_that_is_gone_is_found(sealed: AuditLog) -> None:
    _do(sealed, "DELETE FROM audit_block WHERE block_no = 2")
    assert Finding("block_missing", 2) in sealed.verify().findings
    assert Finding("block_changed", 3) in sealed.verify().findings


def test_a_tail_that_was_cut_off_shows_by_a_head_that_was_noted(sealed: AuditLog) -> None:
    head = sealed.verify().head
    _do(sealed, "DELETE FROM audit_row WHERE block_no = 3")
    _do(sealed, "DELETE FROM audit_block WHERE block_no = 3")
    assert sealed.verify().findings == []
    assert sealed.verify(head).findings == [Finding("not_as_noted", 3)]
    sealed.seal()
    assert sealed.verify(head).findings == [Finding("not_as_noted", 3)]


def test_rows_of_a_block_that_is_gone_are_found(sealed: AuditLog) -> None:
    _do(sealed, "DELETE FROM audit_block WHERE block_no = 3")
    assert sealed.verify().findings == [Finding("block_missing", 3, ROWS[2].row_id)] or (
        sealed.verify().findings == [Finding("block_missing", 3, ROWS[6].row_id)]
    )


def test_an_empty_audit_holds(log: AuditLog) -> None:
    assert log.verify().head is None
    assert log.seal() == 0


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(turns=st.lists(st.tuples(st.integers(0, 5), st.integers(1, 4)), max_size=8))
def test_however_rows_come_and_are_sealed_each_is_in_one_block(
    log: AuditLog, turns: list[tuple[int, int]]
) -> None:
    before = log.verify()
    for rows, limit in turns:
        log.append([made(-number) for number in range(rows)])
        log.seal(limit)
    while log.seal():
        pass
    found = log.verify(before.head)
    assert (found.findings, found.unsealed) == ([], 0)
    assert found.rows == before.rows + before.unsealed + sum(rows for rows, _ in turns)


SEAL = """
import sys
from canonical.audit import AuditLog
AuditLog.open(sys.argv[1]).seal()
"""


def test_killed_while_sealing_leaves_rows_unsealed(log: AuditLog, store_url: str) -> None:
    log.append(ROWS)
    killed = subprocess.run(
        [sys.executable, "-c", SEAL, store_url],
        env={**os.environ, "HUB_FAILPOINT": "audit.block"},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (log.verify().blocks, log.verify().unsealed) == (0, 7)
    assert AuditLog(log.database, ManualClock(T0)).seal() == 7
    assert log.verify().findings == []
