"""Open items of the quarantine, by reason, and samples of one reason."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from canonical.store.tables import QUARANTINE_ITEM, STREAM

_ITEM = QUARANTINE_ITEM.c
_REASON = (_ITEM.stream_id, _ITEM.level, _ITEM.stage, _ITEM.rule, _ITEM.field)
SAMPLES = 50


@dataclass(frozen=True, slots=True)
class Reason:
    """Why items are open: where, at which stage, by which rule, at which field (empty: record)."""

    system: str
    stream: str
    level: str
    stage: str
    rule: str
    field: str
    items: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which open items are meant: those of one reason."""

    system: str
    stream: str
    stage: str
    rule: str
    field: str

    def where(self, query: Select[Any], stream_id: int) -> Select[Any]:
        """Narrow a query of items to these."""
        return query.where(
            _ITEM.stream_id == stream_id,
            _ITEM.status == "open",
            _ITEM.rule == self.rule,
            _ITEM.stage == self.stage,
            _ITEM.field == self.field,
        )


def reasons(connection: Connection, systems: Collection[str]) -> list[Reason]:
    """Every reason for which items of these systems are open, the most frequent first."""
    count = func.count()
    grouped = (
        select(*_REASON, count.label("items"), func.min(_ITEM.opened_at).label("first"),
               func.max(_ITEM.opened_at).label("last"))
        .where(_ITEM.status == "open")
        .group_by(*_REASON)
        .order_by(count.desc())
    )  # fmt: skip
    streams = {
        row.stream_id: (row.system, row.stream)
        for row in connection.execute(select(STREAM).where(STREAM.c.system.in_(systems)))
    }
    return [
        Reason(*streams[row.stream_id], *row[1:])
        for row in connection.execute(grouped)
        if row.stream_id in streams
    ]


def stream_id(connection: Connection, system: str, stream: str) -> int | None:
    """The number of a stream that the store knows."""
    query = select(STREAM.c.stream_id).where(STREAM.c.system == system, STREAM.c.stream == stream)
    return connection.scalar(query)


def samples(connection: Connection, chosen: Chosen, number: int) -> tuple[list[Any], int]:
    """Some items of a reason, the newest first, and how many there are."""
    total = connection.scalar(chosen.where(select(func.count()), number)) or 0
    query = chosen.where(select(QUARANTINE_ITEM), number).order_by(_ITEM.item_id.desc())
    return list(connection.execute(query.limit(SAMPLES))), total


def chosen_items(connection: Connection, chosen: Chosen, number: int) -> list[tuple[int, str]]:
    """All items of a reason: number and record key."""
    query = chosen.where(select(_ITEM.item_id, _ITEM.record_key), number).order_by(_ITEM.item_id)
    return [(row.item_id, row.record_key) for row in connection.execute(query)]
