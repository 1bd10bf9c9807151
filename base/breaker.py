"""The circuit breaker of a system: after repeated failures it is left in peace for a while.

Local to a process: what it protects is this run's time and the system's recovery, and a run of
another process finds out as quickly.
"""

from __future__ import annotations

import threading
from enum import StrEnum

from base.clock import Clock
from base.errors import CircuitOpen

LONGEST_REST = 300.0
"""Seconds; the rest doubles with each probe that fails, up to this or what the caller says."""


class State(StrEnum):
    """Closed lets requests through, open none, half-open one at a time to probe."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class CircuitBreaker:
    """Counts failures in a row and opens at `failures`; `rest` seconds later lets a probe through.

    Failures are the system's: no connection, 5xx, a broken answer. A refusal (4xx) is an answer.
    """

    def __init__(
        self,
        system: str,
        clock: Clock,
        *,
        failures: int = 5,
        rest: float = 30.0,
        longest: float = LONGEST_REST,
    ) -> None:
        self._system = system
        self._clock = clock
        self._limit = failures
        self._first_rest = self._rest = rest
        self._longest = longest
        self._failed = 0
        self._opened_at: float | None = None
        self._probing_since: float | None = None
        self._lock = threading.Lock()

    @classmethod
    def while_people_wait(cls, system: str, clock: Clock) -> CircuitBreaker:
        """One for requests that a person waits for: it rests 2 s, at most 15, so that a system
        that is back is found within seconds, by one request of each process."""
        return cls(system, clock, rest=2.0, longest=15.0)

    @property
    def state(self) -> State:
        """What the next request would meet."""
        with self._lock:
            return self._state()

    def before(self) -> None:
        """Ask to send a request; it must be followed by `success` or `failure`.

        Raises:
            CircuitOpen: not now; `retry_after` says when.
        """
        with self._lock:
            state = self._state()
            if state is State.OPEN:
                raise self._open(self._rest_left())
            if state is State.HALF_OPEN:
                now = self._clock.monotonic()
                if self._probing_since is not None and now - self._probing_since < self._rest:
                    raise self._open(self._rest - (now - self._probing_since))
                self._probing_since = now

    def success(self) -> None:
        """The system answered."""
        with self._lock:
            self._failed = 0
            self._rest = self._first_rest
            self._opened_at = self._probing_since = None

    def failure(self) -> None:
        """The system failed."""
        with self._lock:
            self._failed += 1
            if self._probing_since is not None:
                self._rest = min(self._rest * 2, self._longest)
            if self._probing_since is not None or self._failed >= self._limit:
                self._opened_at = self._clock.monotonic()
                self._probing_since = None

    def _state(self) -> State:
        if self._opened_at is None:
            return State.CLOSED
        return State.OPEN if self._rest_left() > 0 else State.HALF_OPEN

    def _rest_left(self) -> float:
        return (self._opened_at or 0.0) + self._rest - self._clock.monotonic()

    def _open(self, wait: float) -> CircuitOpen:
        return CircuitOpen(
            f"after {self._failed} failures in a row the system is left in peace for {wait:.0f} s",
            system=self._system,
            retry_after=wait,
            remedy="If it stays so, ask the system's owner whether it is down",
        )
