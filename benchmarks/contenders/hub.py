"""The hub's whole path: contract, mapping, normalising, validation, versioned claims, provenance,
quarantine and archive. Nothing is left out to be faster.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from benchmarks.contenders import Job

if TYPE_CHECKING:
    from base.settings import Settings
    from canonical.store import Store
    from hub.options import SyncSummary
    from hub.transfer import SyncJob

FLAT = Path(__file__).parents[1] / "flat"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a stream's connector, mapping and first entity are."""

    system: str | Path
    stream: str
    connection: str
    entity: str
    mapping: Path | None = None


SOURCES = {
    "flat": Source(FLAT, "businesses", "flat", "party", FLAT / "mapping.yaml"),
    "applications": Source("subsidy", "applications", "subsidy", "project"),
}


def prepare(job: Job) -> Settings:
    """Settings as an operator would write them, and a store brought up to date."""
    import polars as pl

    from base.settings import Settings
    from canonical.store import Store

    assert pl.__version__  # noqa: S101 - imported here, where it is not measured
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
    from base.clock import SystemClock
    from hub.sync import make_job as make

    source = SOURCES[job.stream]
    return make(
        source.system,
        source.stream,
        settings,
        store,
        clock=SystemClock(),
        mapping=source.mapping,
    )


def load(job: Job, prepared: Settings) -> SyncSummary:
    """One full sync, from opening the store to closing it."""
    from hub.options import SyncOptions
    from hub.sync import open_store
    from hub.transfer import run_sync

    with open_store(prepared) as store:
        return run_sync(make_job(job, prepared, store), SyncOptions(mode="full"))


def counts(job: Job, prepared: Settings, loaded: SyncSummary) -> dict[str, int]:
    """The counts of invariant 1, and what the store now holds."""
    claims = f"claim_{SOURCES[job.stream].entity}"
    questions = {
        "rows": "SELECT count(*) FROM source_record",
        "claims": f"SELECT count(*) FROM {claims} WHERE recorded_to IS NULL",
        "open_items": "SELECT count(*) FROM quarantine_item WHERE status = 'open'",
    }
    engine = sa.create_engine(prepared.database_url)
    with engine.connect() as connection:
        held = {name: connection.execute(sa.text(q)).scalar_one() for name, q in questions.items()}
    return loaded.counts | held
