"""`--dry-run` tells what a sync would do and writes nothing: no row, no archived batch or file."""

from __future__ import annotations

from hub.options import SyncOptions
from hub.sync import sync_stream
from tests.faults.store_dump import archived, dump
from tests.hub.hubs import SmallBatches

DRY = SyncOptions(dry_run=True)


def files(hub: SmallBatches) -> list[str]:
    folder = hub.settings.archive
    return sorted(str(path) for path in folder.rglob("*") if path.is_file())


def test_a_dry_run_of_an_empty_store_counts_and_keeps_nothing(still_hub: SmallBatches) -> None:
    nothing = dict.fromkeys(still_hub.streams, still_hub.streams)
    before = dump(still_hub.url)
    shown = {
        stream: sync_stream(
            "subsidy", stream, DRY, still_hub.settings, clock=still_hub.clock
        ).counts
        for stream in nothing
    }
    assert dump(still_hub.url) == before
    assert files(still_hub) == []
    assert still_hub.store.runs() == []
    for stream, counts in shown.items():
        assert counts["new"] > 10
        assert still_hub.sync(stream).counts == counts
    assert any("attachments" in path for path in files(still_hub))


def test_a_dry_run_over_a_filled_store_changes_nothing(still_hub: SmallBatches) -> None:
    for stream in still_hub.streams:
        still_hub.sync(stream)
    before = dump(still_hub.url), archived(still_hub.settings.archive)
    for mode in ("incremental", "full"):
        for stream in still_hub.streams:
            options = SyncOptions(mode=mode, dry_run=True)
            counts = still_hub.sync(stream, options).counts
            assert counts["read"] == counts["unchanged"]
    assert (dump(still_hub.url), archived(still_hub.settings.archive)) == before
