"""A kill at any point of a commit leaves all of the commit, or nothing of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from base.failpoint import POINTS
from canonical.store import Store
from canonical.store.tables import METADATA
from tests.canonical.builders import Syncing

ALWAYS = ("commit.claims", "commit.done")
COMMIT_POINTS = [
    pytest.param(point, marks=() if point in ALWAYS else pytest.mark.deep)
    for point in POINTS
    if point.startswith("commit.")
]
SECOND_BATCH = """
import sys
from canonical.store import Store
from tests.canonical.test_kills import second_batch
from tests.canonical.builders import Syncing

with Store.open(sys.argv[1]) as store:
    second_batch(Syncing.again(store))
"""


def first_batch(sync: Syncing) -> None:
    sync.commit(
        {"a": "1", "b": "1", "c": "1"},
        {"party": [{"key": key, "name": key} for key in "ab"]},
        refused={"c": "date"},
    )


def second_batch(sync: Syncing) -> None:
    sync.commit(
        {"a": "2", "c": "2", "d": "1"},
        {"party": [{"key": key, "name": key * 2} for key in "acd"]},
        field_refusals=[("a", "unit", "資本金")],
        deleted=["b"],
        memos={"a": "note"},
    )


def _rows(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table; the owner of the lease is another process each time."""
    with store.database.read() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in METADATA.sorted_tables
            if table.name != "lease"
        }


@pytest.mark.parametrize("point", COMMIT_POINTS)
def test_a_killed_commit_leaves_all_or_nothing(store: Store, point: str, tmp_path: Path) -> None:
    first_batch(Syncing(store))
    url = store.database.engine.url.render_as_string(hide_password=False)
    before = _rows(store)
    killed = subprocess.run(
        [sys.executable, "-c", SECOND_BATCH, url],
        env={**os.environ, "HUB_FAILPOINT": point},
        stderr=subprocess.PIPE,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    after = _rows(store)
    if point != "commit.done":
        assert after == before
        second_batch(Syncing.again(store))
        after = _rows(store)
    assert after == _uninterrupted(tmp_path)


def _uninterrupted(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    with Store.open(f"sqlite:///{folder / 'uninterrupted.db'}") as store:
        store.upgrade()
        sync = Syncing(store)
        first_batch(sync)
        second_batch(sync)
        return _rows(store)
