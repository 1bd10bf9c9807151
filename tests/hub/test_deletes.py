"""Deletions by absence: only after a complete snapshot, and a mass deletion asks first."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from base.clock import ManualClock
from base.errors import ApprovalNeeded, ReadError
from base.settings import Settings
from benchmarks import datasets, flat
from benchmarks.servers import page_server
from canonical.store import Store
from hub.batching import ReadBatch
from hub.deletes import AbsentKeys
from hub.options import OnProgress, SyncOptions, SyncSummary, Written
from hub.sync import make_job, open_store
from hub.transfer import run_sync

ALL, FEWER, FAR_FEWER = 3000, 2800, 1500
BATCH_RECORDS = 1000


@dataclass
class Register:
    """A snapshot stream whose register can be exchanged for a shorter one."""

    folder: Path
    base: str
    connector: Path
    store: Store
    clock: ManualClock

    def sync(
        self,
        records: int,
        options: SyncOptions | None = None,
        on_progress: OnProgress | None = None,
    ) -> SyncSummary:
        """Sync from a register of so many records."""
        self.clock.advance(3600)
        name = datasets.flat(self.folder, records, 0).name
        address = json.dumps({"address": f"{self.base}/{name}", "rate_per_second": 0})
        environ = {"HUB_HOME": str(self.folder / "hub"), "HUB_CONNECTION_REGISTER": address}
        job = make_job(
            self.connector,
            "businesses",
            Settings.load(environ),
            self.store,
            clock=self.clock,
            mapping=self.folder / "register.yaml",
        )
        return run_sync(replace(job, batch_records=BATCH_RECORDS), options, on_progress)

    def live(self) -> int:
        stream = self.store.stream_id("register", "businesses")
        return sum(len(keys) for keys in self.store.live_keys(stream))


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    connector = tmp_path / "connectors" / "register"
    shutil.copytree(Path(flat.__file__).parent, connector, ignore=shutil.ignore_patterns("*.py*"))
    declared = connector / "connector.yaml"
    text = declared.read_text(encoding="utf-8").replace("deletes: none", "deletes: absence")
    declared.write_text(text.replace("connection: flat", "connection: register"), encoding="utf-8")
    shutil.copy(connector / "mapping.yaml", tmp_path / "register.yaml")
    settings = Settings.load({"HUB_HOME": str(tmp_path / "hub")})
    with page_server(tmp_path) as base, open_store(settings) as store:
        yield Register(tmp_path, base, connector, store, ManualClock())


def test_what_a_complete_snapshot_lacks_is_deleted_and_comes_back(register: Register) -> None:
    register.sync(ALL)
    counts = register.sync(FEWER).counts
    assert (counts["deleted"], counts["unchanged"]) == (ALL - FEWER, FEWER)
    assert counts["read"] == ALL
    assert register.live() == FEWER
    gone = register.store.claims_of("register", "businesses", f"F{ALL - 1:09d}")
    assert [claim.recorded_to for claim in gone] == [register.clock.now()]
    assert register.sync(FEWER).counts["deleted"] == 0
    back = register.sync(ALL).counts
    assert back["changed"] == ALL - FEWER
    again = register.store.claims_of("register", "businesses", f"F{ALL - 1:09d}")
    assert [claim.recorded_to is None for claim in again] == [False, True]


def test_a_snapshot_that_breaks_off_is_not_taken_for_a_mass_deletion(register: Register) -> None:
    register.sync(ALL)
    with pytest.raises(ReadError, match="1500 of 3000 records are missing") as stopped:
        register.sync(FAR_FEWER)
    assert "--approve-deletes" in str(stopped.value)
    assert register.live() == ALL
    approved = register.sync(FAR_FEWER, SyncOptions(approve_deletes=True))
    assert approved.counts["deleted"] == ALL - FAR_FEWER
    assert register.live() == FAR_FEWER


def test_an_interrupted_snapshot_is_read_again_whole(register: Register) -> None:
    register.sync(ALL)

    def broken(_progress: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        register.sync(FEWER, on_progress=broken)
    assert register.sync(FEWER).counts["deleted"] == ALL - FEWER


@pytest.mark.parametrize(
    "options", [SyncOptions(limit=1000), SyncOptions(dry_run=True), SyncOptions(mode="replay")]
)
def test_a_read_that_is_not_complete_deletes_nothing(
    register: Register, options: SyncOptions
) -> None:
    register.sync(ALL)
    assert register.sync(FEWER, options).counts["deleted"] == 0
    assert register.live() == ALL


def test_a_record_whose_key_cannot_be_read_is_not_taken_for_one_that_is_gone(
    register: Register,
) -> None:
    register.sync(ALL)
    body = datasets.flat(register.folder, ALL, 0).body
    sound = body.read_bytes()
    key = f'"F{ALL - 1:09d}"'.encode()
    body.write_bytes(sound.replace(key, b"[]".ljust(len(key))))
    counts = register.sync(ALL).counts
    assert (counts["deleted"], counts["quarantined"]) == (0, 1)
    body.write_bytes(sound)
    counts = register.sync(ALL).counts
    assert (counts["deleted"], counts["unchanged"]) == (1, ALL), "the nameless one is gone"
    assert register.live() == ALL


def test_a_key_that_a_snapshot_tells_twice_is_not_written_with_every_run(
    register: Register,
) -> None:
    """The two stand in different batches: each would be a change of the other."""
    body = datasets.flat(register.folder, ALL, 0).body
    twice, other = b'"F000000005"', f'"F{ALL - 1:09d}"'.encode()
    body.write_bytes(body.read_bytes().replace(other, twice))
    first = register.sync(ALL).counts
    assert (first["new"] + first["quarantined"], first["superseded"]) == (ALL - 1, 1)
    for options in (None, SyncOptions(mode="full")):
        again = register.sync(ALL, options)
        assert (again.counts["unchanged"], again.counts["superseded"]) == (ALL - 1, 1)
        assert again.written == Written()
    assert len(register.store.claims_of("register", "businesses", "F000000005")) == 1


@pytest.mark.parametrize(("mode", "outcome"), [("snapshot", "superseded"), ("incremental", "new")])
def test_a_file_of_differences_after_a_full_one_has_the_last_word(mode: str, outcome: str) -> None:
    job: Any = SimpleNamespace(stream=SimpleNamespace(mode=mode))
    told = AbsentKeys(job, 1, active=True, approved=0)
    told.seen(ReadBatch(keys=["a"], whole=True))
    compared = pl.DataFrame({"record_key": ["a", "b"], "outcome": ["new", "new"]})
    assert told.superseding(compared)["outcome"].to_list() == [outcome, "new"]


def test_so_many_may_be_missing_as_a_person_said_and_no_more(register: Register) -> None:
    register.sync(ALL)
    for allowed in (0, ALL - FAR_FEWER - 1):
        with pytest.raises(ApprovalNeeded) as asked:
            register.sync(FAR_FEWER, SyncOptions(approve_missing=allowed))
        assert asked.value.count == ALL - FAR_FEWER
    register.sync(FAR_FEWER, SyncOptions(approve_missing=ALL - FAR_FEWER))
    assert register.live() == FAR_FEWER
