"""One small world behind real servers, and a hub of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from base.clock import ManualClock
from base.settings import Settings
from canonical.store import Store
from hub.options import OnProgress, SyncOptions, SyncSummary
from hub.sync import make_job, open_store
from hub.transfer import SyncJob, run_sync
from mocks.serve import MockServers, serve
from mocks.settings import connection_variables
from mocks.world import World

PAGE_SIZE = 20
NOW = datetime(2026, 12, 20, 9, 0, tzinfo=UTC)


@dataclass
class Hub:
    """A hub on SQLite in a folder of its own, pointed at the mock servers."""

    settings: Settings
    store: Store
    clock: ManualClock

    def job(self, stream: str = "applications", **given: Any) -> SyncJob:
        """The stream's job with small pages, so that a small world has several."""
        job = make_job("subsidy", stream, self.settings, self.store, clock=self.clock, **given)
        small = replace(job.stream, page_size=PAGE_SIZE)
        job.connector.streams[stream] = small
        return replace(job, stream=small)

    def sync(
        self,
        stream: str = "applications",
        options: SyncOptions | None = None,
        on_progress: OnProgress | None = None,
    ) -> SyncSummary:
        return run_sync(self.job(stream), options, on_progress)


@pytest.fixture
def servers() -> Iterator[MockServers]:
    with serve(World(1, 120), only=["subsidy"]) as running:
        yield running


@pytest.fixture
def hub(servers: MockServers, tmp_path: Path) -> Iterator[Hub]:
    environment = {
        **connection_variables(servers.connections()),
        "HUB_HOME": str(tmp_path / "hub"),
    }
    settings = Settings.load(environment)
    with open_store(settings) as store:
        yield Hub(settings, store, ManualClock(NOW))
