"""The trend of a stream: a run counts on the day in Japan on which it began."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from canonical.store import Store
from hub.pages.runs import trends
from tests.postgres import Server

BEGAN = datetime(2026, 12, 20, 15, 30, tzinfo=UTC)  # half past midnight of the 21st in Japan


def on(url: str) -> list[tuple[int, int]]:
    with Store.open(url) as store:
        store.upgrade()
        stream = store.stream_id("subsidy", "programs")
        for name, status in (("a", "succeeded"), ("b", "failed")):
            store.start_run(
                name, stream, trigger="dag", mode="incremental", since=None, until=None,
                started_at=BEGAN,
            )  # fmt: skip
            store.end_run(name, status=status, ended_at=BEGAN, error=None)
        with store.database.read() as connection:
            days = trends(connection, [stream], date(2026, 12, 21))[stream]
    assert len(days) == 14
    return [(day.runs, day.failed) for day in days[-2:]]


def test_a_run_counts_on_its_day_in_japan(tmp_path: Path) -> None:
    assert on(f"sqlite:///{tmp_path / 'hub.sqlite'}") == [(0, 0), (2, 1)]


@pytest.mark.postgresql
def test_so_it_does_on_postgresql(postgres_server: Server) -> None:
    with postgres_server.database() as url:
        assert on(url) == [(0, 0), (2, 1)]
