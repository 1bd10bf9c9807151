"""A run's window is fixed once, and an interrupted one is taken up as it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from canonical.store.batch import StreamState
from hub.options import SyncOptions
from hub.windows import plan_reading, utc_text

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
BEFORE = NOW - timedelta(days=1)


def state(**given: Any) -> StreamState:
    values: dict[str, Any] = {
        "stream_id": 1,
        "system": "subsidy",
        "stream": "applications",
        "cursor": None,
        "window": None,
        "resume": None,
        "plan_version": None,
        "contract_version": None,
        "next_record_no": 0,
        "next_batch_no": 0,
        "next_item_no": 0,
        "fencing_token": 1,
        "updated_at": None,
    }
    return StreamState(**{**values, **given})


def test_the_first_read_is_everything_up_to_now() -> None:
    reading = plan_reading(SyncOptions(), NOW, state(), incremental=True)
    assert (reading.window.since, reading.window.until) == (None, NOW)
    assert reading.moves_cursor


def test_an_incremental_read_goes_on_from_the_cursor() -> None:
    reading = plan_reading(SyncOptions(), NOW, state(cursor=utc_text(BEFORE)), incremental=True)
    assert reading.window.since == BEFORE


@pytest.mark.parametrize("options", [SyncOptions(mode="full"), SyncOptions()])
def test_a_full_read_and_a_snapshot_have_no_lower_bound(options: SyncOptions) -> None:
    incremental = options.mode == "full"
    reading = plan_reading(options, NOW, state(cursor=utc_text(BEFORE)), incremental=incremental)
    assert reading.window.since is None


def test_an_interrupted_window_keeps_its_bounds_and_position() -> None:
    first = plan_reading(SyncOptions(), BEFORE, state(), incremental=True)
    left = state(window=first.state(), resume="page-7")
    reading = plan_reading(SyncOptions(), NOW, left, incremental=True)
    assert (reading.window, reading.resume) == (first.window, "page-7")


def test_a_full_read_does_not_take_up_an_incremental_window() -> None:
    first = plan_reading(SyncOptions(), BEFORE, state(), incremental=True)
    left = state(window=first.state(), resume="page-7")
    reading = plan_reading(SyncOptions(mode="full"), NOW, left, incremental=True)
    assert reading.resume is None


@pytest.mark.parametrize(
    "options",
    [
        SyncOptions(mode="backfill", since=BEFORE),
        SyncOptions(mode="replay"),
        SyncOptions(mode="file", file=Path("day.csv")),
        SyncOptions(limit=5),
        SyncOptions(dry_run=True),
    ],
)
def test_reads_that_never_move_the_cursor(options: SyncOptions) -> None:
    assert not plan_reading(options, NOW, state(), incremental=True).moves_cursor


def test_no_window_reaches_into_the_future() -> None:
    options = SyncOptions(mode="backfill", since=BEFORE, until=NOW + timedelta(days=3))
    assert plan_reading(options, NOW, state(), incremental=True).window.until == NOW
