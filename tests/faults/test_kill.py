"""A sync killed at any named point, and run again, leaves what an uninterrupted one leaves.

Invariants 1, 2 and 5: real processes, SIGKILL, real servers, both databases, stores compared row
by row and archives file by file.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from base.failpoint import POINTS
from mocks.serve import MockServers, serve
from mocks.settings import connection_variables
from mocks.world import World
from tests import postgres
from tests.faults.store_dump import archived, dump

ROOT = Path(__file__).resolve().parents[2]
INSTANT = "2026-12-20T09:00:00+00:00"
BATCH_RECORDS, PAGE_SIZE = 25, 10
PER_BATCH = set(POINTS) - {"run.started", "run.ended", "page.read"}

Stored = tuple[dict[str, list[tuple[Any, ...]]], dict[str, list[tuple[Any, ...]]]]


class World120:
    """The mock servers of one small world, and the stores of uninterrupted syncs of it."""

    def __init__(self, servers: MockServers, folder: Path) -> None:
        self.servers = servers
        self.folder = folder
        self._expected: dict[str, Stored] = {}

    def sync(self, home: Path, database: str, failpoint: str | None = None) -> int:
        """Sync in a process of its own; returns its exit code (-9 when it was killed)."""
        # Unlimited: the rate budget would move the fixed clock while it waits for its turn.
        connections = {
            name: {**values, "rate_per_second": 0}
            for name, values in self.servers.connections().items()
        }
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("HUB_")},
            **connection_variables(connections),
            "HUB_HOME": str(home),
            "HUB_DATABASE_URL": database,
            "PYTHONPATH": str(ROOT),
            **({"HUB_FAILPOINT": failpoint} if failpoint else {}),
        }
        module = "tests.faults.sync_process"
        arguments = ["subsidy", "applications", INSTANT, str(BATCH_RECORDS), str(PAGE_SIZE)]
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in {0, -signal.SIGKILL}, done.stderr
        return done.returncode

    def expected(self, kind: str, database: str, home: Path) -> Stored:
        """What an uninterrupted sync leaves in a store of this kind."""
        if kind not in self._expected:
            assert self.sync(home, database) == 0
            self._expected[kind] = (dump(sqlalchemy_url(database)), archived(home / "archive"))
        return self._expected[kind]


def sqlalchemy_url(database: str) -> str:
    return database.replace("postgresql://", "postgresql+psycopg://")


@contextmanager
def database(kind: str, home: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    if kind == "sqlite":
        home.mkdir(parents=True)
        yield f"sqlite:///{home / 'hub.sqlite'}"
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    with server.database() as url:
        migrate(url)
        yield url


def migrate(url: str) -> None:
    from canonical.store import Store

    with Store.open(url) as store:
        store.upgrade()


@pytest.fixture(
    scope="module", params=[1, *(pytest.param(seed, marks=pytest.mark.deep) for seed in (2, 6))]
)
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World120]:
    with serve(World(request.param, 120), only=["subsidy"]) as servers:
        yield World120(servers, tmp_path_factory.mktemp("worlds"))


def cases() -> Iterator[Any]:
    """The commit's points once on SQLite, one on PostgreSQL; deep: all, later batches, both."""
    quick_on_postgresql = {"commit.done"}
    for point in POINTS:
        quick = point.startswith("commit.") or point == "archive.renamed"
        on_sqlite = [] if quick else [pytest.mark.deep]
        yield pytest.param(point, 1, "sqlite", id=f"{point}-1-sqlite", marks=on_sqlite)
        on_postgresql = [pytest.mark.postgresql]
        if point not in quick_on_postgresql:
            on_postgresql.append(pytest.mark.deep)
        yield pytest.param(point, 1, "postgresql", id=f"{point}-1-postgresql", marks=on_postgresql)
        for occurrence in (2, 3) if point in PER_BATCH else (4, 7) if point == "page.read" else ():
            for kind in ("sqlite", "postgresql"):
                marks = [pytest.mark.deep, *([pytest.mark.postgresql] * (kind == "postgresql"))]
                yield pytest.param(
                    point, occurrence, kind, id=f"{point}-{occurrence}-{kind}", marks=marks
                )


@pytest.mark.parametrize(("point", "occurrence", "kind"), list(cases()))
def test_killed_and_resumed_equals_uninterrupted(
    point: str,
    occurrence: int,
    kind: str,
    world: World120,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    with ExitStack() as stack:
        reference = tmp_path / "reference"
        whole = stack.enter_context(database(kind, reference, request))
        expected = world.expected(kind, whole, reference)
        home = tmp_path / "killed"
        url = stack.enter_context(database(kind, home, request))
        assert world.sync(home, url, f"{point}:{occurrence}") == -signal.SIGKILL
        assert world.sync(home, url) == 0
        found = (dump(sqlalchemy_url(url)), archived(home / "archive"))
    for name, rows in expected[0].items():
        assert found[0][name] == rows, f"table {name} differs"
    assert found == expected


def test_the_world_has_several_batches_and_something_of_everything(
    world: World120, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Without this, the comparison above could hold over nearly empty stores."""
    home = tmp_path / "reference"
    with database("sqlite", home, request) as url:
        tables, archive = world.expected("sqlite", url, home)
    assert len(tables["batch"]) >= 3
    assert len(archive) >= 4
    for name in ("claim_party", "claim_project", "claim_procedure", "quarantine_item"):
        assert tables[name], f"{name} is empty"
