"""The clock every room asks for the time, so that a test can live on any day."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol

JST = timezone(timedelta(hours=9), "JST")
"""Japan's time. A fixed offset: Japan has had no summer time since 1952."""


class Clock(Protocol):
    """Tells the time and passes it."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""

    def today(self) -> date:
        """The present calendar date in Japan."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary start that never go back; for deadlines and durations."""

    def sleep(self, seconds: float) -> None:
        """Return after `seconds`; at once when they are not positive."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)

    def today(self) -> date:
        """The present calendar date in Japan."""
        return datetime.now(JST).date()

    def monotonic(self) -> float:
        """`time.monotonic`."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """`time.sleep`, and nothing for seconds that are not positive."""
        if seconds > 0:
            time.sleep(seconds)


class ManualClock:
    """A clock that stands still until it is told to move; sleeping moves it and takes no time.

    Args:
        start: an aware instant.

    `slept` lists the seconds of each sleep, in order.
    """

    def __init__(self, start: datetime = datetime(2026, 11, 2, 0, 0, tzinfo=UTC)) -> None:
        if start.tzinfo is None:
            raise ValueError("a clock starts at an aware instant")
        self._start = start.astimezone(UTC)
        self._passed = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        """The instant this clock stands at, in UTC."""
        return self._start + timedelta(seconds=self._passed)

    def today(self) -> date:
        """The calendar date in Japan this clock stands at."""
        return self.now().astimezone(JST).date()

    def monotonic(self) -> float:
        """Seconds this clock has moved since its start."""
        return self._passed

    def sleep(self, seconds: float) -> None:
        """Move forward by `seconds` and note them."""
        if seconds > 0:
            self.slept.append(seconds)
            self._passed += seconds

    def advance(self, by: timedelta | float) -> None:
        """Move forward without noting a sleep; a number is seconds."""
        self._passed += by.total_seconds() if isinstance(by, timedelta) else by
