"""Rows come back as they went in, to whoever may see them, and are counted for owners."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect

from base.errors import StoreError
from canonical.audit import AuditLog
from canonical.audit.tables import METADATA, SCHEMA
from canonical.store.database import Database
from canonical.store.migrations import upgrade
from tests.canonical.audit.conftest import T0, made
from tests.canonical.test_migrations import _schema


def test_migrations_and_tables_agree(store_url: str) -> None:
    database = Database(store_url)
    with database.write() as connection:
        METADATA.create_all(connection)
        declared = _schema(connection)
        METADATA.drop_all(connection)
    upgrade(database, SCHEMA)
    with database.read() as connection:
        migrated = _schema(connection)
        assert inspect(connection).has_table(SCHEMA.version_table)
    del migrated[SCHEMA.version_table]
    assert migrated == declared
    database.close()


def test_a_row_comes_back_as_it_went_in(log: AuditLog) -> None:
    rows = [
        made(),
        made(1, purpose=None, client=None, subject=None, party_id=7, systems=(), scopes=(),
             details={}, allowed=False, actor="https://idp gbiz-2", token_id="t"),
    ]  # fmt: skip
    log.append(rows)
    assert log.of_party(7).rows == rows[::-1]


def test_rows_are_added_all_or_none(log: AuditLog) -> None:
    row = made()
    with pytest.raises(StoreError):
        log.append([row, made(1), row])
    assert log.of_party(7).rows == []


def test_pages_join_to_the_whole_also_within_one_instant(log: AuditLog) -> None:
    rows = [made(number // 3) for number in range(20)]
    log.append(rows)
    told, before, more = [], None, True
    while more:
        page = log.of_party(7, before=before, limit=3)
        told += page.rows
        before, more = (page.rows[-1].at, page.rows[-1].row_id), page.more
    assert told == sorted(rows, key=lambda row: (row.at, row.row_id), reverse=True)


def test_who_used_a_confidential_scope_shows_to_its_holder_alone(log: AuditLog) -> None:
    log.append([made(), made(1, scopes=("business.read", "succession"))])
    confidential = ("succession", "yorozu")
    assert len(log.of_party(7, scopes=["business.read"], confidential=confidential).rows) == 1
    assert len(log.of_party(7, scopes=["succession"], confidential=confidential).rows) == 2
    assert len(log.of_party(7).rows) == 2


def test_an_owner_learns_who_used_the_records_how_often_and_what_for(log: AuditLog) -> None:
    rows = [made(n, party_id=n % 2, systems=("subsidy", "yorozu")) for n in range(5)]
    refused = made(5, systems=("subsidy",), allowed=False)
    log.append([*rows, refused, made(6, systems=("it_subsidy",))])
    (use,) = log.uses("subsidy")
    assert (use.acts, use.refused, use.businesses) == (6, 1, 3)
    assert (use.first, use.last) == (T0, T0 + timedelta(seconds=5))
    assert log.uses("yorozu", since=T0 + timedelta(seconds=1), until=use.last)[0].acts == 4
    assert [row.row_id for row in log.of_system("subsidy", limit=1).rows] == [refused.row_id]
    assert log.uses("_ubsidy") == []


APPEND = """
import sys
from canonical.audit import AuditLog
from tests.canonical.audit.conftest import made

AuditLog.open(sys.argv[1]).append([made(), made(1)])
print("answered", flush=True)
"""


@pytest.mark.parametrize(("point", "kept"), [("audit.written", 0), ("audit.committed", 2)])
def test_killed_before_the_answer_a_row_may_stand_and_never_the_other_way_about(
    log: AuditLog, store_url: str, point: str, kept: int
) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", APPEND, store_url],
        env={**os.environ, "HUB_FAILPOINT": point},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        check=False,
    )
    assert (killed.returncode, killed.stdout) == (-signal.SIGKILL, b""), killed.stderr
    assert len(log.of_party(7).rows) == kept
