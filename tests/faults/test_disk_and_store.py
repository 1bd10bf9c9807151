"""The archive's disk full, the store away mid-batch: a clear error, and the next sync completes."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from base.errors import StoreUnreachable
from canonical.store import database as store_database
from hub.options import Progress
from mocks.serve import MockServers
from tests import postgres
from tests.faults.store_dump import archived, dump
from tests.hub.hubs import NOW, SmallBatches, environment, hub_in

ROOT = Path(__file__).resolve().parents[2]
LARGEST_FILE = 8192
LEASE_SECONDS = 61
pytestmark = pytest.mark.postgresql


@pytest.fixture
def empty(postgres_server: postgres.Server) -> Iterator[str]:
    with postgres_server.database() as url:
        yield url


@pytest.fixture
def expected(
    servers: MockServers, postgres_server: postgres.Server, tmp_path: Path
) -> dict[str, list[Any]]:
    """What a sync leaves that nothing interrupts."""
    with postgres_server.database() as url, hub_in(servers, tmp_path / "whole", url) as hub:
        sync(hub)
        return told(hub.url)


def sync(hub: SmallBatches, on_progress: Callable[[Progress], None] | None = None) -> Any:
    from dataclasses import replace

    from hub.transfer import run_sync

    job = hub.job()
    stream = replace(job.stream, page_size=10)
    job.connector.streams["applications"] = stream
    return run_sync(replace(job, stream=stream, batch_records=25), on_progress=on_progress)


def told(url: str) -> dict[str, list[Any]]:
    """Every table's rows but without instants: a run that waited for a lease ends later."""
    return {
        name: sorted((tuple(v for v in row if not hasattr(v, "tzinfo")) for row in rows), key=repr)
        for name, rows in dump(url).items()
        if name != "stream_state"
    }


def assert_whole(tables: dict[str, list[Any]], expected: dict[str, list[Any]]) -> None:
    for name, rows in expected.items():
        assert tables[name] == rows, f"table {name} differs"


def test_a_full_disk_of_the_archive_stops_the_batch_and_the_next_sync_completes(
    servers: MockServers, empty: str, expected: dict[str, list[Any]], tmp_path: Path
) -> None:
    home = tmp_path / "hub"
    with hub_in(servers, home, empty) as hub:
        limited = in_process(servers, home, empty, largest_file=LARGEST_FILE)
        assert limited.returncode == 1
        assert "subsidy.applications: the disk of the raw archive is full" in limited.stderr
        assert "nothing of this batch was stored" in limited.stderr
        assert "Traceback" not in limited.stderr
        tables = dump(hub.url)
        assert not any(rows for name, rows in tables.items() if name.startswith("claim_"))
        assert not tables["source_record"]
        assert not tables["batch"]
        assert archived(hub.settings.archive) == {"leftovers": []}
        (run,) = hub.store.runs()
        assert run.status == "failed"
        assert "disk" in str(run.error)
        assert in_process(servers, home, empty).returncode == 0
        assert_whole(told(hub.url), expected)


def in_process(
    servers: MockServers, home: Path, database: str, largest_file: int | None = None
) -> subprocess.CompletedProcess[str]:
    def limit() -> None:
        if largest_file is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

    variables = {k: v for k, v in os.environ.items() if not k.startswith("HUB_")}
    return subprocess.run(
        [sys.executable, "-m", "tests.faults.sync_process", "subsidy", "applications",
         NOW.isoformat(), "25", "10"],
        env={**variables, **environment(servers, home, database), "PYTHONPATH": str(ROOT),
             "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=ROOT, capture_output=True, text=True, check=False, preexec_fn=limit,
    )  # fmt: skip


class LockedTable:
    """Holds a table so that the next commit stands still inside its transaction."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._holder: psycopg.Connection[Any] | None = None
        self.thread: threading.Thread | None = None

    def after_first_batch(self, act: Callable[[str], None]) -> Callable[[Progress], None]:
        """A progress callback that takes the table and lets `act` meet the waiting commit."""

        def told_of(_progress: Progress) -> None:
            if self._holder is not None:
                return
            self._holder = psycopg.connect(self.url)
            self._holder.execute("LOCK TABLE quarantine_item IN ACCESS EXCLUSIVE MODE")
            self.thread = threading.Thread(target=lambda: self._meet(act))
            self.thread.start()

        return told_of

    def _meet(self, act: Callable[[str], None]) -> None:
        with psycopg.connect(self.url, autocommit=True) as watcher:
            for _ in range(500):
                if watcher.execute(WAITING).fetchone():
                    act(self.url)
                    return
                time.sleep(0.02)

    def release(self) -> None:
        if self.thread is not None:
            self.thread.join()
        if self._holder is not None:
            self._holder.close()


WAITING = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
    " AND wait_event_type = 'Lock' AND application_name = 'sme-hub'"
)


def terminate(url: str) -> None:
    """End every connection of the hub to this database."""
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'sme-hub'"
        )


@pytest.mark.parametrize("stays_away", [False, True], ids=["comes-back", "stays-away"])
def test_a_postgresql_that_goes_away_mid_batch(
    stays_away: bool, servers: MockServers, empty: str, expected: dict[str, list[Any]],
    tmp_path: Path, postgres_server: postgres.Server,
) -> None:  # fmt: skip
    name = empty.partition("?")[0].rpartition("/")[2]

    def allow(wanted: str) -> None:
        with psycopg.connect(postgres_server.admin, autocommit=True) as admin:
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {wanted}")

    def act(url: str) -> None:
        if stays_away:
            allow("false")
            with psycopg.connect(postgres_server.admin, autocommit=True) as admin:
                admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = %s AND application_name = 'sme-hub'", [name],
                )  # fmt: skip
        else:
            terminate(url)

    with hub_in(servers, tmp_path / "hub", empty) as hub:
        locked = LockedTable(empty)
        with pytest.raises(StoreUnreachable) as away:
            sync(hub, locked.after_first_batch(act))
        assert locked.thread is not None, "the table was never locked"
        locked.release()
        if stays_away:
            allow("true")
            hub.clock.advance(LEASE_SECONDS)
        check_whole_batches_then_completes(hub, away.value, expected, ended=not stays_away)


@contextmanager
def sqlite_in_the_way(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """After the first batch another process writes, for longer than the hub waits."""
    monkeypatch.setattr(store_database, "BUSY_MS", 200)
    holders: list[sqlite3.Connection] = []

    def lock(_progress: Progress) -> None:
        if not holders:
            holders.append(sqlite3.connect(path, isolation_level=None, check_same_thread=False))
            holders[0].execute("PRAGMA busy_timeout = 10000")
            holders[0].execute("BEGIN IMMEDIATE")

    try:
        yield lock
    finally:
        for holder in holders:
            holder.close()


def test_a_sqlite_that_stays_locked_mid_batch(
    servers: MockServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hub_in(servers, tmp_path / "whole") as whole:
        sync(whole)
        expected = told(whole.url)
    path = tmp_path / "hub" / "hub.sqlite"
    with sqlite_in_the_way(path, monkeypatch) as lock, hub_in(servers, path.parent) as hub:
        with pytest.raises(StoreUnreachable) as away:
            sync(hub, lock)
        tables = dump(hub.url)
    with hub_in(servers, path.parent) as hub:
        assert tables["source_record"] == dump(hub.url)["source_record"]
        hub.clock.advance(LEASE_SECONDS)
        check_whole_batches_then_completes(hub, away.value, expected, ended=False)


def check_whole_batches_then_completes(
    hub: SmallBatches, error: StoreUnreachable, expected: dict[str, list[Any]], *, ended: bool
) -> None:
    assert str(error).startswith("subsidy.applications: the database")
    assert error.remedy
    (run,) = hub.store.runs()
    tables = dump(hub.url)
    assert run.counts.read == len(tables["source_record"]) == run.batches * 30
    if ended:
        assert (run.status, run.error) == ("failed", str(error))
    sync(hub)
    assert_whole(told(hub.url), expected)
