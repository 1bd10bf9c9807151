"""The records of a batch: their numbers, their status, and which of them to compare."""

# ruff: noqa: S608 - only names of our own tables and columns are put into statements

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from sqlalchemy import text

from base.errors import StoreError
from base.records import ROW
from canonical.store.batch import (
    RECORD_COLUMNS,
    BatchCommit,
    Outcome,
    RecordStatus,
    StreamState,
)
from canonical.store.quarantine import Handled
from canonical.store.tables import SOURCE_RECORD, first_id
from canonical.store.work import Work

_TYPES = {
    "row": pl.UInt32,
    "record_key": pl.String,
    "record_id": pl.Int64,
    "known_status": pl.String,
    "raw_hash": pl.Binary,
    "updated": pl.String,
    "position": pl.Int32,
    "outcome": pl.String,
}
_QUARANTINED = pl.col("outcome") == Outcome.QUARANTINED.value
_HAS_CLAIMS = pl.col("known_status").is_in([RecordStatus.CURRENT.value, RecordStatus.STALE.value])


@dataclass(frozen=True, slots=True)
class Written:
    """What the batch's records became.

    `ids` maps `#row` to `record_id` for the records whose claims are written. `compared_ids` are
    the known records whose current claims are to be compared; those of `deleted_ids` all end.
    """

    ids: pl.DataFrame
    compared_ids: list[int]
    deleted_ids: list[int]
    handled: dict[int, Handled]
    next_record_no: int

    @property
    def changed_ids(self) -> list[int]:
        """The records whose claims may differ from what they were."""
        return [*self.ids.get_column("record_id").to_list(), *self.deleted_ids]


def write(work: Work, batch: BatchCommit, before: StreamState, plan_no: int) -> Written:
    """Insert the new records, update the others, mark the deleted ones."""
    frame = _numbered(_checked(batch.records), batch.stream_id, before.next_record_no)
    stored = frame.with_columns(
        pl.lit(work.stream_id, dtype=pl.Int16).alias("stream_id"),
        pl.lit(plan_no, dtype=pl.Int16).alias("plan_no"),
        pl.lit(work.batch_no, dtype=pl.Int32).alias("batch_no"),
        _status().alias("status"),
    )
    _insert(work, stored.filter(pl.col("is_new")))
    _update(work, stored.filter(~pl.col("is_new")))
    deleted_ids = _delete(work, batch.deleted_keys)
    mapped = frame.filter(~_QUARANTINED)
    compared = mapped.filter(~pl.col("is_new")).get_column("record_id").to_list()
    return Written(
        ids=mapped.select(pl.col("row").alias(ROW), "record_id"),
        compared_ids=[*compared, *deleted_ids],
        deleted_ids=deleted_ids,
        handled=_handled(frame, batch),
        next_record_no=before.next_record_no + int(frame.get_column("is_new").sum()),
    )


def _checked(records: pl.DataFrame | None) -> pl.DataFrame:
    if records is None:
        return pl.DataFrame(schema=_TYPES)
    if missing := [name for name in RECORD_COLUMNS if name not in records.columns]:
        raise StoreError(f"the records of a batch lack the columns {', '.join(missing)}")
    return records.select(pl.col(name).cast(kind) for name, kind in _TYPES.items())


def _numbered(frame: pl.DataFrame, stream: int, next_record_no: int) -> pl.DataFrame:
    """Give record ids to the records that have none, in the order of the frame."""
    is_new = pl.col("record_id").is_null()
    number = is_new.cast(pl.Int64).cum_sum() + (first_id(stream) + next_record_no - 1)
    return frame.with_columns(
        is_new.alias("is_new"),
        pl.when(is_new).then(number).otherwise(pl.col("record_id")).alias("record_id"),
    )


def _status() -> pl.Expr:
    refused = (
        pl.when(_HAS_CLAIMS.fill_null(value=False))
        .then(pl.lit(RecordStatus.STALE.value))
        .otherwise(pl.lit(RecordStatus.QUARANTINED.value))
    )
    return pl.when(_QUARANTINED).then(refused).otherwise(pl.lit(RecordStatus.CURRENT.value))


_STORED = ("record_id", "raw_hash", "plan_no", "status", "updated")
_ARCHIVED = ("batch_no", "position")


def _insert(work: Work, frame: pl.DataFrame) -> None:
    columns = ("record_id", "stream_id", "record_key", *_STORED[1:], *_ARCHIVED)
    work.bulk.insert(work.connection, SOURCE_RECORD, frame.select(columns))


def _update(work: Work, frame: pl.DataFrame) -> None:
    """A record whose bytes were archived before keeps its place in the archive."""
    archived = pl.col("position").is_not_null()
    moved = frame.filter(archived).select(*_STORED, *_ARCHIVED)
    kept = frame.filter(~archived).select(*_STORED)
    work.bulk.update(work.connection, SOURCE_RECORD, moved, ["record_id"])
    work.bulk.update(work.connection, SOURCE_RECORD, kept, ["record_id"])


def _delete(work: Work, keys: Sequence[str]) -> list[int]:
    """Mark the records deleted that are not yet; their ids."""
    if not keys:
        return []
    member = work.bulk.member("record_key", "text")
    where = f"WHERE stream_id = :stream AND {member} AND status <> 'deleted'"
    bound = {"stream": work.stream_id, "keys": work.bulk.pack(keys)}
    found = work.connection.execute(
        text(f"SELECT record_id FROM source_record {where} ORDER BY record_id"), bound
    )
    ids = list(found.scalars())
    work.connection.execute(text(f"UPDATE source_record SET status = 'deleted' {where}"), bound)
    return ids


def _handled(frame: pl.DataFrame, batch: BatchCommit) -> dict[int, Handled]:
    """Records whose quarantine may change: known before, or refused now."""
    refused = {refusal.row for refusal in batch.refusals}
    concerned = frame.filter(~pl.col("is_new") | pl.col("row").is_in(refused))
    handled = {
        row: Handled(key, raw_hash, known=not is_new)
        for row, key, raw_hash, is_new in concerned.select(
            "row", "record_key", "raw_hash", "is_new"
        ).iter_rows()
    }
    if lost := refused - handled.keys():
        raise StoreError(f"{len(lost)} refusals name rows that are not among the batch's records")
    return handled
