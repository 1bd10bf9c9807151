"""A hub on a store of its own, pointed at running mock servers, with small batches and pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from base.clock import ManualClock
from base.settings import Settings
from canonical.store import Store
from canonical.store.batch import QuarantineItem
from hub.options import OnProgress, SyncOptions, SyncSummary
from hub.sync import make_job, mapping_file, open_store
from hub.transfer import SyncJob, run_sync
from mocks.serve import MockServers
from mocks.settings import connection_variables

PAGE_SIZE, BATCH_RECORDS = 50, 100
NOW = datetime(2026, 12, 20, 9, 0, tzinfo=UTC)
APPLICATIONS_PAGE = "/applicant/v1/applications"
STREAMS = ("programs", "applications")


@dataclass
class SmallBatches:
    """A hub whose syncs have several pages a batch and several batches."""

    settings: Settings
    store: Store
    clock: ManualClock

    def job(self, stream: str = "applications", **given: Any) -> SyncJob:
        job = make_job("subsidy", stream, self.settings, self.store, clock=self.clock, **given)
        small = replace(job.stream, page_size=PAGE_SIZE)
        job.connector.streams[stream] = small
        return replace(job, stream=small, batch_records=BATCH_RECORDS)

    def sync(
        self,
        stream: str = "applications",
        options: SyncOptions | None = None,
        on_progress: OnProgress | None = None,
        **given: Any,
    ) -> SyncSummary:
        return run_sync(self.job(stream, **given), options, on_progress)

    @property
    def url(self) -> str:
        """The store's address, for SQLAlchemy."""
        return self.settings.database_url.replace("postgresql://", "postgresql+psycopg://")

    @property
    def streams(self) -> dict[str, int]:
        return {name: self.store.stream_id("subsidy", name) for name in STREAMS}

    def items(self, **given: Any) -> list[QuarantineItem]:
        return self.store.quarantine(limit=100_000, **given)


def environment(servers: MockServers, home: Path, database: str | None = None) -> dict[str, str]:
    """The HUB_ variables of a hub in `home` on these servers."""
    # Unlimited: the rate budget would move the fixed clock while it waits for its turn.
    connections = {
        name: {**values, "rate_per_second": 0} for name, values in servers.connections().items()
    }
    found = {**connection_variables(connections), "HUB_HOME": str(home)}
    return {**found, "HUB_DATABASE_URL": database} if database else found


@contextmanager
def hub_in(
    servers: MockServers, home: Path, database: str | None = None, now: datetime = NOW
) -> Iterator[SmallBatches]:
    """A hub in a folder; its store is created and migrated."""
    settings = Settings.load(environment(servers, home, database))
    if database is not None:
        with Store.open(database) as store:
            store.upgrade()
    with open_store(settings) as store:
        yield SmallBatches(settings, store, ManualClock(now))


def mended(folder: Path, *changes: tuple[str, str]) -> Path:
    """A copy of the subsidy mapping in which each text is replaced, once, by another."""
    text = mapping_file("subsidy").read_text(encoding="utf-8")
    for old, new in changes:
        if text.count(old) != 1:
            raise AssertionError(f"{old!r} stands {text.count(old)} times in the mapping")
        text = text.replace(old, new)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "subsidy.yaml"
    path.write_text(text, encoding="utf-8")
    schema = mapping_file("subsidy").with_name("mapping.schema.json")
    path.with_name(schema.name).write_bytes(schema.read_bytes())
    return path
