from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from base.clock import ManualClock
from base.errors import RateLimited, StoreUnreachable
from base.rate import RateBudget
from base.sidestore import side_engine
from tests.postgres import Server

CLOSE = 1e-4
"""Seconds; instants since 1970 are exact to a microsecond only."""

OTHER_PROCESS = """
import json, sys
from base.clock import ManualClock
from base.rate import RateBudget

url, rate, times = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
clock = ManualClock()
budget = RateBudget("subsidy", rate, url, clock)
slots = []
sys.stdin.readline()
for _ in range(times):
    budget.acquire()
    slots.append(clock.monotonic())
print(json.dumps(slots))
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest, side_url: str) -> Iterator[str]:
    """A side store on either database."""
    if request.param == "sqlite":
        yield side_url
        return
    server: Server = request.getfixturevalue("postgres_server")
    with server.database() as address:
        yield address.replace("postgresql://", "postgresql+psycopg://")
        side_engine(address.replace("postgresql://", "postgresql+psycopg://")).dispose()


def near(expected: Any) -> Any:
    return pytest.approx(expected, abs=CLOSE)


def slots(budget: RateBudget, clock: ManualClock, count: int) -> list[float]:
    found = []
    for _ in range(count):
        budget.acquire()
        found.append(round(clock.monotonic(), 6))
    return found


def test_requests_are_evenly_spaced(url: str, clock: ManualClock) -> None:
    budget = RateBudget("spaced", 10, url, clock)
    start = slots(budget, clock, 1)[0]
    assert slots(budget, clock, 4) == near([start + n / 10 for n in (1, 2, 3, 4)])


def test_time_not_used_is_not_saved_up(side_url: str, clock: ManualClock) -> None:
    budget = RateBudget("subsidy", 10, side_url, clock)
    budget.acquire()
    clock.advance(60)
    assert slots(budget, clock, 3) == near([60, 60.1, 60.2])


def test_two_budgets_of_one_name_share_it_and_of_two_names_do_not(
    side_url: str, clock: ManualClock
) -> None:
    one = RateBudget("subsidy", 10, side_url, clock)
    same = RateBudget("subsidy", 10, side_url, clock)
    other = RateBudget("gbizinfo", 10, side_url, clock)
    assert one.acquire() == 0
    assert other.acquire() == 0
    assert same.acquire() == near(0.1)


def test_two_processes_share_one_budget(url: str) -> None:
    command = [sys.executable, "-c", OTHER_PROCESS, url, "20", "15"]
    running = [
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for _ in range(2)
    ]
    for process in running:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=60) for process in running]
    assert [process.returncode for process in running] == [0, 0]
    taken = sorted(slot for out, _ in answers for slot in json.loads(out))
    if url.startswith("sqlite"):
        assert taken == near([taken[0] + n / 20 for n in range(30)])
    else:  # each process follows the server's clock from its own start
        assert len(taken) == 30


def test_a_penalty_holds_everyone(url: str, clock: ManualClock) -> None:
    one = RateBudget("held", 10, url, clock)
    other = RateBudget("held", 10, url, clock)
    one.acquire()
    other.penalise(30)
    assert one.acquire() == near(30)
    assert other.acquire() == near(0.1)


def test_a_penalty_that_comes_while_a_request_waits_holds_it_too(
    side_url: str, clock: ManualClock
) -> None:
    other = RateBudget("subsidy", 0.1, side_url, clock)
    told: list[float] = []

    def waiting(_system: str, left: float) -> None:
        if not told:
            other.penalise(60)
        told.append(left)

    budget = RateBudget("subsidy", 0.1, side_url, clock, waiting)
    budget.acquire()
    assert budget.acquire() == near(60)
    assert told[0] == near(10)


def test_waiting_is_a_visible_state(side_url: str, clock: ManualClock) -> None:
    told: list[tuple[str, float]] = []
    budget = RateBudget("subsidy", 0.1, side_url, clock, lambda *told_: told.append(told_))
    budget.acquire()
    assert told == []
    budget.acquire()
    assert told == [
        ("subsidy", near(10)),
        ("subsidy", near(5)),
        ("subsidy", 0.0),
    ]


def test_a_turn_after_the_deadline_is_refused_and_not_taken(
    side_url: str, clock: ManualClock
) -> None:
    budget = RateBudget("subsidy", 0.01, side_url, clock)
    budget.acquire(max_wait=0)
    with pytest.raises(RateLimited, match="later than this run can wait") as caught:
        budget.acquire(max_wait=99)
    assert caught.value.retry_after == near(100)
    assert budget.acquire(max_wait=100) == near(100)


@pytest.mark.parametrize("rate", [None, 0])
def test_unlimited_touches_no_store(rate: float | None, clock: ManualClock) -> None:
    budget = RateBudget("subsidy", rate, "sqlite:////none/such/side.sqlite", clock)
    assert [budget.acquire() for _ in range(3)] == [0, 0, 0]
    budget.penalise(10)
    assert clock.slept == []


def test_high_rates_take_blocks_and_keep_the_rate(
    side_url: str, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    budget = RateBudget("subsidy", 100, side_url, clock)
    moves: list[int] = []
    move = budget._move

    def counted(**arguments: float) -> float:
        moves.append(int(arguments["slots"]))
        return move(**arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(budget, "_move", counted)
    taken = slots(budget, clock, 100)
    assert moves == [20] * 5
    assert taken == near([n / 100 for n in range(100)])


def test_what_is_left_of_a_block_does_not_outlive_it(side_url: str, clock: ManualClock) -> None:
    budget = RateBudget("subsidy", 100, side_url, clock)
    slots(budget, clock, 5)
    clock.advance(10)
    assert slots(budget, clock, 3) == near([10.04, 10.05, 10.06])
    budget.penalise(30)
    assert budget.acquire() == near(30)


def test_a_store_that_is_away(clock: ManualClock, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    budget = RateBudget("subsidy", 10, f"sqlite:///{tmp_path}", clock)
    with pytest.raises(StoreUnreachable, match="HUB_SIDE_DATABASE_URL"):
        budget.acquire()


def test_a_penalty_that_comes_while_a_request_waits_may_end_its_wait(
    side_url: str, clock: ManualClock
) -> None:
    other = RateBudget("subsidy", 0.1, side_url, clock)
    told: list[float] = []

    def penalise_once(_system: str, left: float) -> None:
        told.append(left)
        if len(told) == 1:
            other.penalise(500)

    budget = RateBudget("subsidy", 0.1, side_url, clock, waiting=penalise_once)
    budget.acquire()
    with pytest.raises(RateLimited, match="later than this run can wait") as caught:
        budget.acquire(max_wait=60)
    assert caught.value.retry_after == near(490)
    assert sum(clock.slept) <= 60
