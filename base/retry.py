"""Retries as the error type says (`HubError.action`), all out of one budget for a run.

RETRY: exponential with jitter. WAIT: as long as the system says, else exponential; a wait of more
than `LONGEST_HOLD` is left to whoever started the run. STOP and QUARANTINE: not at all. The budget
makes sure that the retries of a thousand requests do not multiply: when it is used up, the next
failure is final.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception
from tenacity.wait import wait_random_exponential

from base.clock import Clock
from base.errors import Action, HubError

T = TypeVar("T")
OnWait = Callable[[HubError, float], None]
"""Told (error, seconds) before a wait, so that waiting is a visible state."""

TRIES = 6
"""Times one request is sent at most, not counting those the system asked to hold back."""

LONGEST_HOLD = 120.0
"""Seconds that are waited for within a run. Meanwhile it holds its lease and a worker's slot; when
a system asks for more, the error ends the run, and its `retry_after` says when to come again."""

DEADLINE = 3600.0
RETRIES = 60

_backoff = wait_random_exponential(multiplier=0.5, max=30)
_unasked_hold = wait_random_exponential(multiplier=2, max=60, min=1)


class RunBudget:
    """What one run may spend: seconds until its deadline, and retries.

    Args:
        deadline: seconds from now until which the run may read.
        max_retries: retries after failures, over all its requests.
    """

    def __init__(
        self, clock: Clock, deadline: float = DEADLINE, max_retries: int = RETRIES
    ) -> None:
        self._clock = clock
        self._ends = clock.monotonic() + deadline
        self._retries = self._left = max_retries
        self._lock = threading.Lock()

    def remaining(self) -> float:
        """Seconds left until the deadline, 0 when it has passed."""
        return max(0.0, self._ends - self._clock.monotonic())

    @property
    def retries_left(self) -> int:
        """Retries this run may still make."""
        return self._left

    def spend_retry(self) -> bool:
        """Take one retry; False when none is left."""
        with self._lock:
            if self._left <= 0:
                return False
            self._left -= 1
            return True

    def why_no_more(self, wait: float) -> str | None:
        """Why a wait of so many seconds is not possible, or None where it is."""
        left = self.remaining()
        if not left:
            return "no time is left"
        if wait >= left:
            return f"the run's deadline comes before the {wait:.0f} s to wait are over"
        return None

    @property
    def spent(self) -> str:
        """`60 of 60 retries`, for messages."""
        return f"{self._retries - self._left} of {self._retries} retries"


def call(
    request: Callable[[], T],
    budget: RunBudget,
    clock: Clock,
    *,
    tries: int = TRIES,
    on_wait: OnWait | None = None,
) -> T:
    """Call `request`, again where its error says so and the run's budget allows it.

    Raises:
        HubError: the last error; its remedy says how often it was tried and why no more.
    """
    policy = _Policy(budget, tries, on_wait)
    retrying = Retrying(
        sleep=clock.sleep,
        retry=retry_if_exception(_worth_another_try),
        wait=policy.wait,
        stop=policy.stop,
        before_sleep=policy.before_sleep,
        reraise=True,
    )
    return retrying(request)


def _worth_another_try(error: BaseException) -> bool:
    return isinstance(error, HubError) and error.action in (Action.RETRY, Action.WAIT)


def _error(state: RetryCallState) -> HubError:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, HubError):  # pragma: no cover - tenacity asks after failures only
        raise TypeError("a retry without an error of the hub")
    return error


class _Policy:
    """The decisions of one call; counts failures apart from holds."""

    def __init__(self, budget: RunBudget, tries: int, on_wait: OnWait | None) -> None:
        self._budget = budget
        self._tries = tries
        self._on_wait = on_wait
        self._failed = 0

    def wait(self, state: RetryCallState) -> float:
        error = _error(state)
        if error.retry_after is not None and error.retry_after > 0:
            return error.retry_after
        return (_unasked_hold if error.action is Action.WAIT else _backoff)(state)

    def stop(self, state: RetryCallState) -> bool:
        error = _error(state)
        why = self._budget.why_no_more(state.upcoming_sleep)
        if why is None and error.action is Action.WAIT and state.upcoming_sleep > LONGEST_HOLD:
            why = f"{state.upcoming_sleep:.0f} s are too long to wait within a run"
        if error.action is Action.RETRY:
            self._failed += 1
            if self._failed >= self._tries:
                why = why or "that is the limit for one request"
            elif why is None and not self._budget.spend_retry():
                why = f"this run has used {self._budget.spent}"
        if why is None:
            return False
        times = "once" if state.attempt_number == 1 else f"{state.attempt_number} times"
        error.remedy = f"{error.remedy + '. ' if error.remedy else ''}Tried {times}: {why}"
        return True

    def before_sleep(self, state: RetryCallState) -> None:
        if self._on_wait:
            self._on_wait(_error(state), state.upcoming_sleep)
