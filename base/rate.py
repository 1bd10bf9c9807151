"""The rate budget of a system, shared by all streams and processes that read it.

GCRA (generic cell rate algorithm, ITU-T I.371): the store keeps for each system the time at which
the next request may go out; whoever asks takes that time and moves it on by one interval. Requests
are evenly spaced, so no window of any length holds more than the rate allows.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    Column,
    Connection,
    Double,
    Engine,
    MetaData,
    String,
    Table,
    func,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from base.clock import Clock
from base.errors import RateLimited
from base.sidestore import side_engine, unreachable

Waiting = Callable[[str, float], None]
"""Told (system, seconds left) while a request waits for its turn, and 0.0 when it goes on."""

BLOCK_ABOVE = 50.0
"""Requests a second above which slots are taken in blocks."""

_REPORT_EVERY = 5.0
_RECHECK_AFTER = 1.0

_metadata = MetaData()
_budgets = Table(
    "rate_budgets",
    _metadata,
    Column("system", String(100), primary_key=True),
    Column("next_at", Double, nullable=False),  # seconds since 1970 on the store's clock
    Column("closed_until", Double, nullable=False),  # a 429's Retry-After
)


@dataclass(slots=True)
class _Block:
    next_at: float = 0.0
    left: int = 0


class RateBudget:
    """Lets requests to one system through at its rate.

    Args:
        system: the budget's name; whoever uses the same name and store shares it.
        rate: requests a second; None or 0 for unlimited (then no store is touched).
        url: the side store (`Settings.side_database_url`).
        waiting: told while a request waits.

    Above 50 requests a second a process takes slots for up to a fifth of a second at once, which
    costs one store access; a window may then hold up to that many requests more.
    """

    def __init__(
        self,
        system: str,
        rate: float | None,
        url: str | None,
        clock: Clock,
        waiting: Waiting | None = None,
    ) -> None:
        self.system = system
        self._interval = 1 / rate if rate else 0.0
        self._block_size = max(1, int(rate / 5)) if rate and rate > BLOCK_ABOVE else 1
        self._url = url
        self._clock = clock
        self._waiting = waiting
        self._block = _Block()
        self._lock = threading.Lock()

    def acquire(self, max_wait: float | None = None) -> float:
        """Wait for this request's turn; return the seconds waited.

        Args:
            max_wait: seconds the caller can wait; more raises at once and takes no slot. A slot
                taken is given up when a penalty that comes meanwhile puts it off beyond them.

        Raises:
            RateLimited: the turn comes later than `max_wait`; `retry_after` says when.
            StoreUnreachable: the side store does not answer.
        """
        if not self._interval:
            return 0.0
        slot = self._take(max_wait)
        ends = None if max_wait is None else self._now() + max_wait
        waited = 0.0
        while (left := slot - self._now()) > 0:
            if self._waiting:
                self._waiting(self.system, left)
            self._clock.sleep(min(left, _REPORT_EVERY))
            waited += min(left, _REPORT_EVERY)
            if left <= _REPORT_EVERY and waited > _RECHECK_AFTER:
                slot = max(slot, self._closed_until())
                if ends is not None and slot > ends:
                    raise self._too_late(slot - self._now())
        if waited and self._waiting:
            self._waiting(self.system, 0.0)
        return waited

    def penalise(self, seconds: float) -> None:
        """Let nobody's next request out before `seconds` from now: the system said so (429).

        With an unlimited rate this does nothing: the caller's own retry waits.
        """
        if not self._interval or seconds <= 0:
            return
        with self._lock:
            self._block.left = 0
            until = self._now() + seconds
            self._move(now=self._now(), slots=0, closed_until=until, latest=None)

    def _take(self, max_wait: float | None) -> float:
        with self._lock:
            now = self._now()
            block = self._block
            stale = block.next_at < now - self._block_size * self._interval
            if block.left == 0 or stale:
                latest = None if max_wait is None else now + max_wait
                block.next_at = self._move(
                    now=now, slots=self._block_size, closed_until=0.0, latest=latest
                )
                block.left = self._block_size
            slot = block.next_at
            block.next_at += self._interval
            block.left -= 1
            return slot

    def _now(self) -> float:
        """The store's clock, followed by ours: machines need not agree on the time."""
        return self._clock.now().timestamp() + _clock_offset(self._engine(), cast(Any, self._clock))

    def _engine(self) -> Engine:
        if self._url is None:
            raise ValueError("a limited rate needs a side store")
        return _ready(side_engine(self._url))

    def _move(self, *, now: float, slots: int, closed_until: float, latest: float | None) -> float:
        """Take `slots` slots in one transaction; return the time of the first."""
        try:
            with self._engine().begin() as connection:
                next_at, closed = self._lock_row(connection)
                closed = max(closed, closed_until)
                first = float(max(next_at, closed, now))
                if latest is not None and first > latest:
                    raise self._too_late(first - now)
                connection.execute(
                    _budgets.update()
                    .where(_budgets.c.system == self.system)
                    .values(next_at=first + slots * self._interval, closed_until=closed)
                )
                return first
        except DBAPIError as error:
            raise unreachable(error) from error

    def _lock_row(self, connection: Connection) -> tuple[float, float]:
        """The budget's row, made where it is new, held by this transaction until it ends."""
        row = (
            select(_budgets.c.next_at, _budgets.c.closed_until)
            .where(_budgets.c.system == self.system)
            .with_for_update()
        )
        if found := connection.execute(row).one_or_none():
            return found[0], found[1]
        new = {"system": self.system, "next_at": 0.0, "closed_until": 0.0}
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        connection.execute(insert(_budgets).values(new).on_conflict_do_nothing())
        found = connection.execute(row).one()
        return found[0], found[1]

    def _closed_until(self) -> float:
        try:
            with self._engine().begin() as connection:
                return float(
                    connection.execute(
                        select(_budgets.c.closed_until).where(_budgets.c.system == self.system)
                    ).scalar_one()
                )
        except DBAPIError as error:
            raise unreachable(error) from error

    def _too_late(self, wait: float) -> RateLimited:
        return RateLimited(
            f"the next request may go out in {wait:.0f} s, later than this run can wait",
            system=self.system,
            retry_after=wait,
            remedy="Let the next run continue, or raise the rate of the connection if its owner "
            "agrees",
        )


@lru_cache(maxsize=16)
def _ready(engine: Engine) -> Engine:
    """The engine with its table made; two processes may make it at the same moment."""
    try:
        with engine.begin() as connection:
            _metadata.create_all(connection)
    except (IntegrityError, ProgrammingError):
        with engine.connect() as connection:
            connection.execute(select(func.count()).select_from(_budgets))
    except DBAPIError as error:
        raise unreachable(error) from error
    return engine


@lru_cache(maxsize=16)
def _clock_offset(engine: Engine, clock: Clock) -> float:
    """Seconds the store's clock is ahead of ours, measured once for a process."""
    if engine.dialect.name != "postgresql":
        return 0.0
    try:
        with engine.connect() as connection:
            now = connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar()
    except DBAPIError as error:
        raise unreachable(error) from error
    return float(now or 0) - clock.now().timestamp()
