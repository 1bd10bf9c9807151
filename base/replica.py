"""A read-only database of another system: one snapshot a read, bounded in time and retries."""

from __future__ import annotations

from base.breaker import CircuitBreaker
from base.clock import Clock
from base.connection import Connection
from base.rate import RateBudget
from base.retry import OnWait, RunBudget


class Replica:
    """Reads tables of one system's replica.

    Args are as those of `base.http.HttpClient`.
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
        raise NotImplementedError
