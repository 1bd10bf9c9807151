"""What Airflow does about a failed task follows from the error's type alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import RetryAction, RetryPolicy
from airflow.sdk.definitions.retry_policy import RetryDecision
from airflow.sdk.exceptions import AirflowTaskTimeout

from base.errors import Action, HubError, LeaseHeld, Stage

if TYPE_CHECKING:
    from airflow.sdk.definitions.context import Context

RETRIES = 3
"""Tries after the first, at most; the policy gives fewer."""

WAIT = timedelta(minutes=5)
"""Where a system asks to wait and does not say how long."""

LEASE_WAIT = timedelta(minutes=1)
"""Until another run of the same stream is looked for again."""


class ByErrorType(RetryPolicy):
    """Retries what may pass, at once gives up what will not, within the stream's deadline.

    HTTP retries and Airflow's never multiply: what the sync has already retried against the
    system (a failed connection, a 5xx) has spent the run's budget and is not tried again here;
    the next scheduled run reads on from the same position. A wait the system asked for is no
    retry: the task gives its slot back and comes again. So does one that found the store away.

    Args:
        deadline: how long the stream may take from the start of its DAG run, all tries together.
    """

    def __init__(self, deadline: timedelta) -> None:
        self.deadline = deadline

    def evaluate(
        self,
        exception: BaseException,
        try_number: int,
        max_tries: int,
        context: Context | None = None,
    ) -> RetryDecision:
        """Decide about one failure."""
        delay, reason = self._delay(exception, try_number)
        if delay is None:
            return RetryDecision.fail(reason)
        left = self._left(context)
        if left is not None and delay >= left:
            return RetryDecision.fail(f"{reason}; its deadline of {self.deadline} leaves no time")
        return RetryDecision(RetryAction.RETRY, delay, reason)

    def _delay(self, error: BaseException, try_number: int) -> tuple[timedelta | None, str]:
        if isinstance(error, HubError):
            return _delay_of(error, try_number)
        if isinstance(error, AirflowTaskTimeout):
            return None, f"over its deadline of {self.deadline}"
        return timedelta(minutes=try_number), f"{type(error).__name__}: not an error of the hub"

    def _left(self, context: Context | None) -> timedelta | None:
        started = getattr((context or {}).get("dag_run"), "start_date", None)
        if started is None:
            return None
        left: timedelta = started + self.deadline - datetime.now(UTC)
        return left

    def serialize(self) -> dict[str, Any]:
        """The policy as plain values (Airflow itself keeps only that there is one)."""
        return {"deadline": self.deadline.total_seconds()}


def _delay_of(error: HubError, try_number: int) -> tuple[timedelta | None, str]:
    """How long to wait before the next try (None: there is none), and why."""
    if isinstance(error, LeaseHeld):
        return LEASE_WAIT, "another run is at work on this stream"
    if error.action is Action.WAIT:
        asked = timedelta(seconds=error.retry_after) if error.retry_after else WAIT
        return asked, "the system asks to wait"
    if error.action is Action.RETRY and error.stage is Stage.STORE:
        return timedelta(minutes=2 ** (try_number - 1)), "the store was away"
    if error.action is Action.RETRY:
        return None, "already retried within the sync; the next run reads on from here"
    return None, "will not pass by trying again"
