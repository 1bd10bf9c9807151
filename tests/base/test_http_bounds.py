"""No answer is waited for without end, and none grows without end."""

from __future__ import annotations

from io import BytesIO

import pytest

from base.breaker import CircuitBreaker, State
from base.clock import ManualClock, SystemClock
from base.connection import Connection
from base.errors import (
    ConnectError,
    ReadError,
    ServerFault,
)
from base.http import HttpClient
from base.retry import RunBudget
from tests.base.conftest import (
    PAGE,
    MakeClient,
    Site,
    TickingClock,
    endless,
    read_error,
    send,
)
from tests.loopback import Handler


def test_an_endless_drip_ends_at_the_deadline(site: Site, make_client: MakeClient) -> None:
    site.script(endless)
    client = make_client(on=TickingClock(), retries=0, options={"deadline": "200"})
    assert "still sending after 200 s" in str(read_error(client, ServerFault))


def test_no_request_goes_out_after_the_runs_deadline(
    site: Site, make_client: MakeClient, clock: ManualClock
) -> None:
    site.script(send(PAGE))
    breaker = CircuitBreaker("subsidy", clock, failures=1)
    client = make_client(deadline=100, breaker=breaker)
    client.get_json_bytes("/a")
    clock.advance(100)
    error = read_error(client, ConnectError)
    assert "the run's deadline has passed" in str(error)
    assert "raise deadline of the stream" in str(error)
    assert "Tried once" in str(error)
    assert (len(site.seen), clock.slept) == (1, [])
    assert breaker.state is State.CLOSED


def test_a_redirect_is_not_followed_after_the_runs_deadline(
    site: Site, make_client: MakeClient, clock: ManualClock
) -> None:
    def late(handler: Handler) -> None:
        clock.advance(100)
        send("", 302, Location="/v2")(handler)

    site.script(late)
    error = read_error(make_client(deadline=100), ConnectError)
    assert "was not sent: the run's deadline has passed" in str(error)
    assert len(site.seen) == 1


def test_a_hung_system_is_not_waited_for_beyond_the_runs_deadline(
    site: Site, make_client: MakeClient
) -> None:
    site.script(site.hang)
    error = read_error(make_client(on=SystemClock(), deadline=0.1), ConnectError)
    assert "was not answered in time: the run's deadline has passed" in str(error)
    assert len(site.seen) == 1


def test_an_endless_drip_ends_at_the_runs_deadline(site: Site, make_client: MakeClient) -> None:
    site.script(endless)
    client = make_client(on=TickingClock(), deadline=600, options={"deadline": "9999"})
    assert "still sending" in str(error := read_error(client, ConnectError))
    assert "the run's deadline has passed" in str(error)


def test_an_answer_that_is_too_large(site: Site, make_client: MakeClient) -> None:
    site.script(endless)
    error = read_error(make_client(max_body=100_000), ReadError)
    assert "more than 100000 bytes" in str(error)
    assert len(site.seen) == 1


def test_a_hung_system(site: Site, make_client: MakeClient) -> None:
    site.script(site.hang)
    error = read_error(make_client(options={"timeout": "0.05"}, retries=0), ConnectError)
    assert "nothing came for 0.05 s" in str(error)
    assert "raise timeout" in str(error)


def test_nobody_listens(clock: ManualClock) -> None:
    connection = Connection("subsidy", "http://127.0.0.1:1")
    error = read_error(
        HttpClient(connection, clock, budget=RunBudget(clock, max_retries=0)), ConnectError
    )
    assert "connection was refused" in str(error)
    assert "address and port" in str(error)


def test_an_unknown_host(clock: ManualClock) -> None:
    connection = Connection("subsidy", "http://no-such-host.invalid")
    error = read_error(
        HttpClient(connection, clock, budget=RunBudget(clock, max_retries=0)), ConnectError
    )
    assert "name is not known" in str(error)


def test_a_download_may_be_larger_than_a_body_but_not_without_end(
    site: Site, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.script(send(b"x" * 5000, kind="text/csv"))
    into = BytesIO()
    make_client(max_body=100).download("/list.csv", into)
    assert len(into.getvalue()) == 5000
    monkeypatch.setattr("base.http.MAX_FILE", 4000)
    with pytest.raises(ReadError, match="more than 4000 bytes"):
        make_client(max_body=100).download("/list.csv", into)


def test_a_download_slower_than_it_may_be_is_given_up(site: Site, make_client: MakeClient) -> None:
    site.script(endless)
    with pytest.raises(ServerFault, match="was still sending after"):
        make_client(on=TickingClock(), retries=0, deadline=10**6).download("/list.csv", BytesIO())
