"""Invariant 6: over its failure budget a run stops with nothing half-written; the next goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from base.errors import FailureBudgetExceeded
from hub.options import SyncOptions, SyncSummary
from hub.transfer import run_sync
from mocks.faults import Fault
from mocks.serve import MockServers
from tests.faults.store_dump import dump
from tests.hub.hubs import APPLICATIONS_PAGE, SmallBatches, hub_in

PAGE_SIZE, BATCH_RECORDS = 3, 24
ONE_A_PAGE = Fault("field_lost", path=APPLICATIONS_PAGE, field="status", record=1, count=None)


@pytest.fixture
def small(servers: MockServers, tmp_path: Path) -> Iterator[SmallBatches]:
    with hub_in(servers, tmp_path / "small") as hub:
        yield hub


def sync(hub: SmallBatches, options: SyncOptions | None = None) -> SyncSummary:
    job = hub.job()
    stream = replace(job.stream, page_size=PAGE_SIZE)
    job.connector.streams["applications"] = stream
    return run_sync(replace(job, stream=stream, batch_records=BATCH_RECORDS), options)


def claim_rows(hub: SmallBatches) -> dict[str, list[Any]]:
    """The claims without batch numbers and instants, which tell of the way to them."""
    return {
        name: sorted(
            (tuple(v for v in row[1:] if not hasattr(v, "tzinfo")) for row in rows), key=repr
        )
        for name, rows in dump(hub.url).items()
        if name.startswith("claim_")
    }


def test_a_run_over_its_budget_stops_between_batches_and_the_next_goes_on(
    small: SmallBatches, servers: MockServers, tmp_path: Path
) -> None:
    servers.faults.add(ONE_A_PAGE)
    with pytest.raises(FailureBudgetExceeded) as stopped:
        sync(small)
    assert "required" in str(stopped.value)
    (run,) = small.store.runs()
    assert (run.status, run.error) == ("stopped", str(stopped.value))
    tables = dump(small.url)
    committed = run.counts
    assert run.batches >= 2
    assert committed.read == run.batches * BATCH_RECORDS == len(tables["source_record"])
    assert committed.quarantined == sum(item.level == "record" for item in small.items()) <= 20
    assert small.store.status()[0].in_progress
    assert small.store.state(small.streams["applications"]).cursor is None

    servers.faults.clear()
    spoilt = sum(item.rule == "required" for item in small.items())
    rest = sync(small)
    total = len(servers.world.visible_applications())
    assert committed.read + rest.counts["read"] == total
    healed = sync(small, SyncOptions(mode="full"))
    assert healed.counts["changed"] == spoilt > 10
    assert sync(small, SyncOptions(mode="full")).counts["unchanged"] == total
    with hub_in(servers, tmp_path / "clean") as clean:
        sync(clean)
        assert {i.rule for i in small.items()} == {i.rule for i in clean.items()}
        assert {n: len(r) for n, r in claim_rows(small).items()} == {
            n: len(r) for n, r in claim_rows(clean).items()
        }


def test_the_budget_does_not_stop_a_dry_run(small: SmallBatches, servers: MockServers) -> None:
    servers.faults.add(ONE_A_PAGE)
    shown = sync(small, SyncOptions(dry_run=True))
    assert shown.counts["quarantined"] > 20
    assert not small.store.runs()
    assert not dump(small.url)["source_record"]
