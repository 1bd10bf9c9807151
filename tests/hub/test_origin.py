"""Invariant 8: every current claim leads to the raw record that it was made from."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import polars as pl

from canonical.store.batch import ClaimVersion
from connectors.archive import Archive
from hub.batching import raw_hash
from hub.options import SyncOptions
from mocks.serve import MockServers
from tests.hub.hubs import SmallBatches, mended


class Archived:
    """The archive's files by path, each read once."""

    def __init__(self, hub: SmallBatches) -> None:
        self._archive = Archive(hub.settings.archive)
        self._files: dict[str, dict[str, bytes]] = {}

    def raw(self, path: str, key: str) -> bytes:
        if path not in self._files:
            frame = self._archive.read(path)
            self._files[path] = dict(zip(frame["key"], frame["raw"], strict=True))
        return self._files[path][key]


def known(hub: SmallBatches, stream: str) -> pl.DataFrame:
    keys = [key for some in hub.store.live_keys(hub.streams[stream]) for key in some]
    return hub.store.known(hub.streams[stream], keys)


def claims(hub: SmallBatches, stream: str, key: str) -> list[ClaimVersion]:
    return hub.store.claims_of("subsidy", stream, key)


def test_every_claim_leads_to_its_archived_record(
    moving_hub: SmallBatches, moving_servers: MockServers
) -> None:
    for stream in moving_hub.streams:
        moving_hub.sync(stream)
    moving_servers.world.advance(1)
    moving_hub.clock.advance(timedelta(days=1))
    for stream in moving_hub.streams:
        moving_hub.sync(stream)
    archived, seen, several = Archived(moving_hub), 0, 0
    for stream in moving_hub.streams:
        held = known(moving_hub, stream)
        assert held.height > 20
        for key, stored, status in held.select("record_key", "raw_hash", "status").iter_rows():
            versions = claims(moving_hub, stream, key)
            if status != "current":
                continue
            assert versions, f"{stream} {key} has no claims"
            for claim in versions:
                assert claim.archive_path is not None
                assert key.encode() in archived.raw(claim.archive_path, key)
                seen += 1
            newest = max(versions, key=lambda claim: claim.batch_no)
            if newest.recorded_from == moving_hub.clock.now():
                several += 1
                assert raw_hash(archived.raw(str(newest.archive_path), key)) == stored
    assert seen > 500
    assert several > 3


def test_the_place_of_every_record_holds_its_very_bytes_also_after_a_replay(
    moving_hub: SmallBatches, tmp_path: Path
) -> None:
    for stream in moving_hub.streams:
        moving_hub.sync(stream)
    change = ("補助金交付申請額: {to: project.grant_requested_jpy, unit: 円}",
              "補助金交付申請額: {to: project.grant_requested_jpy, unit: 千円}")  # fmt: skip
    mapping = mended(tmp_path, change)
    assert moving_hub.sync(options=SyncOptions(mode="replay"), mapping=mapping).counts["remapped"]
    archive = Archive(moving_hub.settings.archive)
    for stream, stream_id in moving_hub.streams.items():
        keys = known(moving_hub, stream)["record_key"].to_list()
        located = moving_hub.store.locate(stream_id, keys)
        assert located.height == len(keys)
        for (path,), part in located.group_by(["archive_path"]):
            raws = archive.read(str(path))["raw"].gather(part["position"]).to_list()
            assert [raw_hash(raw) for raw in raws] == part["raw_hash"].to_list()
