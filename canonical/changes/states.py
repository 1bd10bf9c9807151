"""Which states of procedures a batch changed, told in the batch's own transaction.

A state that becomes known with the first load of a stream is no change: nothing happened that day,
the hub merely did not look before, and one event a record would bury those that mean something.
The same holds for records that a backfill, a replay or a file given by hand brings for the first
time. From then on a record that comes with the stream's own reading is news, and so is a state
that a record which was there before gains, changes or loses.
"""

# ruff: noqa: S608 - only names of our own tables and columns are put into statements

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import polars as pl
from sqlalchemy import select

from base.records import ROW
from canonical.changes import events, owners
from canonical.changes.kinds import STATE_CHANGED, STATES, State
from canonical.store.batch import BatchCommit, Outcome, StreamState
from canonical.store.tables import RUN, STREAM
from canonical.store.work import Work

READING_ON = frozenset({"incremental", "full"})
"""Modes of runs whose new records are news."""

_KEY = ["record_id", "role", "reference"]
_NAMED = [*_KEY, "field"]
_SCHEMA = {
    "record_id": pl.Int64(),
    "role": pl.String(),
    "reference": pl.String(),
    "field": pl.String(),
    "known": pl.Boolean(),
}


class _Stream(NamedTuple):
    system: str
    name: str
    scope: str


@dataclass(slots=True)
class StateChanges:
    """Collects what the claims of one batch change about states; `write` tells it.

    `looking` is false for a first load, of which nothing is told.
    """

    looking: bool
    found: list[pl.DataFrame] = field(default_factory=list)
    spoken: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, before: StreamState) -> StateChanges:
        """For a batch of a stream that stood like this: without a cursor it was never read."""
        return cls(looking=before.cursor is not None)

    def compare(self, entity: str, new: pl.DataFrame | None, old: pl.DataFrame | None) -> None:
        """Note how one entity's claims differ.

        Args:
            entity: the claims'.
            new: all claims of the batch with their record_id.
            old: the current claims of the known records among them.
        """
        if not self.looking:
            return
        if old is not None:
            self.spoken.update(old["record_id"].to_list())
        for state in STATES:
            if state.entity == entity:
                was, now = _stated(state, old), _stated(state, new)
                self.found.append(_differences(state, was, now))

    def write(self, work: Work, batch: BatchCommit, record_ids: pl.DataFrame) -> None:
        """Write the events.

        Args:
            work: the batch's transaction.
            batch: what it commits.
            record_ids: `#row` and record_id of its records.
        """
        changed = [frame for frame in self.found if frame.height]
        if not changed:
            return
        kept = self._told(work, batch, pl.concat(changed), record_ids)
        if kept.height and (stream := _stream(work)) is not None:
            events.write(work.connection, work.bulk, _events(work, stream, kept))

    def _told(
        self, work: Work, batch: BatchCommit, changed: pl.DataFrame, record_ids: pl.DataFrame
    ) -> pl.DataFrame:
        """Without the states that are known for the first time and are no news."""
        if batch.records is None:
            return changed
        became = record_ids.join(
            batch.records.select(pl.col("row").cast(pl.UInt32).alias(ROW), "outcome"),
            on=ROW,
            how="left",
        ).select("record_id", "outcome")
        changed = changed.join(became, on="record_id", how="left")
        spoke = pl.col("record_id").is_in(list(self.spoken))
        gained = spoke & (pl.col("outcome") == Outcome.CHANGED.value)
        fresh = ~spoke & pl.lit(value=_reads_on(work, batch))
        return changed.filter(pl.col("known") | gained | fresh).drop("outcome")


def _stated(state: State, claims: pl.DataFrame | None) -> pl.DataFrame:
    """One row for each stated value: `_NAMED`, value."""
    names = [name for name in state.columns if claims is not None and name in claims.columns]
    if claims is None or not names:
        return pl.DataFrame(schema={**{name: _SCHEMA[name] for name in _NAMED}, "value": pl.String})
    reference = (
        pl.col(state.reference).cast(pl.String)
        if state.reference in claims.columns
        else pl.lit(None, pl.String)
    )
    keyed = claims.select("record_id", "role", *names, reference=reference)
    values = (
        [(state.told, _joined(names))]
        if state.told
        else [(name, pl.col(name).cast(pl.String)) for name in names]
    )
    return pl.concat(
        keyed.select(*_KEY, field=pl.lit(name), value=value).drop_nulls("value")
        for name, value in values
    ).unique()


def _joined(names: list[str]) -> pl.Expr:
    texts = [pl.col(name).cast(pl.String).fill_null("") for name in names]
    return pl.concat_str(texts, separator=" ")


def _differences(state: State, was: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """What differs: `_NAMED`, group, and whether the thing was known before."""
    ends = [
        one.join(other, on=one.columns, how="anti", nulls_equal=True).select(_NAMED)
        for one, other in ((was, now), (now, was))
    ]
    known = was.select(_KEY).unique().with_columns(known=pl.lit(value=True))
    return (
        pl.concat(ends)
        .unique()
        .join(known, on=_KEY, how="left", nulls_equal=True)
        .with_columns(pl.col("known").fill_null(value=False), group=pl.lit(state.group))
    )


def _reads_on(work: Work, batch: BatchCommit) -> bool:
    mode = work.connection.scalar(select(RUN.c.mode).where(RUN.c.run_id == batch.run_id))
    return mode in READING_ON


def _stream(work: Work) -> _Stream | None:
    """The stream, if it was described: of another one nobody may know anything."""
    found = work.connection.execute(
        select(STREAM.c.system, STREAM.c.stream, STREAM.c.scope).where(
            STREAM.c.stream_id == work.stream_id, STREAM.c.scope.is_not(None)
        )
    ).one_or_none()
    return None if found is None else _Stream(*found)


def _events(work: Work, stream: _Stream, changed: pl.DataFrame) -> pl.DataFrame:
    things = (
        changed.group_by("group", *_KEY)
        .agg(pl.col("field").unique().sort())
        .sort("record_id", "group", "role", "reference")
    )
    ids = things["record_id"].unique().to_list()
    keys = _keys(work, ids)
    parties = owners.of_records(work.connection, work.bulk, ids)
    rows = []
    for group, record_id, role, reference, fields in things.iter_rows():
        record = {"system": stream.system, "stream": stream.name, "key": keys[record_id]}
        data = {"record": record, "reference": reference, "fields": fields}
        cause = (*record.values(), role, reference or "", str(work.batch_no))
        rows.append(
            (
                f"{group}.{STATE_CHANGED}",
                parties.get(record_id),
                record_id,
                stream.scope,
                work.recorded_at,
                json.dumps(data, ensure_ascii=False, separators=(",", ":")),
                "\x1f".join(cause),
            )
        )
    return pl.DataFrame(rows, schema=events.EVENT_SCHEMA, orient="row")


def _keys(work: Work, record_ids: list[int]) -> Mapping[int, str]:
    found = work.bulk.select(
        work.connection,
        "SELECT record_id, record_key FROM source_record"
        f" WHERE {work.bulk.member('record_id', 'bigint')}",
        {"keys": work.bulk.pack(record_ids)},
        {"record_id": pl.Int64(), "record_key": pl.String()},
    )
    return dict(found.iter_rows())
