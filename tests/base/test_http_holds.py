"""A system that asks for rest, or has failed too often, is left in peace."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest

from base.breaker import CircuitBreaker, State
from base.clock import ManualClock
from base.connection import Connection
from base.errors import (
    CircuitOpen,
    NotFound,
    RateLimited,
    ServerFault,
)
from base.http import HttpClient
from base.rate import RateBudget
from base.retry import RunBudget
from tests.base.conftest import (
    PAGE,
    MakeClient,
    Site,
    read_error,
    send,
)
from tests.loopback import Handler


def test_429_waits_as_long_as_it_says(
    site: Site, make_client: MakeClient, clock: ManualClock
) -> None:
    site.script(send("", 429, Retry_After="37"), send("", 503, Retry_After="5"), send(PAGE))
    held: list[tuple[str, float]] = []
    client = make_client(
        retries=0, on_wait=lambda error, seconds: held.append((type(error).__name__, seconds))
    )
    assert client.get_json_bytes("/a").status == 200
    assert clock.slept == [37, 5]
    assert held == [("RateLimited", 37), ("RateLimited", 5)]


def test_429_until_a_date_measured_on_the_systems_own_clock(
    site: Site, make_client: MakeClient, clock: ManualClock
) -> None:
    its_now = clock.now() - timedelta(days=3)
    until = format_datetime(its_now + timedelta(seconds=90), usegmt=True)

    def skewed(handler: Handler) -> None:
        handler.send_response_only(429)
        handler.send_header("Date", format_datetime(its_now, usegmt=True))
        handler.send_header("Retry-After", until)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    site.script(skewed, send(PAGE))
    make_client().get_json_bytes("/a")
    assert clock.slept == [90]


def test_429_without_retry_after_backs_off(
    site: Site, make_client: MakeClient, clock: ManualClock
) -> None:
    site.script(send("", 429), send("", 429, Retry_After="soon"), send(PAGE))
    make_client().get_json_bytes("/a")
    assert len(clock.slept) == 2
    assert all(1 <= seconds <= 60 for seconds in clock.slept)


def test_429_beyond_the_runs_deadline_stops(
    site: Site, make_client: MakeClient, clock: ManualClock
) -> None:
    site.script(send("", 429, Retry_After="86400"))
    error = read_error(make_client(), RateLimited)
    assert "deadline" in str(error)
    assert error.retry_after == 86400
    assert clock.slept == []


def test_429_that_holds_too_long_gives_the_run_up(
    site: Site, make_client: MakeClient, clock: ManualClock, side_url: str
) -> None:
    site.script(send("", 429, Retry_After="600"))
    error = read_error(make_client(rate=RateBudget("subsidy", 10, side_url, clock)), RateLimited)
    assert "too long to wait within a run" in str(error)
    assert error.retry_after == 600
    error = read_error(make_client(rate=RateBudget("subsidy", 10, side_url, clock)), RateLimited)
    assert error.retry_after == pytest.approx(600)
    assert (len(site.seen), clock.slept) == (1, [])


def test_a_429_holds_every_client_of_the_system(
    site: Site, make_client: MakeClient, clock: ManualClock, side_url: str
) -> None:
    site.script(send("", 429, Retry_After="86400"))
    read_error(make_client(rate=RateBudget("subsidy", 10, side_url, clock)), RateLimited)
    sent = len(site.seen)
    read_error(make_client(rate=RateBudget("subsidy", 10, side_url, clock)), RateLimited)
    assert len(site.seen) == sent
    clock.advance(86400)
    site.script(send(PAGE))
    make_client(rate=RateBudget("subsidy", 10, side_url, clock)).get_json_bytes("/a")


def test_after_five_failures_the_system_is_left_in_peace(
    site: Site, make_client: MakeClient, clock: ManualClock
) -> None:
    site.script(send("", 500))
    breaker = CircuitBreaker("subsidy", clock)
    read_error(make_client(retries=4, breaker=breaker), ServerFault)
    assert breaker.state is State.OPEN
    sent = len(site.seen)
    client = HttpClient(
        Connection("subsidy", site.address), clock, None, breaker, RunBudget(clock, deadline=10)
    )
    error = read_error(client, CircuitOpen)
    assert "left in peace" in str(error)
    assert len(site.seen) == sent
    site.script(send(PAGE))
    assert make_client(breaker=breaker).get_json_bytes("/a").status == 200


def test_a_refusal_does_not_count_against_the_system(
    site: Site, make_client: MakeClient, clock: ManualClock
) -> None:
    site.script(send("", 404))
    breaker = CircuitBreaker("subsidy", clock, failures=1)
    read_error(make_client(breaker=breaker), NotFound)
    assert breaker.state is State.CLOSED
