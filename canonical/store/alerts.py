"""Alerts: each condition has at most one open alert, and each channel tells it once.

A check locks out every other one, looks, and writes in the same transaction; what it looked at
cannot be older than what another check has already noted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, insert, or_, select, text, update

from canonical.store.alert_tables import ALERT, ALERT_NOTICE
from canonical.store.database import Database

Event = Literal["opened", "cleared"]
CLAIM = timedelta(minutes=5)
"""For how long a notice is left to whoever took it; longer than any channel takes."""

LONGEST_PAUSE = timedelta(hours=1)
"""Between two tries of a channel that is down; the pause doubles from a minute up to this."""

_NOTICE = ALERT_NOTICE.c


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that somebody should know, as it stands now.

    `stream` is empty where it is about the whole system; `facts` are numbers for its words.
    """

    kind: str
    system: str
    stream: str
    since: datetime
    facts: Mapping[str, int] = field(default_factory=dict)

    @property
    def place(self) -> tuple[str, str, str]:
        """What it is one of a kind by."""
        return (self.kind, self.system, self.stream)


@dataclass(frozen=True, slots=True)
class Alert:
    """A condition from when it was first seen until it was seen to be over."""

    alert_id: str
    condition: Condition
    opened_at: datetime
    seen_at: datetime
    cleared_at: datetime | None


@dataclass(frozen=True, slots=True)
class Notice:
    """That one channel has to tell of one alert; `problem` says why it could not yet."""

    alert: Alert
    channel: str
    event: Event
    tries: int = 0
    told_at: datetime | None = None
    problem: str | None = None

    @property
    def notice_id(self) -> str:
        """The same however often it is sent, so that a receiver knows one that came twice."""
        return f"{self.alert.alert_id}.{self.event}"

    @property
    def at(self) -> datetime:
        """When what it tells of was noted."""
        cleared = self.alert.cleared_at
        return cleared if self.event == "cleared" and cleared else self.alert.opened_at


@dataclass(frozen=True, slots=True)
class Change:
    """What a check changed."""

    opened: list[Alert]
    cleared: list[Alert]


@contextmanager
def checking(database: Database) -> Iterator[Connection]:
    """A transaction that no other check runs beside."""
    with database.write() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("LOCK TABLE alert IN SHARE ROW EXCLUSIVE MODE"))
        yield connection


def open_alerts(connection: Connection) -> list[Alert]:
    """Alerts that have not cleared, oldest first."""
    rows = connection.execute(
        select(ALERT)
        .where(ALERT.c.cleared_at.is_(None))
        .order_by(ALERT.c.opened_at, ALERT.c.alert_id)
    )
    return [_alert(row) for row in rows]


def latest(connection: Connection, limit: int) -> list[Alert]:
    """The newest alerts, open or cleared, newest first."""
    query = select(ALERT).order_by(ALERT.c.opened_at.desc(), ALERT.c.alert_id.desc()).limit(limit)
    return [_alert(row) for row in connection.execute(query)]


def settle(
    connection: Connection,
    conditions: Iterable[Condition],
    channels: Collection[str],
    now: datetime,
    new_id: Callable[[], str],
    *,
    succeeds: Callable[[Condition, Condition], bool],
) -> Change:
    """Open an alert for each new condition, close those whose condition is over, queue notices.

    A channel that was not there when an alert opened is told of it now. `succeeds(new, old)` says
    that one condition takes the place of another: then the old one's end is nothing to tell.
    """
    wanted = {one.place: one for one in conditions}
    standing = {alert.condition.place: alert for alert in open_alerts(connection)}
    fresh = [one for place, one in wanted.items() if place not in standing]
    over = [alert for place, alert in standing.items() if place not in wanted]
    cleared = [_clear(connection, alert, now) for alert in over]
    for place in wanted.keys() & standing.keys():
        _seen(connection, standing[place], wanted[place], now)
    opened = [_open(connection, one, now, new_id()) for one in fresh]
    told = _queued(connection, [*standing.values(), *opened])
    for alert in [*opened, *(standing[place] for place in wanted.keys() & standing.keys())]:
        for channel in channels:
            if (alert.alert_id, channel) not in told:
                _queue(connection, alert, channel, "opened", now)
    for alert in cleared:
        if not any(succeeds(new, alert.condition) for new in fresh):
            for alert_id, channel in told:
                if alert_id == alert.alert_id:
                    _queue(connection, alert, channel, "cleared", now)
    return Change(opened, cleared)


def waiting(connection: Connection, channel: str) -> list[Notice]:
    """What a channel has still to tell, in the order in which it came about."""
    query = (
        select(ALERT, ALERT_NOTICE)
        .join(ALERT_NOTICE, _NOTICE.alert_id == ALERT.c.alert_id)
        .where(_NOTICE.channel == channel, _NOTICE.told_at.is_(None))
    )
    return sorted(map(_notice, connection.execute(query)), key=_order)


def notices(connection: Connection, alert_ids: Collection[str]) -> list[Notice]:
    """Everything that channels have to tell, or have told, of these alerts."""
    query = (
        select(ALERT, ALERT_NOTICE)
        .join(ALERT_NOTICE, _NOTICE.alert_id == ALERT.c.alert_id)
        .where(_NOTICE.alert_id.in_(alert_ids))
    )
    return sorted(map(_notice, connection.execute(query)), key=_order)


def claim(database: Database, notice: Notice, now: datetime) -> bool:
    """Take a notice for sending; False where it is not due, or somebody else has it."""
    free = or_(_NOTICE.claimed_until.is_(None), _NOTICE.claimed_until <= now)
    with database.write() as connection:
        taken = connection.execute(
            update(ALERT_NOTICE)
            .where(*_is(notice), _NOTICE.told_at.is_(None), _NOTICE.next_try_at <= now, free)
            .values(claimed_until=now + CLAIM)
        )
    return taken.rowcount == 1


def told(database: Database, notice: Notice, now: datetime) -> None:
    """Note that the channel has told it."""
    _update(database, notice, tries=notice.tries + 1, told_at=now, claimed_until=None, problem=None)


def failed(database: Database, notice: Notice, problem: str, now: datetime) -> None:
    """Note that the channel could not, and when it is to try again."""
    pause = min(timedelta(minutes=2 ** min(notice.tries, 10)), LONGEST_PAUSE)
    _update(
        database,
        notice,
        tries=notice.tries + 1,
        next_try_at=now + pause,
        claimed_until=None,
        problem=problem,
    )


def _update(database: Database, notice: Notice, **values: Any) -> None:
    with database.write() as connection:
        connection.execute(update(ALERT_NOTICE).where(*_is(notice)).values(**values))


def _is(notice: Notice) -> tuple[Any, ...]:
    return (
        _NOTICE.alert_id == notice.alert.alert_id,
        _NOTICE.channel == notice.channel,
        _NOTICE.event == notice.event,
    )


def _open(connection: Connection, condition: Condition, now: datetime, alert_id: str) -> Alert:
    connection.execute(
        insert(ALERT).values(
            alert_id=alert_id,
            kind=condition.kind,
            system=condition.system,
            stream=condition.stream,
            since=condition.since,
            facts=_written(condition),
            opened_at=now,
            seen_at=now,
        )
    )
    return Alert(alert_id, condition, now, now, None)


def _seen(connection: Connection, alert: Alert, condition: Condition, now: datetime) -> None:
    connection.execute(
        update(ALERT)
        .where(ALERT.c.alert_id == alert.alert_id)
        .values(seen_at=now, facts=_written(condition))
    )


def _clear(connection: Connection, alert: Alert, now: datetime) -> Alert:
    connection.execute(
        update(ALERT).where(ALERT.c.alert_id == alert.alert_id).values(cleared_at=now)
    )
    return Alert(alert.alert_id, alert.condition, alert.opened_at, alert.seen_at, now)


def _queued(connection: Connection, alerts: Collection[Alert]) -> set[tuple[str, str]]:
    query = select(_NOTICE.alert_id, _NOTICE.channel).where(
        _NOTICE.alert_id.in_([alert.alert_id for alert in alerts])
    )
    return {(row.alert_id, row.channel) for row in connection.execute(query)}


def _queue(connection: Connection, alert: Alert, channel: str, event: Event, now: datetime) -> None:
    connection.execute(
        insert(ALERT_NOTICE).values(
            alert_id=alert.alert_id, channel=channel, event=event, next_try_at=now
        )
    )


def _written(condition: Condition) -> str:
    return json.dumps(condition.facts, sort_keys=True)


def _alert(row: Row[Any]) -> Alert:
    facts = json.loads(row.facts)
    condition = Condition(row.kind, row.system, row.stream, row.since, facts)
    return Alert(row.alert_id, condition, row.opened_at, row.seen_at, row.cleared_at)


def _notice(row: Row[Any]) -> Notice:
    return Notice(_alert(row), row.channel, row.event, row.tries, row.told_at, row.problem)


def _order(notice: Notice) -> tuple[datetime, str, bool]:
    return (notice.at, notice.alert.alert_id, notice.event == "cleared")
