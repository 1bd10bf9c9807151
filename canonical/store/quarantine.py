"""Quarantine: at most one open item for a record, rule and field; a good version closes it."""

# ruff: noqa: S608 - only names of our own tables and columns are put into statements

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from polars._typing import PolarsDataType
from sqlalchemy import Row, Select, select, text, update

from base.records import Refusal
from canonical.store.batch import QuarantineItem
from canonical.store.database import Database
from canonical.store.frames import framed
from canonical.store.tables import BATCH, QUARANTINE_ITEM, SOURCE_RECORD, STREAM, first_id
from canonical.store.work import Work

_ITEM = QUARANTINE_ITEM.c
_SCHEMA: dict[str, PolarsDataType] = {
    "item_id": pl.Int64,
    "stream_id": pl.Int16,
    "record_key": pl.String,
    "level": pl.String,
    "stage": pl.String,
    "rule": pl.String,
    "field": pl.String,
    "value": pl.String,
    "message": pl.String,
    "status": pl.String,
    "opened_at": pl.Datetime("us", "UTC"),
    "opened_batch": pl.Int32,
    "raw_hash": pl.Binary,
}


@dataclass(frozen=True, slots=True)
class Handled:
    """A record of the batch: its key, its bytes' hash, and whether the store knew it."""

    key: str
    raw_hash: bytes
    known: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """How many items a batch opened and closed, and the number of the next one."""

    opened: int
    closed: int
    next_item_no: int


Named = dict[tuple[str, str, str], tuple[Refusal, Handled]]
"""Refusals by (record key, rule, field)."""


def write(
    work: Work,
    handled: Mapping[int, Handled],
    refusals: Sequence[Refusal],
    deleted_keys: Sequence[str],
    next_item_no: int,
) -> Changes:
    """Open, refresh and close the items of the records that this batch handled (by row)."""
    known = [record.key for record in handled.values() if record.known]
    open_items = _open(work, [*known, *deleted_keys])
    named: Named = {}
    for refusal in refusals:
        record = handled[refusal.row]
        named.setdefault((record.key, refusal.rule, refusal.field or ""), (refusal, record))
    fresh = {key: pair for key, pair in named.items() if key not in open_items}
    _insert(work, fresh, next_item_no)
    _refresh(work, named, open_items)
    over = [row.item_id for key, row in open_items.items() if key not in named]
    _close(work, over)
    return Changes(len(fresh), len(over), next_item_no + len(fresh))


def _open(work: Work, keys: Sequence[str]) -> dict[tuple[str, str, str], Row[Any]]:
    if not keys:
        return {}
    rows = work.connection.execute(
        text(
            "SELECT item_id, record_key, rule, field, level, stage, value, message, raw_hash"
            " FROM quarantine_item WHERE stream_id = :stream AND status = 'open'"
            f" AND {work.bulk.member('record_key', 'text')}"
        ),
        {"stream": work.stream_id, "keys": work.bulk.pack(keys)},
    )
    return {(row.record_key, row.rule, row.field): row for row in rows}


def _insert(work: Work, fresh: Named, next_item_no: int) -> None:
    rows = [
        (
            first_id(work.stream_id) + number,
            work.stream_id,
            key,
            refusal.level,
            str(refusal.stage),
            rule,
            field,
            refusal.value,
            refusal.message,
            "open",
            work.recorded_at,
            work.batch_no,
            record.raw_hash,
        )
        for number, ((key, rule, field), (refusal, record)) in enumerate(
            fresh.items(), start=next_item_no
        )
    ]
    work.bulk.insert(work.connection, QUARANTINE_ITEM, framed(rows, _SCHEMA))


def _refresh(work: Work, named: Named, open_items: Mapping[tuple[str, str, str], Row[Any]]) -> None:
    """An item that stays open tells of the newest refused version."""
    rows = []
    for key, (refusal, record) in named.items():
        old = open_items.get(key)
        new = (refusal.level, str(refusal.stage), refusal.value, refusal.message, record.raw_hash)
        if old is not None and new != (
            old.level, old.stage, old.value, old.message, bytes(old.raw_hash)
        ):  # fmt: skip
            rows.append((old.item_id, *new))
    names = ("item_id", "level", "stage", "value", "message", "raw_hash")
    frame = framed(rows, {name: _SCHEMA[name] for name in names})
    work.bulk.update(work.connection, QUARANTINE_ITEM, frame, ["item_id"])


def _close(work: Work, item_ids: Sequence[int]) -> None:
    rows = [(item_id, "closed", work.batch_no) for item_id in item_ids]
    schema = {"item_id": pl.Int64, "status": pl.String, "closed_batch": pl.Int32}
    work.bulk.update(work.connection, QUARANTINE_ITEM, framed(rows, schema), ["item_id"])


def discard(database: Database, item_ids: Sequence[int]) -> int:
    """See `Store.discard`."""
    with database.write() as connection:
        done = connection.execute(
            update(QUARANTINE_ITEM)
            .where(_ITEM.item_id.in_(list(item_ids)), _ITEM.status == "open")
            .values(status="discarded")
        )
        return done.rowcount


def discard_reason(  # noqa: PLR0917 - as `Store.discard_reason`, which calls it alone
    database: Database, stream: int, stage: str, rule: str, field: str | None, up_to: int
) -> int:
    """See `Store.discard_reason`."""
    with database.write() as connection:
        done = connection.execute(
            update(QUARANTINE_ITEM)
            .where(
                _ITEM.stream_id == stream,
                _ITEM.status == "open",
                _ITEM.stage == stage,
                _ITEM.rule == rule,
                _ITEM.field == (field or ""),
                _ITEM.item_id <= up_to,
            )
            .values(status="discarded")
        )
        return done.rowcount


def item(database: Database, item_id: int) -> QuarantineItem | None:
    """See `Store.quarantine_item`."""
    with database.read() as connection:
        row = connection.execute(_items().where(_ITEM.item_id == item_id)).one_or_none()
    return _item(row) if row is not None else None


def items(
    database: Database,
    *,
    system: str | None,
    stream: str | None,
    rule: str | None,
    record_key: str | None,
    stage: str | None,
    status: str | None,
    limit: int,
) -> list[QuarantineItem]:
    """See `Store.quarantine`."""
    query = _items().order_by(_ITEM.opened_at, _ITEM.item_id).limit(limit)
    wanted = (
        (STREAM.c.system, system),
        (STREAM.c.stream, stream),
        (_ITEM.rule, rule),
        (_ITEM.record_key, record_key),
        (_ITEM.stage, stage),
        (_ITEM.status, status),
    )
    for column, value in wanted:
        if value is not None:
            query = query.where(column == value)
    with database.read() as connection:
        return [_item(row) for row in connection.execute(query)]


def _items() -> Select[Any]:
    same_bytes = (
        (SOURCE_RECORD.c.stream_id == _ITEM.stream_id)
        & (SOURCE_RECORD.c.record_key == _ITEM.record_key)
        & (SOURCE_RECORD.c.raw_hash == _ITEM.raw_hash)
    )
    archived = (BATCH.c.stream_id == SOURCE_RECORD.c.stream_id) & (
        BATCH.c.batch_no == SOURCE_RECORD.c.batch_no
    )
    return (
        select(
            QUARANTINE_ITEM,
            STREAM.c.system,
            STREAM.c.stream,
            BATCH.c.archive_path,
            SOURCE_RECORD.c.position,
        )
        .join(STREAM, STREAM.c.stream_id == _ITEM.stream_id)
        .outerjoin(SOURCE_RECORD, same_bytes)
        .outerjoin(BATCH, archived)
    )


def _item(row: Row[Any]) -> QuarantineItem:
    return QuarantineItem(
        item_id=row.item_id,
        system=row.system,
        stream=row.stream,
        record_key=row.record_key,
        level=row.level,
        stage=row.stage,
        rule=row.rule,
        field=row.field or None,
        value=row.value,
        message=row.message,
        status=row.status,
        opened_at=row.opened_at,
        opened_batch=row.opened_batch,
        closed_batch=row.closed_batch,
        raw_hash=bytes(row.raw_hash),
        archive_path=row.archive_path,
        archive_position=row.position,
    )
