"""The hub's whole path: contract, mapping, normalising, validation, versioned claims, provenance,
quarantine and archive. Nothing is left out to be faster.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from base.clock import SystemClock
from benchmarks.contenders import Job

if TYPE_CHECKING:
    from base.settings import Settings
    from canonical.store import Store
    from hub.options import SyncSummary
    from hub.transfer import SyncJob

DATASETS_END = datetime(2026, 12, 1, tzinfo=UTC)
"""The datasets hold nothing that happened later."""

FLAT = Path(__file__).parents[1] / "flat"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a stream's connector and mapping are."""

    system: str | Path
    stream: str
    connection: str
    mapping: Path | None = None


SOURCES = {
    "flat": Source(FLAT, "businesses", "flat", FLAT / "mapping.yaml"),
    "applications": Source("subsidy", "applications", "subsidy"),
}


def prepare(job: Job) -> Settings:
    """Settings as an operator would write them, and a store brought up to date."""
    from base.settings import Settings
    from canonical.store import Store

    for name in ("polars", "hub.sync", "hub.transfer", "jsonschema"):
        import_module(name)  # here, where it is not measured
    access = {
        "address": job.address,
        "token_url": f"{job.address}/oauth/token",
        "client_id": "benchmark",
        "client_secret": "benchmark",
    }
    settings = Settings.load(
        {
            "HUB_HOME": str(job.home / "hub"),
            "HUB_DATABASE_URL": job.database,
            f"HUB_CONNECTION_{SOURCES[job.stream].connection.upper()}": json.dumps(access),
        }
    )
    settings.home.mkdir(parents=True, exist_ok=True)
    with Store.open(settings.database_url) as store:
        store.upgrade()
    return settings


def make_job(job: Job, settings: Settings, store: Store) -> SyncJob:
    """The sync that `hub sync` would run, over the benchmark's connector."""
    from hub.sync import make_job as make

    source = SOURCES[job.stream]
    return make(
        source.system, source.stream, settings, store, clock=Later(), mapping=source.mapping
    )


class Later(SystemClock):
    """The system's clock, or one that has passed the synthetic world's days where it has not."""

    def now(self) -> datetime:
        """An instant at which every record of the datasets lies in the past."""
        real = super().now()
        return real if real > DATASETS_END else DATASETS_END + timedelta(seconds=self.monotonic())


def load(job: Job, prepared: Settings) -> SyncSummary:
    """One full sync, from opening the store to closing it."""
    from hub.options import SyncOptions
    from hub.sync import open_store
    from hub.transfer import run_sync

    with open_store(prepared) as store:
        return run_sync(make_job(job, prepared, store), SyncOptions(mode="full"))


def counts(job: Job, prepared: Settings, loaded: SyncSummary) -> dict[str, int]:
    """The counts of invariant 1, and what the store now holds.

    `claims` are the current ones of every entity, `open_items` those in quarantine.
    """
    engine = sa.create_engine(prepared.database_url)
    tables = [name for name in sa.inspect(engine).get_table_names() if name.startswith("claim_")]
    with engine.connect() as connection:

        def count(table: str, where: str = "true") -> int:
            query = sa.text(f"SELECT count(*) FROM {table} WHERE {where}")
            return int(connection.execute(query).scalar_one())

        return loaded.counts | {
            "rows": count("source_record"),
            "claims": sum(count(table, "recorded_to IS NULL") for table in tables),
            "open_items": count("quarantine_item", "status = 'open'"),
        }
