"""One run's HTTP clients: one rate budget a system, one breaker and one retry budget a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, cast

from base.breaker import CircuitBreaker
from base.clock import Clock
from base.errors import HubError
from base.http import HttpClient
from base.http_auth import Method
from base.rate import RateBudget, Waiting
from base.retry import RunBudget
from base.settings import Connection, Settings
from connectors.declaration import IN_THE_MESSAGE, AuthMethod

if TYPE_CHECKING:
    from base.replica import Replica
    from base.sftp import SftpClient


@dataclass(slots=True)
class Waits:
    """How often a run's requests were sent again, and the seconds that it waited for that and for
    its turn at the rate limit."""

    retries: int = 0
    retry_seconds: float = 0.0
    rate_seconds: float = 0.0


class _Turns:
    """A clock that adds up the seconds slept on it."""

    def __init__(self, clock: Clock, waits: Waits) -> None:
        self._clock = clock
        self._waits = waits

    def now(self) -> datetime:
        return self._clock.now()

    def today(self) -> date:
        return self._clock.today()

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        self._waits.rate_seconds += max(0.0, seconds)
        self._clock.sleep(seconds)


class Clients:
    """Opens the clients of one system for one run.

    The rate budget is shared through the side store by every stream and process that names the
    same system; breaker and retry budget belong to the run.
    """

    def __init__(
        self,
        settings: Settings,
        system: str,
        clock: Clock,
        waiting: Waiting | None = None,
        *,
        budget: RunBudget | None = None,
    ) -> None:
        self._settings = settings
        self._system = system
        self._clock = clock
        self._waiting = waiting
        self.budget = budget or RunBudget(clock)
        self.waits = Waits()
        self.breaker = CircuitBreaker(system, clock)

    def open(self, connection: Connection, method: AuthMethod) -> HttpClient | SftpClient | Replica:
        """The client of one connection, entering as the connector declares.

        `ssh_key` opens a file server, `database` a database; every other way is over HTTP.
        """
        rate = RateBudget(
            self._system,
            connection.rate,
            self._settings.side_database_url,
            _Turns(self._clock, self.waits),
            self._waiting,
        )
        if method == "ssh_key":
            from base.sftp import SftpClient

            return SftpClient(
                connection, self._clock, rate, self.breaker, self.budget, on_wait=self._retrying
            )
        if method == "database":
            from base.replica import Replica

            return Replica(
                connection, self._clock, rate, self.breaker, self.budget, on_wait=self._retrying
            )
        auth = cast(Method, "none" if method in IN_THE_MESSAGE else method)
        return HttpClient(
            connection,
            self._clock,
            rate,
            self.breaker,
            self.budget,
            auth=auth,
            on_wait=self._retrying,
        )

    def _retrying(self, _error: HubError, seconds: float) -> None:
        self.waits.retries += 1
        self.waits.retry_seconds += seconds
        if self._waiting is not None:
            self._waiting(self._system, seconds)
