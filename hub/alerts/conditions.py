"""What is wrong now, as the store tells it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, literal, select

from canonical.store.alerts import Alert, Condition
from canonical.store.leases import is_free
from canonical.store.runs import DIED_TYPE
from canonical.store.tables import BATCH, DRIFT_FINDING, LEASE, RUN, STREAM
from connectors.declaration import Declaration, Stream
from hub.alerts.kinds import Kind, of_failure
from hub.pages.freshness import freshness
from hub.pages.runs import READING

_LOOKED_AT = ("new", "changed", "remapped", "quarantined")
_DECODED = sum((BATCH.c[f"{name}_count"] for name in _LOOKED_AT), literal(0))
_BEGAN_LAST = RUN.c.started_at.desc()


def conditions(
    connection: Connection,
    declared: Mapping[str, Declaration],
    standing: Collection[Alert],
    now: datetime,
) -> Iterator[Condition]:
    """Everything that somebody should know at `now`.

    A stream that was never read is no alert: nobody may have set its system up. `standing` are the
    open alerts, of which those that Airflow reported hold until a run has ended well.
    """
    query = select(STREAM, LEASE.c.owner, LEASE.c.expires_at).outerjoin(
        LEASE, LEASE.c.stream_id == STREAM.c.stream_id
    )
    for row in connection.execute(query).all():
        system = declared.get(row.system)
        stream = system.streams.get(row.stream) if system else None
        if system is not None and stream is not None:
            yield from _of_stream(connection, system, stream, row, now)
    for alert in standing:
        if _reported(alert) and not _recovered(connection, alert):
            yield alert.condition


def _of_stream(
    connection: Connection, system: Declaration, stream: Stream, known: Row[Any], now: datetime
) -> Iterator[Condition]:
    held = known.owner is not None and not is_free(known.owner, known.expires_at, now)
    runs = _runs(connection, known.stream_id)
    if not runs:
        return

    def condition(kind: Kind, since: datetime, **facts: int) -> Condition:
        return Condition(kind, system.name, stream.name, since, facts)

    ended = _newest_ended(runs, held=held)
    kind = _how_it_ended(ended)
    running = runs[0] if runs[0].status == "running" and held else None
    if running is not None and now - running.started_at > stream.deadline:
        minutes = _minutes(stream.deadline)
        yield condition(Kind.DEADLINE, running.started_at, minutes=minutes)
        kind = None if kind == Kind.DEADLINE else kind
    if kind is not None and ended is not None:
        facts = {"minutes": _minutes(stream.deadline)} if kind == Kind.DEADLINE else {}
        yield condition(kind, ended.ended_at or ended.started_at, **facts)
    if late := _late(connection, system, stream, known.stream_id, now):
        yield condition(Kind.LATE, late, minutes=_minutes(now - late))
    if found := _drift(connection, known.stream_id):
        yield condition(Kind.DRIFT, found[1], findings=found[0])


def _runs(connection: Connection, stream: int) -> Sequence[Any]:
    """The newest runs that say how a stream stands, enough to hold one that has ended."""
    query = select(RUN.c.run_id, RUN.c.started_at, RUN.c.ended_at, RUN.c.status, RUN.c.failure)
    query = query.where(RUN.c.stream_id == stream, RUN.c.mode.in_(READING))
    return connection.execute(query.order_by(_BEGAN_LAST).limit(2)).all()


def _newest_ended(runs: Sequence[Any], *, held: bool) -> Any:
    """The newest that is over; one noted as running whose lease is free has died."""
    return next((run for run in runs if run.status != "running" or not held), None)


def _how_it_ended(run: Any) -> Kind | None:
    if run is None or run.status == "succeeded":
        return None
    return of_failure(DIED_TYPE if run.status == "running" else run.failure)


def _late(
    connection: Connection, system: Declaration, stream: Stream, number: int, now: datetime
) -> datetime | None:
    """Since when a stream that is not as fresh as promised was read; None where it is fresh.

    Before its first good run it is judged by when its first run began.
    """
    began = select(RUN.c.started_at).where(RUN.c.stream_id == number, RUN.c.mode.in_(READING))
    good = began.where(RUN.c.status == "succeeded")
    at = connection.scalar(good.order_by(_BEGAN_LAST).limit(1))
    at = at or connection.scalar(began.order_by(RUN.c.started_at).limit(1))
    judged = freshness(stream, system.closed_days, at, now)
    return judged.since if judged.verdict == "late" else None


def _drift(connection: Connection, stream: int) -> tuple[int, datetime] | None:
    """How many ways the newest answers differ from the contract, and when the first was recorded.

    Newest are those of the last run that has ended and brought records that the hub had to decode;
    a finding that it did not see again no longer holds.
    """
    newest = connection.execute(
        select(BATCH.c.run_id)
        .join(RUN, RUN.c.run_id == BATCH.c.run_id)
        .where(BATCH.c.stream_id == stream, RUN.c.status != "running", _DECODED > 0)
        .order_by(BATCH.c.batch_no.desc())
        .limit(1)
    ).scalar()
    if newest is None:
        return None
    first = select(func.min(BATCH.c.batch_no)).where(
        BATCH.c.stream_id == stream, BATCH.c.run_id == newest
    )
    open_ones = (
        DRIFT_FINDING.c.stream_id == stream,
        DRIFT_FINDING.c.status == "open",
        DRIFT_FINDING.c.last_batch >= first.scalar_subquery(),
    )
    count, earliest = connection.execute(
        select(func.count(), func.min(DRIFT_FINDING.c.first_batch)).where(*open_ones)
    ).one()
    if not count:
        return None
    since = select(BATCH.c.recorded_at).where(
        BATCH.c.stream_id == stream, BATCH.c.batch_no == earliest
    )
    return count, connection.execute(since).scalar_one()


def _reported(alert: Alert) -> bool:
    """Whether nothing in the store says so: Airflow told of a system's whole run."""
    return alert.condition.kind == Kind.DEADLINE and not alert.condition.stream


def _recovered(connection: Connection, alert: Alert) -> bool:
    """Whether a run of the system has ended well since."""
    query = (
        select(RUN.c.run_id)
        .join(STREAM, STREAM.c.stream_id == RUN.c.stream_id)
        .where(
            STREAM.c.system == alert.condition.system,
            RUN.c.status == "succeeded",
            RUN.c.ended_at > alert.opened_at,
        )
        .limit(1)
    )
    return connection.execute(query).first() is not None


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)
