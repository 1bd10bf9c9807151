"""What matching has to look at again: changed records, in chunks that memory holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl
from sqlalchemy import Connection, select

from canonical.matching.sources import Members, Records, read_members
from canonical.store.bulk import Bulk
from canonical.store.change_sets import unpack
from canonical.store.party_tables import BATCH_CHANGE, MATCH_PROGRESS
from canonical.store.tables import STREAM, STREAM_STATE, first_id

PROGRESS_SCHEMA = {
    "stream_id": pl.Int16,
    "batch_no": pl.Int32,
    "record_id": pl.Int64,
    "scope": pl.String,
}


@dataclass(frozen=True, slots=True)
class Stream:
    """A described stream, how far it is filled, and how far it is matched.

    `matched` is None before the first pass; `passed` the record up to which a first pass came,
    None when none is under way. Described anew under another scope, a stream is passed anew.
    """

    stream_id: int
    scope: str
    batches: int
    last_record: int
    matched: int | None
    passed: int | None


@dataclass(slots=True)
class Chunk:
    """Some changed records: numbers of ranges or of batches, and how far they bring progress.

    `sizes`: how many records of each scope, those that two batches changed counted twice.
    """

    ranges: list[tuple[int, int]] = field(default_factory=list)
    listed: list[pl.Series] = field(default_factory=list)
    progress: dict[int, tuple[int, int | None, str]] = field(default_factory=dict)
    sizes: Counter[str] = field(default_factory=Counter)

    @property
    def size(self) -> int:
        """How many records of all scopes."""
        return self.sizes.total()

    def add(self, part: Chunk) -> None:
        """Take in what another chunk has."""
        self.ranges += part.ranges
        self.listed += part.listed
        self.progress |= part.progress
        self.sizes += part.sizes

    def record_ids(self) -> pl.Series:
        """The records of batches, each once."""
        if not self.listed:
            return pl.Series("record_id", [], dtype=pl.Int64)
        return pl.concat(self.listed).unique().sort()

    def members(self, connection: Connection, bulk: Bulk) -> Members:
        """The members that these records now make."""
        parts = [read_members(connection, bulk, Records.between(*span)) for span in self.ranges]
        if self.listed:
            ids = self.record_ids().to_list()
            parts.append(read_members(connection, bulk, Records.listed(bulk, ids)))
        return Members.together(parts)

    def progress_rows(self) -> pl.DataFrame:
        """Rows of match_progress."""
        rows = [(stream, *told) for stream, told in sorted(self.progress.items())]
        return pl.DataFrame(rows, schema=PROGRESS_SCHEMA, orient="row")


def streams(connection: Connection) -> list[Stream]:
    """The described streams in the order of their numbers, the open ones first.

    So where chunks of open records end does not depend on confidential ones.
    """
    rows = connection.execute(
        select(
            STREAM.c.stream_id,
            STREAM.c.scope,
            STREAM_STATE.c.next_batch_no,
            STREAM_STATE.c.next_record_no,
            MATCH_PROGRESS.c.batch_no,
            MATCH_PROGRESS.c.record_id,
            MATCH_PROGRESS.c.scope.label("matched_scope"),
        )
        .join(STREAM_STATE, STREAM_STATE.c.stream_id == STREAM.c.stream_id)
        .outerjoin(MATCH_PROGRESS, MATCH_PROGRESS.c.stream_id == STREAM.c.stream_id)
        .where(STREAM.c.scope.is_not(None))
        .order_by(STREAM.c.scope != "", STREAM.c.stream_id)
    )
    return [
        Stream(
            row.stream_id,
            row.scope,
            row.next_batch_no - 1,
            first_id(row.stream_id) + row.next_record_no - 1,
            row.batch_no if row.matched_scope == row.scope else None,
            row.record_id if row.matched_scope == row.scope else None,
        )
        for row in rows
    ]


def next_chunk(connection: Connection, most: int) -> Chunk | None:
    """The next records to match, about `most` of them; None when all are matched."""
    chunk = Chunk()
    for stream in streams(connection):
        for part in _parts(connection, stream, most):
            if chunk.size and chunk.size + part.size > most:
                return chunk
            chunk.add(part)
    return chunk if chunk.size else None


def whole(connection: Connection) -> Chunk:
    """Every record of every described stream."""
    chunk = Chunk()
    for stream in streams(connection):
        first = first_id(stream.stream_id) + 1
        if stream.last_record >= first:
            chunk.ranges.append((first, stream.last_record))
            chunk.sizes[stream.scope] += stream.last_record - first + 1
        chunk.progress[stream.stream_id] = (stream.batches, None, stream.scope)
    return chunk


def outstanding(connection: Connection) -> pl.Series:
    """All records that batches changed and nobody matched since, of streams that were passed."""
    found = [
        ids
        for stream in streams(connection)
        if stream.matched is not None
        for _, ids in _changes(connection, stream)
    ]
    return pl.concat(found).unique() if found else pl.Series("record_id", [], dtype=pl.Int64)


def _parts(connection: Connection, stream: Stream, most: int) -> Iterator[Chunk]:
    if stream.matched is None or stream.passed is not None:
        yield from _passes(stream, most)
        return
    for batch_no, ids in _changes(connection, stream):
        told = (batch_no, None, stream.scope)
        sizes = Counter({stream.scope: len(ids)})
        yield Chunk(listed=[ids], progress={stream.stream_id: told}, sizes=sizes)


def _passes(stream: Stream, most: int) -> Iterator[Chunk]:
    """The ranges of a first pass; it holds for the batches that were there when it began."""
    until = stream.batches if stream.matched is None else stream.matched
    last = stream.last_record
    first = (stream.passed or first_id(stream.stream_id)) + 1
    while first <= last:
        end = min(first + most - 1, last)
        told = (until, None if end == last else end, stream.scope)
        sizes = Counter({stream.scope: end - first + 1})
        yield Chunk(ranges=[(first, end)], progress={stream.stream_id: told}, sizes=sizes)
        first = end + 1


def _changes(connection: Connection, stream: Stream) -> Iterator[tuple[int, pl.Series]]:
    rows = connection.execute(
        select(BATCH_CHANGE.c.batch_no, BATCH_CHANGE.c.record_ids)
        .where(
            BATCH_CHANGE.c.stream_id == stream.stream_id,
            BATCH_CHANGE.c.batch_no > (stream.matched or 0),
            BATCH_CHANGE.c.batch_no <= stream.batches,
        )
        .order_by(BATCH_CHANGE.c.batch_no)
    )
    for row in rows:
        yield row.batch_no, unpack(row.record_ids)
