"""The one SFTP client: host key pinned, bounded in time, size, rate and retries."""

from __future__ import annotations

from base.breaker import CircuitBreaker
from base.clock import Clock
from base.connection import Connection
from base.rate import RateBudget
from base.retry import OnWait, RunBudget


class SftpClient:
    """Reads files of one system over SFTP.

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
