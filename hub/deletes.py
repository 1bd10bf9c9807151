"""What the source deleted: by its own word, or by a key's absence from all that it has."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from base.errors import ApprovalNeeded
from hub.batching import ReadBatch
from hub.keyset import KeySet
from hub.windows import Reading

if TYPE_CHECKING:
    from hub.transfer import SyncJob

UNKNOWN = "sha256:"
"""Begins the name of a refused record whose key cannot be read."""

SHARE = 0.1
AT_LEAST = 20


@dataclass(frozen=True, slots=True)
class FlaggedKeys:
    """The keys of a batch that the source names as deleted, and what became of each.

    A record of the key that was read before the deletion is superseded by it; one that was read
    after it supersedes it. What the store does not know, or knows to be deleted, is unchanged.
    A deletion dated after the window's end is deferred, as such a record is.
    """

    keys: list[str]
    superseded_rows: list[int]
    outcomes: Counter[str]

    @classmethod
    def of(cls, batch: ReadBatch, compared: pl.DataFrame, known: pl.DataFrame) -> FlaggedKeys:
        """Compare a batch's deletions with its records and with the store."""
        outcomes: Counter[str] = Counter()
        if waiting := len(batch.deferred - batch.deleted.keys()):
            outcomes["deferred"] = waiting
        if not batch.deleted:
            return cls([], [], outcomes)
        rows: dict[str, list[int]] = {}
        for row, key in enumerate(batch.keys):
            if key in batch.deleted:
                rows.setdefault(key, []).append(row)
        live = (
            set(known.filter(pl.col("status") != "deleted")["record_key"].to_list())
            & batch.deleted.keys()
        )
        late = set(compared.filter(pl.col("outcome") == "deferred")["row"].to_list())
        keys: list[str] = []
        before: list[int] = []
        for key, position in batch.deleted.items():
            mine = [row for row in rows.get(key, ()) if row not in late]
            if any(row >= position for row in mine):
                outcomes["superseded"] += 1
                continue
            before += mine
            if key in live:
                keys.append(key)
            else:
                outcomes["unchanged"] += 1
        return cls(keys, before, outcomes)

    def superseding(self, compared: pl.DataFrame) -> pl.DataFrame:
        """The outcomes of a batch's records, with those that a deletion ended."""
        if not self.superseded_rows:
            return compared
        ended = pl.col("row").is_in(self.superseded_rows) & (pl.col("outcome") != "duplicate")
        return compared.with_columns(
            outcome=pl.when(ended).then(pl.lit("superseded")).otherwise("outcome")
        )


class AbsentKeys:
    """Collects the keys of a window that holds all the source has; says which ones are gone.

    Over a tenth of the stream missing (and at least 20 keys), the run stops for approval: a
    snapshot that broke off without saying so looks just like a mass deletion. An interrupted
    snapshot is read again from its beginning (`plan_reading`): one taken up in the middle would not
    be complete, and would delete nothing. Nor is anything deleted where a refused record's key is
    unknown: it may be the very one that is missing.
    """

    def __init__(self, job: SyncJob, stream_id: int, *, active: bool, approved: float) -> None:
        self._job = job
        self._stream_id = stream_id
        self._active = active
        self._approved = approved
        self._seen = KeySet()
        self._missing: list[str] | None = None

    @classmethod
    def of(cls, job: SyncJob, reading: Reading, stream_id: int, approved: float) -> AbsentKeys:
        """The collector for one run; idle unless the stream declares `deletes: absence`.

        Up to `approved` missing keys are deleted without asking.
        """
        complete = reading.moves_cursor and reading.resume is None
        active = complete and job.stream.deletes == "absence"
        return cls(job, stream_id, active=active, approved=approved)

    def seen(self, batch: ReadBatch) -> None:
        """Note the keys of a batch; one that is not of a whole, or that has lost a key, ends it."""
        snapshot = self._job.stream.mode == "snapshot"
        self._active &= snapshot if batch.whole is None else batch.whole
        self._active &= not any(one.key.startswith(UNKNOWN) for one in batch.refused.values())
        if self._active:
            self._seen.add([*batch.keys, *batch.unchanged, *batch.deleted, *batch.deferred])
        else:
            self._seen.clear()

    def superseding(self, compared: pl.DataFrame) -> pl.DataFrame:
        """The outcomes of a batch's records, with those whose key an earlier batch of a whole held.

        A snapshot that tells a key twice contradicts itself: its first word stands. Were each in
        turn written, every run would write both again. Files of differences after a full one tell
        keys again by intent; a stream that reads them is none of mode snapshot.
        """
        if not (self._active and self._seen and self._job.stream.mode == "snapshot"):
            return compared
        keys = compared["record_key"].to_list()
        told = self._seen.held(keys)
        if not told:
            return compared
        again = pl.Series([key in told for key in keys])
        same = pl.col("outcome").is_in(["unchanged", "remapped", "duplicate"])
        outcome = pl.when(same).then(pl.lit("duplicate")).otherwise(pl.lit("superseded"))
        return compared.with_columns(outcome=pl.when(again).then(outcome).otherwise("outcome"))

    def missing(self) -> list[str]:
        """Keys of the store that the snapshot did not hold.

        Raises:
            ApprovalNeeded: more are missing than may be deleted without approval.
        """
        if not self._active:
            return []
        if self._missing is None:
            self._missing = self._compare()
        return self._missing

    def _compare(self) -> list[str]:
        held = 0
        missing: list[str] = []
        for keys in self._job.store.live_keys(self._stream_id):
            held += len(keys)
            told = self._seen.held(keys)
            missing += [key for key in keys if key not in told]
        if len(missing) > max(AT_LEAST, SHARE * held, self._approved):
            raise ApprovalNeeded(
                f"{len(missing)} of {held} records are missing from the snapshot",
                count=len(missing),
                remedy="If the system really deleted them, sync again with --approve-deletes",
            )
        return missing
