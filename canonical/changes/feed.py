"""Reading the feed: what changed since a cursor, as far as the reader may know of it.

A cursor is the id of an event that the reader may see. Numbers are never shown: their gaps would
tell how many events there are that he may not know of.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, select

from base.errors import StoreError
from canonical.store.database import Database
from canonical.store.party_tables import EVENT

LIMIT = 1_000
NOW = "now"
"""As a cursor: after everything that is there."""

_E = EVENT.c


class Event(NamedTuple):
    """One event; `data` is JSON."""

    event_id: str
    kind: str
    party_id: int | None
    scope: str
    at: datetime
    data: str


class _End(NamedTuple):
    event_id: str
    sequence: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some events in order.

    Attributes:
        events: those read.
        next: the cursor to go on from; None where there is no event yet.
        more: whether further events are there already.
    """

    events: list[Event]
    next: str | None
    more: bool


def read(
    database: Database,
    *,
    since: str | None = None,
    scopes: Iterable[str] = (),
    kinds: Iterable[str] | None = None,
    limit: int = LIMIT,
) -> Page:
    """The events after `since`, oldest first.

    Args:
        database: the store.
        since: the `next` of an earlier page, the id of any event seen, or `NOW`; None: from the
            beginning.
        scopes: what the reader may know of beyond what is open to all. An event that takes scopes
            he lacks is as if it were not there: it shows in no number, cursor or count.
        kinds: those wanted (see `canonical.changes.kinds`); None: all.
        limit: events at most.

    Raises:
        StoreError: the cursor is no event that the reader may know of.
    """
    visible = _E.scope.in_(_visible(scopes)) & _E.sequence.is_not(None)
    with database.read() as connection:
        end = _end(connection, visible)
        after = _position(connection, since, visible, end)
        if end is None or after >= end.sequence:
            return Page([], _there(since, end), more=False)
        wanted = and_(visible, _E.sequence > after, _E.sequence <= end.sequence)
        if kinds is not None:
            wanted &= _E.kind.in_(sorted(kinds))
        rows = connection.execute(
            select(_E.event_id, _E.kind, _E.party_id, _E.scope, _E.at, _E.data)
            .where(wanted)
            .order_by(_E.sequence)
            .limit(limit + 1)
        ).all()
    shown, more = [Event(*row) for row in rows[:limit]], len(rows) > limit
    return Page(shown, shown[-1].event_id if more else end.event_id, more)


def of_party(
    database: Database,
    party_id: int,
    *,
    since: str | None = None,
    scopes: Iterable[str] = (),
    limit: int = LIMIT,
) -> Page | None:
    """Events of one business, oldest first; None where the cursor is none of its events.

    Args:
        since: the id of an event of this business that the reader may know of.
    """
    mine = and_(_E.scope.in_(_visible(scopes)), _E.party_id == party_id, _E.sequence.is_not(None))
    with database.read() as connection:
        after = 0
        if since is not None:
            found = connection.scalar(select(_E.sequence).where(_E.event_id == since, mine))
            if found is None:
                return None
            after = found
        rows = connection.execute(
            select(_E.event_id, _E.kind, _E.party_id, _E.scope, _E.at, _E.data)
            .where(mine, _E.sequence > after)
            .order_by(_E.sequence)
            .limit(limit + 1)
        ).all()
    shown = [Event(*row) for row in rows[:limit]]
    return Page(shown, shown[-1].event_id if shown else since, len(rows) > limit)


def waiting(database: Database, scopes: Iterable[str] = ()) -> int:
    """How many events that the reader may know of have no number yet, and so are not read."""
    with database.read() as connection:
        counted = select(func.count()).select_from(EVENT)
        where = _E.sequence.is_(None) & _E.scope.in_(_visible(scopes))
        return connection.scalar(counted.where(where)) or 0


def _visible(scopes: Iterable[str]) -> list[str]:
    """The scopes of events that a reader with these may know of: any of his together."""
    own = sorted(set(scopes) - {""})
    return [" ".join(some) for size in range(len(own) + 1) for some in combinations(own, size)]


def _end(connection: Connection, visible: ColumnElement[bool]) -> _End | None:
    """The last event that the reader may know of."""
    found = connection.execute(
        select(_E.event_id, _E.sequence).where(visible).order_by(_E.sequence.desc()).limit(1)
    ).one_or_none()
    return None if found is None else _End(*found)


def _there(since: str | None, end: _End | None) -> str | None:
    """The cursor of a reader who has read everything."""
    if since not in {None, NOW}:
        return since
    return None if end is None else end.event_id


def _position(
    connection: Connection, since: str | None, visible: ColumnElement[bool], end: _End | None
) -> int:
    if since is None:
        return 0
    if since == NOW:
        return 0 if end is None else end.sequence
    found = connection.scalar(select(_E.sequence).where(_E.event_id == since, visible))
    if found is None:
        raise StoreError(
            "the cursor is no event that you may know of",
            remedy="Give the id of an event that you read, under the same scopes,"
            " or read from the beginning.",
        )
    return int(found)
