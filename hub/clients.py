"""One run's HTTP clients: one rate budget a system, one breaker and one retry budget a run."""

from __future__ import annotations

from base.breaker import CircuitBreaker
from base.clock import Clock
from base.errors import HubError
from base.http import HttpClient
from base.http_auth import Method
from base.rate import RateBudget, Waiting
from base.retry import RunBudget
from base.settings import Connection, Settings


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
        self._breaker = CircuitBreaker(system, clock)

    def open(self, connection: Connection, method: Method) -> HttpClient:
        """The client of one connection, entering as the connector declares."""
        rate = RateBudget(
            self._system,
            connection.rate,
            self._settings.side_database_url,
            self._clock,
            self._waiting,
        )
        return HttpClient(
            connection,
            self._clock,
            rate,
            self._breaker,
            self.budget,
            auth=method,
            on_wait=self._retrying,
        )

    def _retrying(self, _error: HubError, seconds: float) -> None:
        if self._waiting is not None:
            self._waiting(self._system, seconds)
