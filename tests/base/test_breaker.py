from __future__ import annotations

import pytest

from base.breaker import LONGEST_REST, CircuitBreaker, State
from base.clock import ManualClock
from base.errors import Action, CircuitOpen


@pytest.fixture
def breaker(clock: ManualClock) -> CircuitBreaker:
    return CircuitBreaker("subsidy", clock, failures=3, rest=30)


def state(breaker: CircuitBreaker) -> State:
    return breaker.state


def fail(breaker: CircuitBreaker, times: int) -> None:
    for _ in range(times):
        breaker.before()
        breaker.failure()


def test_it_opens_after_failures_in_a_row(breaker: CircuitBreaker) -> None:
    fail(breaker, 2)
    breaker.before()
    breaker.success()
    fail(breaker, 2)
    assert state(breaker) is State.CLOSED
    fail(breaker, 1)
    assert state(breaker) is State.OPEN


def test_open_says_when_to_come_back(breaker: CircuitBreaker, clock: ManualClock) -> None:
    fail(breaker, 3)
    clock.advance(10)
    with pytest.raises(CircuitOpen, match="after 3 failures") as caught:
        breaker.before()
    assert caught.value.retry_after == pytest.approx(20)
    assert caught.value.action is Action.WAIT


def test_one_probe_at_a_time(breaker: CircuitBreaker, clock: ManualClock) -> None:
    fail(breaker, 3)
    clock.advance(30)
    assert state(breaker) is State.HALF_OPEN
    breaker.before()
    with pytest.raises(CircuitOpen):
        breaker.before()
    breaker.success()
    assert state(breaker) is State.CLOSED
    breaker.before()


def test_a_probe_that_never_reports_does_not_block_for_ever(
    breaker: CircuitBreaker, clock: ManualClock
) -> None:
    fail(breaker, 3)
    clock.advance(30)
    breaker.before()
    clock.advance(30)
    breaker.before()


def test_the_rest_doubles_with_each_probe_that_fails(
    breaker: CircuitBreaker, clock: ManualClock
) -> None:
    fail(breaker, 3)
    clock.advance(30)
    fail(breaker, 1)
    clock.advance(59)
    assert state(breaker) is State.OPEN
    clock.advance(1)
    assert state(breaker) is State.HALF_OPEN
    for _ in range(6):
        fail(breaker, 1)
        clock.advance(LONGEST_REST)
    assert state(breaker) is State.HALF_OPEN
    breaker.before()
    breaker.success()
    fail(breaker, 3)
    clock.advance(30)
    assert state(breaker) is State.HALF_OPEN
