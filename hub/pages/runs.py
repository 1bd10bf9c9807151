"""The runs of the streams as the pages show them: newest of each, and what each day brought."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, literal_column, select

from base.clock import JST
from canonical.store.batch import COUNT_NAMES
from canonical.store.tables import BATCH, RUN

TREND_DAYS = 14
READING = ("incremental", "full")
"""Modes of runs that say how a stream stands; a replay or a backfill works on a part of it."""

_SUMS = [func.coalesce(func.sum(BATCH.c[f"{n}_count"]), 0).label(n) for n in COUNT_NAMES]
_RUN = (
    RUN.c.run_id, RUN.c.trigger, RUN.c.mode, RUN.c.since, RUN.c.until, RUN.c.started_at,
    RUN.c.ended_at, RUN.c.status, RUN.c.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShownRun:
    """One run; `counts` are those of invariant 1, by name."""

    run_id: str
    trigger: str
    mode: str
    since: datetime | None
    until: datetime | None
    started_at: datetime
    ended_at: datetime | None
    status: str
    error: str | None
    counts: dict[str, int]

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it runs."""
        return (self.ended_at - self.started_at).total_seconds() if self.ended_at else None


@dataclass(slots=True)
class Day:
    """What the runs of one day in Japan brought, all together."""

    day: date
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNT_NAMES, 0))
    runs: int = 0
    failed: int = 0


def newest(connection: Connection, stream: int, modes: Sequence[str] | None = READING,
           status: str | None = None) -> ShownRun | None:  # fmt: skip
    """The newest run of a stream in these modes (None: any), and with that status."""
    query = (
        select(*_RUN).where(RUN.c.stream_id == stream).order_by(RUN.c.started_at.desc()).limit(1)
    )
    if modes is not None:
        query = query.where(RUN.c.mode.in_(modes))
    if status is not None:
        query = query.where(RUN.c.status == status)
    row = connection.execute(query).one_or_none()
    return _shown(row, _counted(connection, [row.run_id])[row.run_id]) if row else None


def recent(
    connection: Connection, stream: int, limit: int, before: datetime | None = None
) -> list[ShownRun]:
    """The newest runs of a stream, in any mode; those that started earlier than `before`."""
    query = (
        select(*_RUN)
        .where(RUN.c.stream_id == stream)
        .order_by(RUN.c.started_at.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(RUN.c.started_at < before)
    rows = connection.execute(query).all()
    counts = _counted(connection, [row.run_id for row in rows])
    return [_shown(row, counts[row.run_id]) for row in rows]


def trends(connection: Connection, streams: Sequence[int], today: date) -> dict[int, list[Day]]:
    """By stream the last fourteen days, the oldest first, `today` the last.

    A run belongs to the day in Japan on which it began.
    """
    span = [today - timedelta(days=back) for back in reversed(range(TREND_DAYS))]
    days = {stream: {day: Day(day) for day in span} for stream in streams}
    first = datetime.combine(span[0], datetime.min.time(), JST)
    began = _day_in_japan(connection)
    ended_badly = case((RUN.c.status.in_(["failed", "stopped"]), RUN.c.run_id))
    query = (
        select(
            RUN.c.stream_id, began.label("day"), func.count(RUN.c.run_id.distinct()).label("runs"),
            func.count(ended_badly.distinct()).label("failed"), *_SUMS,
        )
        .outerjoin(BATCH, BATCH.c.run_id == RUN.c.run_id)
        .where(RUN.c.stream_id.in_(streams), RUN.c.started_at >= first)
        .group_by(RUN.c.stream_id, began)
    )  # fmt: skip
    for row in connection.execute(query):
        found = days[row.stream_id].get(date.fromisoformat(str(row.day)))
        if found is not None:
            found.runs, found.failed = row.runs, row.failed
            found.counts = {name: int(row._mapping[name]) for name in COUNT_NAMES}
    return {stream: list(found.values()) for stream, found in days.items()}


def _day_in_japan(connection: Connection) -> ColumnElement[Any]:
    if connection.dialect.name == "postgresql":
        return func.date(func.timezone(literal_column("'Asia/Tokyo'"), RUN.c.started_at))
    return func.date(RUN.c.started_at, literal_column("'+9 hours'"))


def _counted(connection: Connection, run_ids: Iterable[str]) -> dict[str, dict[str, int]]:
    wanted = list(run_ids)
    counts = {run_id: dict.fromkeys(COUNT_NAMES, 0) for run_id in wanted}
    query = (
        select(BATCH.c.run_id, *_SUMS).where(BATCH.c.run_id.in_(wanted)).group_by(BATCH.c.run_id)
    )
    for row in connection.execute(query):
        counts[row.run_id] = {name: int(row._mapping[name]) for name in COUNT_NAMES}
    return counts


def _shown(row: Any, counts: dict[str, int]) -> ShownRun:
    return ShownRun(**row._mapping, counts=counts)
