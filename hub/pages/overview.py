"""What the overview shows: every system with its streams, and what needs somebody."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from base.clock import JST
from base.settings import Settings
from canonical.store import Store, alerts
from canonical.store.leases import is_free
from canonical.store.tables import DRIFT_FINDING, LEASE, QUARANTINE_ITEM, STREAM, STREAM_STATE
from connectors.declaration import Declaration, Stream
from hub.alerts.words import Language, Told, told
from hub.local import progress
from hub.options import Progress
from hub.pages.freshness import Freshness, freshness
from hub.pages.runs import Day, ShownRun, newest, trends


@dataclass(frozen=True, slots=True)
class StreamRow:
    """One stream as it stands.

    Attributes:
        last: the newest run that read on or read everything; None before the first.
        later: a newer run that worked on a part (a replay, a backfill), if there is one.
        records: how many different records it ever had.
        holder: who is at work on it now.
        waiting: for what a run waits, in the run's own words; empty where none does.
        breaker: whether the last run ended because the system was left in peace.
    """

    declared: Stream
    last: ShownRun | None
    later: ShownRun | None
    fresh: Freshness
    days: list[Day]
    records: int
    open_items: int
    drift: int
    holder: str | None
    waiting: str
    breaker: bool

    @property
    def trouble(self) -> bool:
        """Whether somebody should look at it."""
        failed = self.last is not None and self.last.status in {"failed", "stopped"}
        return failed or self.fresh.verdict in {"late", "never"} or self.drift > 0


@dataclass(frozen=True, slots=True)
class SystemRow:
    """One system with its streams; `paused` is None where Airflow does not know its DAG."""

    declared: Declaration
    dag_id: str
    paused: bool | None
    streams: list[StreamRow]

    @property
    def trouble(self) -> bool:
        """Whether one of its streams needs somebody."""
        return any(stream.trouble for stream in self.streams)


def overview(
    store: Store,
    settings: Settings,
    declared: Mapping[str, Declaration],
    paused: Mapping[str, bool],
    now: datetime,
) -> list[SystemRow]:
    """How the systems of `declared` stand at `now`."""
    at_work = {f"{one.system}.{one.stream}": one for one in progress.read(settings.home)}
    with store.database.read() as connection:
        known = _known(connection)
        items = _open(connection, QUARANTINE_ITEM)
        findings = _open(connection, DRIFT_FINDING)
        wanted = [row.stream_id for (system, _), row in known.items() if system in declared]
        days = trends(connection, wanted, now.astimezone(JST).date())
        return [
            SystemRow(
                system,
                dag_id(name),
                paused.get(dag_id(name)),
                [
                    _row(
                        connection, system, stream, known.get((name, stream.name)),
                        items, findings, days, at_work.get(f"{name}.{stream.name}"), now,
                    )
                    for stream in system.streams.values()
                ],
            )
            for name, system in declared.items()
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An open alert as the overview tells it."""

    system: str
    since: datetime
    said: Told


def open_alerts(
    store: Store, declared: Mapping[str, Declaration], language: Language
) -> list[AlertLine]:
    """The open alerts of the systems of `declared`, oldest first."""
    with store.database.read() as connection:
        standing = [alert.condition for alert in alerts.open_alerts(connection)]
    return [
        AlertLine(one.system, one.since, told(one, declared, language))
        for one in standing
        if one.system in declared
    ]


def dag_id(system: str) -> str:
    """The DAG that syncs a system."""
    return f"sync_{system}"


def _known(connection: Connection) -> dict[tuple[str, str], Row[Any]]:
    query = (
        select(STREAM, STREAM_STATE.c.next_record_no, LEASE.c.owner, LEASE.c.expires_at)
        .join(STREAM_STATE, STREAM_STATE.c.stream_id == STREAM.c.stream_id)
        .outerjoin(LEASE, LEASE.c.stream_id == STREAM.c.stream_id)
    )
    return {(row.system, row.stream): row for row in connection.execute(query)}


def _open(connection: Connection, table: Any) -> dict[int, int]:
    query = (
        select(table.c.stream_id, func.count())
        .where(table.c.status == "open")
        .group_by(table.c.stream_id)
    )
    return {stream: count for stream, count in connection.execute(query)}  # noqa: C416


def _row(  # noqa: PLR0917 - what one query each found, for all streams
    connection: Connection,
    system: Declaration,
    stream: Stream,
    known: Row[Any] | None,
    items: Mapping[int, int],
    findings: Mapping[int, int],
    days: Mapping[int, list[Day]],
    told: Progress | None,
    now: datetime,
) -> StreamRow:
    closed: Collection[str] = system.closed_days
    if known is None:
        fresh = freshness(stream, closed, None, now)
        return StreamRow(stream, None, None, fresh, [], 0, 0, 0, None, "", breaker=False)
    number = known.stream_id
    last, latest = newest(connection, number), newest(connection, number, None)
    good = last if last and last.status == "succeeded" else None
    good = good or newest(connection, number, status="succeeded")
    held = known.owner is not None and not is_free(known.owner, known.expires_at, now)
    waits = held and told is not None and told.state == "waiting"
    failed = last is not None and last.status in {"failed", "stopped"}
    return StreamRow(
        declared=stream,
        last=last,
        later=latest if latest and last and latest.started_at > last.started_at else None,
        fresh=freshness(stream, closed, good.started_at if good else None, now),
        days=days[number],
        records=known.next_record_no - 1,
        open_items=items.get(number, 0),
        drift=findings.get(number, 0),
        holder=known.owner if held else None,
        waiting=told.detail if waits and told else "",
        breaker=failed and last is not None and "in a row" in (last.error or ""),
    )
