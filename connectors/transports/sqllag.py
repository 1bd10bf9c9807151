"""What a replica has for certain, and what a read must make up for because another one lagged.

A replica is behind its primary. A row that was changed before a read's upper bound may not have
reached it, and the next window, which begins at that bound, would never meet it. So a read ends
where the replica is known to hold everything, and notes what it claimed beyond that: a *gap*. The
next read begins at the gap's beginning, until one has filled it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, column, func, select, table
from sqlalchemy import literal_column as sql

from base.clock import Clock
from base.errors import ContractError, ReadError
from base.records import Memo, Window
from base.replica import Snapshot
from connectors.declaration import Cursor, parse_duration

NOTE = "replica:gap"
"""Under what key the gap is kept between runs."""

REMEDY = "Ask the owner what is wrong with the replica; the next run reads on from here"


@dataclass(frozen=True, slots=True)
class Lag:
    """How a replica tells up to when it holds everything that its primary committed.

    `heartbeat` is a table and its column with one instant that the primary keeps writing;
    `replay` asks PostgreSQL for the commit time of the last transaction that was replayed
    (`pg_last_xact_replay_timestamp()`). While a primary is idle that time stands still: then the
    bound is lower than it need be, and what comes next is read all the same. A database that is
    no standby holds everything.
    """

    heartbeat: tuple[str, str] | None = None
    replay: bool = False
    at_most: timedelta | None = None
    schema: str | None = None

    @classmethod
    def of(cls, section: Mapping[str, Any]) -> Lag:
        """What the declaration's `sql.lag` says."""
        given = section.get("lag", {})
        name, _, place = given.get("heartbeat", "").partition(".")
        return cls(
            (name, place) if name else None,
            bool(given.get("replay")),
            parse_duration(given["at_most"]) if "at_most" in given else None,
            section.get("schema"),
        )

    def certain(self, snapshot: Snapshot, clock: Clock) -> datetime | None:
        """Up to when this snapshot holds everything; None where it is the primary's own.

        Raises:
            ReadError: the heartbeat is missing, or the replica lags more than is allowed.
        """
        if self.heartbeat is not None:
            certain = self._beat(snapshot, *self.heartbeat)
        elif self.replay and snapshot.dialect == "postgresql":
            standby: ColumnElement[bool] = sql("pg_is_in_recovery()")
            ((behind, last),) = snapshot.rows(
                select(standby, func.pg_last_xact_replay_timestamp())
            ).rows
            if not behind:
                return None
            certain = last
        else:
            return None
        if certain is None:
            raise ReadError("the replica does not tell up to when it is complete", remedy=REMEDY)
        late = clock.now() - certain
        if self.at_most is not None and late > self.at_most:
            hours = late.total_seconds() / 3600
            raise ReadError(f"the replica is {hours:.1f} hours behind its primary", remedy=REMEDY)
        return certain

    def _beat(self, snapshot: Snapshot, name: str, place: str) -> datetime | None:
        found = snapshot.rows(
            select(func.max(column(place))).select_from(table(name, schema=self.schema))
        ).rows
        beat = found[0][0] if found else None
        if isinstance(beat, str):
            try:
                beat = datetime.fromisoformat(beat)
            except ValueError:
                beat = False
        if beat is None:
            return None
        if not isinstance(beat, datetime):
            raise ContractError(f"the heartbeat {name}.{place} is no instant", field=place)
        return beat if beat.tzinfo else beat.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Gap:
    """The part of earlier windows that the replica did not have yet: after `since`, to `until`."""

    since: datetime | None = None
    until: datetime | None = None

    @classmethod
    def of(cls, memo: Memo) -> Gap:
        """The gap that earlier reads left; none where nothing is noted."""
        since, _, until = memo([NOTE]).get(NOTE, "").partition("/")
        return cls(datetime.fromisoformat(since), datetime.fromisoformat(until)) if until else cls()

    def widened(self, window: Window, cursor: Cursor | None) -> Window:
        """The window with its look-back, and down to the gap's beginning where it lies above."""
        since = window.since
        if cursor is None:
            return replace(window, since=None)
        if since is None:
            return window
        since -= cursor.lookback
        if self.since is not None and self.since < window.until:
            since = min(since, self.since - cursor.lookback)
        return replace(window, since=since)

    def notes(self, asked: Window, read: Window, certain: datetime | None) -> dict[str, str]:
        """The note that a read leaves, empty where it changes nothing.

        Args:
            asked: the window as the run fixed it, which it will take for read.
            read: the window that was read, look-back included.
            certain: up to when the replica held everything; None for always.
        """
        upper = asked.until if certain is None else min(asked.until, certain)
        left = self._without(read.since, upper)
        if upper < asked.until:
            ends = [end for end in (left.until, asked.until) if end is not None]
            begins = [begin for begin in (left.since, upper) if begin is not None]
            left = Gap(min(begins), max(ends))
        return {} if left == self else {NOTE: left.text}

    def _without(self, since: datetime | None, until: datetime) -> Gap:
        """What is left of the gap after everything between these has been read."""
        if self.since is None or self.until is None:
            return self
        if until <= self.since or (since is not None and since > self.since):
            return self
        return Gap() if until >= self.until else Gap(until, self.until)

    @property
    def text(self) -> str:
        """As it is kept; empty where there is none."""
        if self.since is None or self.until is None:
            return ""
        return f"{self.since.isoformat()}/{self.until.isoformat()}"
