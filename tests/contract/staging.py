"""One system as the suite meets it: its mock over a small world, or a real staging system.

`HUB_SUITE_<SYSTEM>` names the staging system: a connection as JSON (address and credentials), or
several by name. Then nothing is asked of a mock, and the machine's clock is the clock.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from base.clock import Clock, ManualClock, SystemClock
from base.records import Page, Window
from base.settings import Settings
from canonical.store import Store
from connectors.connector import Connector
from connectors.contracts.openapi import OpenApiContract
from connectors.declaration import Declaration, Stream
from connectors.registry import declarations
from hub.options import SyncOptions, SyncSummary
from hub.sync import make_job, open_store
from hub.transfer import SyncJob, run_sync
from mocks.credentials import ClientCredentials
from mocks.faults import Fault
from mocks.serve import MockServers
from mocks.settings import connection_variables
from mocks.systems import Mock, build_systems, default_ports
from mocks.tokens import TokenDesk
from mocks.world import World

VARIABLE = "HUB_SUITE_"
PAGES = 4
"""About so many pages a stream is read in where a test wants several."""


@dataclass
class Hub:
    """A hub of one test: an empty store, and the clock that it shares with the system."""

    settings: Settings
    store: Store
    clock: Clock
    system: str
    page_sizes: Mapping[str, int] = field(default_factory=dict)

    def job(self, stream: str, page_size: int | None = None) -> SyncJob:
        """The stream's job; with a page size every page is a batch of its own."""
        job = make_job(self.system, stream, self.settings, self.store, clock=self.clock)
        if page_size is None:
            return job
        small = replace(job.stream, page_size=page_size)
        job.connector.streams[stream] = small
        return replace(job, stream=small, batch_records=1)

    def sync(
        self, stream: str, options: SyncOptions | None = None, page_size: int | None = None
    ) -> SyncSummary:
        """Sync one stream."""
        return run_sync(self.job(stream, page_size), options)

    def held(self, stream: str) -> set[str]:
        """The keys of the stream's records that are not deleted."""
        number = self.store.stream_id(self.system, stream)
        return {key for keys in self.store.live_keys(number) for key in keys}

    @property
    def url(self) -> str:
        """The store's address, for SQLAlchemy."""
        return self.settings.database_url.replace("postgresql://", "postgresql+psycopg://")


@dataclass
class Staging:
    """A running system; `mock` is None where it is a real one."""

    system: str
    environment: dict[str, str]
    clock: Clock
    servers: MockServers | None = None

    @property
    def declaration(self) -> Declaration:
        """The connector's declaration."""
        return declarations()[self.system]

    @property
    def mock(self) -> Mock:
        """The system's mock; the test is skipped where there is none."""
        return self.world_servers.systems.mocks[self.system]

    @property
    def world_servers(self) -> MockServers:
        """The servers of the mock's world; the test is skipped where there are none."""
        if self.servers is None:
            pytest.skip(f"{VARIABLE}{self.system.upper()} names a real system: this needs its mock")
        return self.servers

    @contextmanager
    def hub(self, home: Path, database: str | None = None) -> Iterator[Hub]:
        """A hub on an empty store, SQLite in `home` unless `database` says otherwise."""
        home.mkdir(parents=True, exist_ok=True)
        given = {**self.environment, "HUB_HOME": str(home)}
        if database is not None:
            given["HUB_DATABASE_URL"] = database
            with Store.open(database) as store:
                store.upgrade()
        else:
            shutil.copy(_empty_store(home.anchor), home / "hub.sqlite")
        settings = Settings.load(given)
        with open_store(settings) as store:
            yield Hub(settings, store, self.clock, self.system)

    def path(self, stream: Stream) -> str:
        """The pattern of the requests whose answers hold the stream's records."""
        if stated := self.mock.paths.get(stream.name):
            return stated
        if stream.protocol == "csv" and "path" in stream.section:
            return "/" + str(stream.section["path"]).lstrip("/")
        if stream.protocol == "xml" and "listing" in stream.options:
            return f"{stream.options['listing']}/*"
        if stream.protocol == "rest" and stream.operation is not None:
            contract = Connector(self.declaration, _nowhere).contract(stream.name)
            if isinstance(contract, OpenApiContract):
                return re.sub(r"\{[^}]*\}", "*", contract.operation(stream.operation).path)
        return "*"

    @contextmanager
    def fault(self, stream: Stream, kind: str, **options: Any) -> Iterator[Fault]:
        """While the block runs, the system has this fault where it gives the stream's records."""
        mock = self.mock
        fault = Fault(kind, system=self.system, path=self.path(stream), **options)
        if mock.trial is not None:
            with mock.trial(stream.name, fault):
                yield fault
            return
        box = self.world_servers.faults
        box.add(fault)
        try:
            yield fault
        finally:
            box.clear()

    def advance(self, seconds: float) -> None:
        """Let time pass; a real system's clock cannot be moved."""
        if isinstance(self.clock, ManualClock):
            self.clock.advance(seconds)

    def pages(
        self, hub: Hub, stream: str, window: Window | None = None, page_size: int | None = None
    ) -> list[Page]:
        """What the connector alone reads of a window (everything up to now)."""
        bounds = window or Window(None, self.clock.now())
        connector = hub.job(stream, page_size).connector
        return list(connector.read(stream, bounds, memo=lambda _keys: {}, clock=self.clock))


def _nowhere(name: str) -> Any:
    raise LookupError(name)


@cache
def _empty_store(anchor: str) -> Path:
    """A SQLite store with its tables and nothing in it, made once for the process."""
    del anchor
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="hub-suite-"))
    with Store.open(f"sqlite:///{folder / 'hub.sqlite'}") as store:
        store.upgrade()
    return folder / "hub.sqlite"


def real_system(environ: Mapping[str, str], system: str) -> dict[str, str] | None:
    """The `HUB_CONNECTION_` variables of a real staging system; None where none is named."""
    given = environ.get(f"{VARIABLE}{system.upper()}")
    if given is None:
        return None
    if not given.lstrip().startswith("{"):
        return {f"HUB_CONNECTION_{system.upper()}": given}
    connection = json.loads(given)
    by_name = {system: connection} if "address" in connection else connection
    return connection_variables(by_name)


@contextmanager
def staging(system: str, businesses: int, folder: Path, real: dict[str, str] | None) \
        -> Iterator[Staging]:  # fmt: skip
    """The system, running: its mock over a world of that many businesses, or the real one."""
    if real is not None:
        yield Staging(system, real, SystemClock())
        return
    world = World(1, businesses)
    clock = ManualClock(world.now + timedelta(hours=1))

    def seconds() -> float:
        return clock.now().timestamp()

    made = ClientCredentials.generate()
    desk = partial(TokenDesk, seconds=seconds)
    only = frozenset([system])
    systems = build_systems(world, made, folder / "mocks", only=only, desk=desk, seconds=seconds)
    with MockServers(systems, made, dict.fromkeys(default_ports(), 0)) as servers:
        # Unlimited: the rate budget would move the shared clock while it waits for its turn.
        connections = {
            name: {**values, "rate_per_second": 0} for name, values in servers.connections().items()
        }
        yield Staging(system, connection_variables(connections), clock, servers)
