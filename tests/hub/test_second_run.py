"""Invariant 4: reading the same data again writes no claim, record, quarantine or drift row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.options import SyncOptions
from mocks.faults import Fault
from mocks.serve import MockServers
from tests import postgres
from tests.faults.store_dump import archived, dump
from tests.hub.hubs import APPLICATIONS_PAGE, SmallBatches, hub_in

MOVING = {"batch", "stream_state"}
"""Tables that tell of every run: its counts and how far it came."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def hub(
    still_servers: MockServers, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[SmallBatches]:
    if request.param == "sqlite":
        with hub_in(still_servers, tmp_path / "hub") as made:
            yield made
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    with server.database() as url, hub_in(still_servers, tmp_path / "hub", url) as made:
        yield made


def standing(hub: SmallBatches) -> tuple[dict[str, list[Any]], dict[str, Any]]:
    rows = {name: found for name, found in dump(hub.url).items() if name not in MOVING}
    return rows, archived(hub.settings.archive)


def test_reading_the_same_data_again_writes_nothing(
    hub: SmallBatches, still_servers: MockServers
) -> None:
    # One gained field, so that there is a drift finding whose count could move.
    still_servers.faults.add(Fault("field_gained", path=APPLICATIONS_PAGE, record=3, count=None))
    try:
        first = {stream: hub.sync(stream) for stream in hub.streams}
        tables, files = standing(hub)
        filled = ("claim_party", "claim_program", "source_record", "quarantine_item",
                  "drift_finding", "source_memo")  # fmt: skip
        assert all(tables[name] for name in filled)
        for options in (SyncOptions(), SyncOptions(mode="full")):
            hub.clock.advance(60)
            for stream in hub.streams:
                counts = hub.sync(stream, options).counts
                assert counts["read"] == counts["unchanged"]
                if options.mode == "full":
                    assert counts["read"] == first[stream].counts["read"]
        again, files_again = standing(hub)
    finally:
        still_servers.faults.clear()
    for name, rows in tables.items():
        assert again[name] == rows, f"table {name} differs"
    assert files_again == files
