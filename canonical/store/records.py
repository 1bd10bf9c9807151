"""What the store knows of source records: hashes for comparing, notes, and where they lie."""

# ruff: noqa: S608 - only names of our own tables and columns are put into statements

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl
from polars._typing import PolarsDataType
from sqlalchemy import Connection, select, text

from canonical.store import state
from canonical.store.bulk import Bulk
from canonical.store.database import Database
from canonical.store.frames import framed
from canonical.store.tables import SOURCE_MEMO, STREAM_STATE, first_id

_KNOWN: dict[str, PolarsDataType] = {
    "record_key": pl.String,
    "record_id": pl.Int64,
    "raw_hash": pl.Binary,
    "plan_no": pl.Int16,
    "status": pl.String,
    "updated": pl.String,
}
_PLACE: dict[str, PolarsDataType] = {"archive_path": pl.String, "position": pl.Int32}
_PAGE = 10_000


def known(database: Database, stream: int, keys: Sequence[str]) -> pl.DataFrame:
    """See `Store.known`."""
    with database.read() as connection:
        empty = connection.scalar(
            select(STREAM_STATE.c.next_record_no).where(STREAM_STATE.c.stream_id == stream)
        ) in (None, 1)
        if empty or not keys:
            found = pl.DataFrame(schema=_KNOWN)
        else:
            found = _lookup(database, connection, stream, keys)
        return _versioned(connection, stream, found)


def _lookup(
    database: Database, connection: Connection, stream: int, keys: Sequence[str]
) -> pl.DataFrame:
    return database.bulk.select(
        connection,
        f"SELECT {', '.join(_KNOWN)} FROM source_record"
        f" WHERE stream_id = :stream AND {database.bulk.member('record_key', 'text')}",
        {"stream": stream, "keys": database.bulk.pack(keys)},
        _KNOWN,
    )


def _versioned(connection: Connection, stream: int, frame: pl.DataFrame) -> pl.DataFrame:
    """Replace the number of each plan by its version."""
    versions = {number: version for version, number in state.plans(connection, stream).items()}
    named = pl.col("plan_no").replace_strict(versions, default=None, return_dtype=pl.String)
    return frame.with_columns(named.alias("plan_no")).rename({"plan_no": "plan_version"})


def memo(database: Database, stream: int, keys: Sequence[str]) -> dict[str, str]:
    """See `Store.memo`."""
    if not keys:
        return {}
    with database.read() as connection:
        rows = connection.execute(
            text(
                "SELECT record_key, note FROM source_memo"
                f" WHERE stream_id = :stream AND {database.bulk.member('record_key', 'text')}"
            ),
            {"stream": stream, "keys": database.bulk.pack(keys)},
        )
        return {row.record_key: row.note for row in rows}


def write_memos(bulk: Bulk, connection: Connection, stream: int, memos: Mapping[str, str]) -> None:
    """Write notes inside a transaction."""
    rows = [(stream, key, note) for key, note in memos.items()]
    schema = {"stream_id": pl.Int16, "record_key": pl.String, "note": pl.String}
    bulk.upsert(connection, SOURCE_MEMO, framed(rows, schema), ["stream_id", "record_key"])


def live_keys(database: Database, stream: int) -> Iterator[list[str]]:
    """See `Store.live_keys`."""
    after = first_id(stream)
    while True:
        with database.read() as connection:
            rows = connection.execute(
                text(
                    "SELECT record_id, record_key FROM source_record"
                    " WHERE record_id > :after AND record_id < :end AND status <> 'deleted'"
                    " ORDER BY record_id LIMIT :page"
                ),
                {"after": after, "end": first_id(stream + 1), "page": _PAGE},
            ).all()
        if not rows:
            return
        after = rows[-1].record_id
        yield [row.record_key for row in rows]


_LOCATED = (
    "SELECT r.record_key, r.record_id, r.raw_hash, r.plan_no, r.status, r.updated,"
    " b.archive_path, r.position FROM source_record AS r"
    " LEFT JOIN batch AS b ON b.stream_id = r.stream_id AND b.batch_no = r.batch_no"
)


def to_remap(database: Database, stream: int, plan_version: str) -> Iterator[pl.DataFrame]:
    """See `Store.to_remap`."""
    with database.read() as connection:
        number = state.plans(connection, stream).get(plan_version, 0)
    after = first_id(stream)
    while True:
        with database.read() as connection:
            rows = connection.execute(
                text(
                    f"{_LOCATED} WHERE r.record_id > :after AND r.record_id < :end"
                    " AND r.plan_no <> :plan AND r.status <> 'deleted'"
                    " ORDER BY r.record_id LIMIT :page"
                ),
                {"after": after, "end": first_id(stream + 1), "plan": number, "page": _PAGE},
            ).all()
            if not rows:
                return
            after = rows[-1].record_id
            frame = _versioned(connection, stream, framed(rows, _KNOWN | _PLACE))
        yield frame.sort("archive_path", "position")


def locate(database: Database, stream: int, keys: Sequence[str]) -> pl.DataFrame:
    """See `Store.locate`."""
    with database.read() as connection:
        rows = connection.execute(
            text(
                f"{_LOCATED} WHERE r.stream_id = :stream"
                f" AND {database.bulk.member('r.record_key', 'text')}"
            ),
            {"stream": stream, "keys": database.bulk.pack(keys)},
        ).all()
        frame = _versioned(connection, stream, framed(rows, _KNOWN | _PLACE))
    return frame.sort("archive_path", "position")
