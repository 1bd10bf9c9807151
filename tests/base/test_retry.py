from __future__ import annotations

from collections.abc import Callable

import pytest

from base import retry
from base.clock import ManualClock
from base.errors import (
    CircuitOpen,
    ConnectError,
    Forbidden,
    HubError,
    RateLimited,
    RefusedValue,
    ServerFault,
    StoreUnreachable,
)
from base.retry import RunBudget


class Scripted:
    """A request that raises its errors in turn, of which the last repeats, or returns."""

    def __init__(self, *outcomes: BaseException | str) -> None:
        self.outcomes = list(outcomes)
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome


def new(kind: type[HubError], **more: float) -> HubError:
    return kind("it failed", remedy="Look", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [ConnectError, ServerFault, StoreUnreachable])
def test_what_may_pass_is_tried_again(kind: type[HubError], clock: ManualClock) -> None:
    request = Scripted(new(kind), new(kind), "done")
    budget = RunBudget(clock)
    assert retry.call(request, budget, clock) == "done"
    assert request.calls == 3
    assert budget.retries_left == retry.RETRIES - 2
    assert all(seconds <= 30 for seconds in clock.slept)


@pytest.mark.parametrize(
    "error", [new(Forbidden), RefusedValue("check_digit", "no"), ValueError("ours")]
)
def test_what_will_not_pass_is_not(error: Exception, clock: ManualClock) -> None:
    request = Scripted(error)
    with pytest.raises(type(error)) as caught:
        retry.call(request, RunBudget(clock), clock)
    assert caught.value is error
    assert "Tried" not in str(error)
    assert request.calls == 1


def test_one_request_has_its_own_limit(clock: ManualClock) -> None:
    error = new(ServerFault)
    request = Scripted(error)
    with pytest.raises(ServerFault) as caught:
        retry.call(request, RunBudget(clock), clock, tries=4)
    assert caught.value is error
    assert request.calls == 4
    assert str(error) == "it failed. Look. Tried 4 times: that is the limit for one request"


def test_the_retries_of_many_requests_do_not_multiply(clock: ManualClock) -> None:
    budget = RunBudget(clock, max_retries=7)
    calls = 0
    for _ in range(5):
        request = Scripted(ServerFault("down"))
        with pytest.raises(ServerFault, match="Tried"):
            retry.call(request, budget, clock, tries=4)
        calls += request.calls
    assert calls == 5 + 7
    assert budget.spent == "7 of 7 retries"


@pytest.mark.parametrize("kind", [RateLimited, CircuitOpen])
def test_a_hold_lasts_as_asked_and_costs_no_retry(kind: type[HubError], clock: ManualClock) -> None:
    budget = RunBudget(clock, deadline=600, max_retries=0)
    seen: list[tuple[HubError, float]] = []
    request = Scripted(*[new(kind, retry_after=20.0) for _ in range(9)], "done")
    assert retry.call(request, budget, clock, on_wait=lambda *told: seen.append(told)) == "done"
    assert clock.slept == [20] * 9
    assert [seconds for _, seconds in seen] == [20] * 9
    assert budget.remaining() == 420


@pytest.mark.parametrize("asked", [None, 0.0])
def test_a_hold_without_a_time_still_waits(asked: float | None, clock: ManualClock) -> None:
    held = RateLimited("slow down", retry_after=asked)
    retry.call(Scripted(held, held, "done"), RunBudget(clock), clock)
    assert len(clock.slept) == 2
    assert min(clock.slept) >= 1


@pytest.mark.parametrize(
    "make",
    [
        lambda: new(RateLimited, retry_after=100.0),
        lambda: new(ServerFault, retry_after=100.0),
    ],
)
def test_no_wait_goes_past_the_deadline(make: Callable[[], HubError], clock: ManualClock) -> None:
    request = Scripted(make())
    budget = RunBudget(clock, deadline=250)
    with pytest.raises(HubError, match="deadline comes before the 100 s") as caught:
        retry.call(request, budget, clock)
    assert "Tried 3 times" in str(caught.value)
    assert clock.slept == [100, 100]
    clock.advance(1000)
    assert budget.remaining() == 0


@pytest.mark.parametrize("kind", [RateLimited, CircuitOpen])
def test_a_long_hold_is_not_sat_out_within_the_run(
    kind: type[HubError], clock: ManualClock
) -> None:
    request = Scripted(new(kind, retry_after=retry.LONGEST_HOLD + 1))
    with pytest.raises(kind, match="121 s are too long to wait within a run") as caught:
        retry.call(request, RunBudget(clock), clock)
    assert caught.value.retry_after == retry.LONGEST_HOLD + 1
    assert clock.slept == []
    allowed = Scripted(new(kind, retry_after=retry.LONGEST_HOLD), "done")
    assert retry.call(allowed, RunBudget(clock), clock) == "done"


def test_nothing_is_tried_again_once_the_deadline_has_passed(clock: ManualClock) -> None:
    request = Scripted(new(ConnectError))
    with pytest.raises(ConnectError, match="Tried once: no time is left"):
        retry.call(request, RunBudget(clock, deadline=0), clock)
    assert request.calls == 1
