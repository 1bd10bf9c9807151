"""What every request to a system goes through, whatever its protocol.

It passes the system's breaker, takes its turn in the rate budget and ends before the run's
deadline; where it fails, the run's budget decides about another try.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from base.breaker import CircuitBreaker
from base.clock import Clock
from base.connection import Connection
from base.errors import ConnectError, HubError, RateLimited, ServerFault
from base.rate import RateBudget
from base.retry import LONGEST_HOLD, OnWait, RunBudget, call

T = TypeVar("T")

DEFAULT_HOLD = 5.0
"""Seconds for which a system is left in peace that asks for it and does not say how long."""


class Exchange:
    """The breaker, the rate, the deadline and the retries of one client. Threads may share it.

    Args:
        rate: the system's shared rate budget; by default unlimited.
        breaker: the system's breaker in this process; by default its own.
        budget: the run's deadline, and what it may spend on retries; by default a fresh one.
        on_wait: told (error, seconds) before a wait for another try.
    """

    def __init__(
        self,
        connection: Connection,
        clock: Clock,
        rate: RateBudget | None = None,
        breaker: CircuitBreaker | None = None,
        budget: RunBudget | None = None,
        *,
        on_wait: OnWait | None = None,
    ) -> None:
        self._system = connection.name
        self._clock = clock
        self._rate = rate or RateBudget(connection.name, None, None, clock)
        self._breaker = breaker or CircuitBreaker(connection.name, clock)
        self._budget = budget or RunBudget(clock)
        self._on_wait = on_wait

    def run(self, ask: Callable[[], T], asked: str) -> T:
        """What `ask` gives; called again where its error says so and the run's budget allows it.

        Args:
            ask: one try; it takes its turn (`turn`) before each request that it sends.
            asked: what is asked of whom, for the message when no time is left to do it.

        Raises:
            HubError: any of the tree in `base.errors`, after the retries its type allows; it
                names the system.
        """
        try:
            return call(
                lambda: self._guarded(ask, asked), self._budget, self._clock, on_wait=self._on_wait
            )
        except HubError as error:
            error.located(system=self._system)
            raise

    def turn(self, otherwise: str) -> float:
        """Wait for a request's turn; return the seconds that are then left of the run.

        Raises:
            RateLimited: the turn comes later than the run can wait.
            ConnectError: no time is left; `otherwise` says what was not done.
        """
        self._rate.acquire(min(self._budget.remaining(), LONGEST_HOLD))
        return self.time_left(otherwise)

    def time_left(self, otherwise: str) -> float:
        """Seconds until the run's deadline, never 0.

        Raises:
            ConnectError: it has passed; `retry.call` then finds no time left and tries no more.
                `otherwise` says what was not done. What it is raised over is not told.
        """
        if left := self._budget.remaining():
            return left
        raise ConnectError(
            f"{otherwise}: the run's deadline has passed",
            remedy="The next run reads on from here; if it recurs, raise deadline of the stream",
        ) from None

    def _guarded(self, ask: Callable[[], T], asked: str) -> T:
        """One try under the breaker; only failures of the system count against it."""
        self.time_left(f"{asked} was not asked")
        self._breaker.before()
        try:
            answer = ask()
        except (ConnectError, ServerFault):
            self._breaker.failure()
            raise
        except RateLimited as error:
            self._breaker.success()
            self._rate.penalise(error.retry_after or DEFAULT_HOLD)
            raise
        except BaseException:
            self._breaker.success()
            raise
        self._breaker.success()
        return answer
