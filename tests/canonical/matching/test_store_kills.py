"""A run killed at any point is taken up by the next one and ends in the same store."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from base.clock import ManualClock
from base.failpoint import MATCH_POINTS
from canonical.matching import run
from canonical.store import Store
from canonical.store.tables import METADATA
from tests.canonical.matching.businesses import Filled, Record, copied, corporation, proprietor

ALWAYS = {"match.compared", "match.done"}
POINTS = [
    pytest.param(point, marks=() if point in ALWAYS else pytest.mark.deep) for point in MATCH_POINTS
]
CHUNK = 3
RUN = """
import sys
from base.clock import ManualClock
from canonical.matching.run import match
from canonical.store import Store

with Store.open(sys.argv[1]) as store:
    match(store, ManualClock(), chunk_records=int(sys.argv[2]))
"""


def _records() -> Sequence[Record]:
    return [
        *(Record("register", f"r{of}", corporation(of)) for of in range(4)),
        *(Record("subsidy", f"s{of}", corporation(of, corporate_number=None)) for of in range(4)),
        *(Record("accounts", f"a{of}", proprietor(of)) for of in range(3)),
        *(Record("succession", f"c{of}", corporation(of)) for of in range(2)),
    ]


def _fill(filled: Filled) -> None:
    """Something matched before, and a change, a deletion and new records to match."""
    records = _records()
    filled.write(records[:6])
    run.match(filled.store, ManualClock())
    filled.write(records[6:])
    filled.write([Record("subsidy", "s0", corporation(1, corporate_number=None))])
    filled.delete("register", ["r2"])


@pytest.mark.parametrize("point", POINTS)
def test_killed_and_run_again_equals_uninterrupted(
    store: Store, point: str, migrated_sqlite: Path, tmp_path: Path
) -> None:
    _fill(Filled(store))
    url = store.database.engine.url.render_as_string(hide_password=False)
    killed = subprocess.run(
        [sys.executable, "-c", RUN, url, str(CHUNK)],
        env={**os.environ, "HUB_FAILPOINT": f"{point}:2"},
        stderr=subprocess.PIPE,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    run.match(store, ManualClock(), chunk_records=CHUNK)
    with copied(migrated_sqlite, tmp_path, "uninterrupted") as other:
        _fill(other)
        run.match(other.store, ManualClock(), chunk_records=CHUNK)
        assert _rows(store) == _rows(other.store)


def test_of_two_runs_at_once_one_begins_its_chunk_again(store: Store) -> None:
    _fill(Filled(store))
    with store.database.read() as connection:
        step = run._prepared(store, connection, full=False, chunk_records=None)
    assert step is not None
    run.match(store, ManualClock())
    before = _rows(store)
    assert run._written(store, step, ManualClock().now()) is None
    assert _rows(store) == before


def _rows(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table; the owner of a lease is another process each time."""
    with store.database.read() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in METADATA.sorted_tables
            if table.name != "lease"
        }
