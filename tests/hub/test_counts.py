"""Invariant 1: what was read is accounted for, batch by batch, and the database insists on it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from canonical.store.batch import COUNT_NAMES
from hub.options import COUNTS, SyncOptions
from mocks.faults import Fault
from mocks.serve import MockServers
from tests import postgres
from tests.hub.hubs import APPLICATIONS_PAGE, SmallBatches, hub_in

TWO_DAYS = timedelta(days=2)


def batches(hub: SmallBatches) -> list[dict[str, Any]]:
    engine = sa.create_engine(hub.url)
    columns = ", ".join(f"{name}_count" for name in COUNT_NAMES)
    with engine.connect() as connection:
        rows = connection.execute(
            sa.text(f"SELECT run_id, {columns} FROM batch ORDER BY stream_id, batch_no")  # noqa: S608
        ).all()
    engine.dispose()
    return [dict(row._mapping) for row in rows]


def test_every_batch_adds_up_to_what_its_run_read(
    moving_hub: SmallBatches, moving_servers: MockServers
) -> None:
    moving_servers.faults.add(
        Fault("duplicate_key_in_page", path=APPLICATIONS_PAGE, record=2, count=1)
    )
    runs = [moving_hub.sync(stream) for stream in moving_hub.streams]
    moving_servers.world.advance(2)
    moving_hub.clock.advance(TWO_DAYS)
    runs += [moving_hub.sync(s, SyncOptions(mode="full")) for s in moving_hub.streams]
    found = batches(moving_hub)
    assert len(found) >= 6
    for batch in found:
        parts = [batch[f"{name}_count"] for name in COUNT_NAMES if name != "read"]
        assert batch["read_count"] == sum(parts)
    for run in runs:
        mine = [batch for batch in found if batch["run_id"] == run.run_id]
        assert {n: sum(b[f"{n}_count"] for b in mine) for n in COUNT_NAMES} == run.counts
    several = {name for run in runs for name, count in run.counts.items() if count}
    assert several >= {"read", "new", "changed", "unchanged", "quarantined"}


@pytest.mark.parametrize(
    "kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
)
def test_the_database_refuses_counts_that_do_not_add_up(
    kind: str, still_servers: MockServers, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if kind == "sqlite":
        _refuses(still_servers, tmp_path, None)
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    with server.database() as url:
        _refuses(still_servers, tmp_path, url)


def _refuses(servers: MockServers, home: Path, database: str | None) -> None:
    with hub_in(servers, home, database) as hub:
        hub.sync(options=SyncOptions(limit=30))
        engine = sa.create_engine(hub.url)
        for count in ("read_count", "new_count", "quarantined_count", "deferred_count"):
            with engine.connect() as connection, pytest.raises(sa.exc.IntegrityError) as refused:
                connection.execute(sa.text(f"UPDATE batch SET {count} = {count} + 1"))  # noqa: S608
            assert "nothing_lost" in str(refused.value)
        engine.dispose()


def test_the_counts_that_are_shown_are_those_that_are_stored() -> None:
    assert COUNTS == COUNT_NAMES
