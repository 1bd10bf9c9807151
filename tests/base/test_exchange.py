"""The frame of every request: breaker, turn, deadline, retries; the same for every protocol."""

from __future__ import annotations

import traceback
from collections.abc import Callable

import pytest

from base.breaker import CircuitBreaker, State
from base.clock import ManualClock
from base.connection import Connection
from base.errors import (
    CircuitOpen,
    ConnectError,
    Forbidden,
    HubError,
    RateLimited,
    ReadError,
    ServerFault,
)
from base.exchange import DEFAULT_HOLD, Exchange
from base.rate import RateBudget
from base.retry import RunBudget

SYSTEM = Connection("ledger", "ledger://host")


class Turns(RateBudget):
    """A rate budget that notes what it is asked."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__("ledger", None, None, clock)
        self.waits: list[float | None] = []
        self.penalties: list[float] = []

    def acquire(self, max_wait: float | None = None) -> float:
        self.waits.append(max_wait)
        return 0.0

    def penalise(self, seconds: float) -> None:
        self.penalties.append(seconds)


def failing(*errors: BaseException, then: str = "answer") -> Callable[[], str]:
    """A request that fails so in turn, and is then answered."""
    left = list(errors)

    def ask() -> str:
        if left:
            raise left.pop(0)
        return then

    return ask


@pytest.fixture
def breaker(clock: ManualClock) -> CircuitBreaker:
    return CircuitBreaker("ledger", clock, failures=1)


def test_a_passing_failure_is_asked_again_and_the_error_names_the_system(
    clock: ManualClock,
) -> None:
    exchange = Exchange(SYSTEM, clock, budget=RunBudget(clock, max_retries=1))
    assert exchange.run(failing(ServerFault("x")), "it") == "answer"
    with pytest.raises(ServerFault) as caught:
        exchange.run(failing(ServerFault("x")), "it")
    assert caught.value.system == "ledger"
    assert len(clock.slept) == 1


@pytest.mark.parametrize("error", [ServerFault("x"), ConnectError("x")])
def test_failures_of_the_system_open_its_breaker(
    clock: ManualClock, breaker: CircuitBreaker, error: HubError
) -> None:
    exchange = Exchange(SYSTEM, clock, None, breaker, RunBudget(clock, max_retries=0))
    with pytest.raises(type(error)):
        exchange.run(failing(error), "it")
    assert breaker.state is State.OPEN
    asked: list[None] = []
    with pytest.raises(CircuitOpen):
        Exchange(SYSTEM, clock, None, breaker, RunBudget(clock, deadline=1)).run(
            lambda: asked.append(None), "it"
        )
    assert asked == []


@pytest.mark.parametrize(
    "error", [ReadError("x"), Forbidden("x"), ValueError("x"), KeyboardInterrupt()]
)
def test_what_is_no_failure_of_the_system_ends_a_probe_well(
    clock: ManualClock, breaker: CircuitBreaker, error: BaseException
) -> None:
    breaker.failure()
    clock.advance(31)
    with pytest.raises(type(error)):
        Exchange(SYSTEM, clock, None, breaker).run(failing(error), "it")
    assert breaker.state is State.CLOSED


@pytest.mark.parametrize(("said", "held"), [(7.0, 7.0), (None, DEFAULT_HOLD)])
def test_a_system_that_asks_for_rest_is_given_it_by_all_its_clients(
    clock: ManualClock, breaker: CircuitBreaker, said: float | None, held: float
) -> None:
    turns, states = Turns(clock), list[State]()
    breaker.failure()
    clock.advance(31)
    exchange = Exchange(
        SYSTEM, clock, turns, breaker, on_wait=lambda _error, _seconds: states.append(breaker.state)
    )
    assert exchange.run(failing(RateLimited("x", retry_after=said)), "it") == "answer"
    assert turns.penalties == [held]
    assert states == [State.CLOSED]


def test_an_answer_ends_a_row_of_failures(clock: ManualClock) -> None:
    breaker = CircuitBreaker("ledger", clock, failures=2)
    exchange = Exchange(SYSTEM, clock, None, breaker)
    for _ in range(2):
        assert exchange.run(failing(ServerFault("x")), "it") == "answer"
    assert breaker.state is State.CLOSED
    assert len(clock.slept) == 2


def test_a_turn_is_not_waited_for_beyond_the_deadline(clock: ManualClock) -> None:
    turns = Turns(clock)
    exchange = Exchange(SYSTEM, clock, turns, None, RunBudget(clock, deadline=200))
    assert exchange.turn("it was not sent") == 200
    clock.advance(150)
    assert exchange.turn("it was not sent") == 50
    assert turns.waits == [120.0, 50]


def test_after_the_deadline_nothing_is_asked_and_nobody_is_blamed(
    clock: ManualClock, breaker: CircuitBreaker
) -> None:
    exchange = Exchange(SYSTEM, clock, None, breaker, RunBudget(clock, deadline=10))
    clock.advance(10)
    asked: list[None] = []
    with pytest.raises(ConnectError, match="it was not asked: the run's deadline") as caught:
        exchange.run(lambda: asked.append(None), "it")
    assert "raise deadline of the stream" in str(caught.value)
    assert asked == []
    assert breaker.state is State.CLOSED


def test_what_a_deadline_is_noticed_over_is_not_told(clock: ManualClock) -> None:
    exchange = Exchange(SYSTEM, clock, budget=RunBudget(clock, deadline=0))

    def late() -> None:
        try:
            failing(ValueError("a value"))()
        except ValueError:
            exchange.time_left("it was not answered")

    with pytest.raises(ConnectError) as caught:
        late()
    assert "a value" not in "".join(traceback.format_exception(caught.value))
