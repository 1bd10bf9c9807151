"""Requests to a server that fails or falls silent: bounded in time, tries and turns."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

import pytest

from base import sftp as module
from base.breaker import CircuitBreaker, State
from base.clock import ManualClock
from base.errors import (
    ConnectError,
    Forbidden,
    HubError,
    NotFound,
    ServerFault,
)
from base.rate import RateBudget
from base.retry import RunBudget
from base.sftp import SftpClient
from mocks.credentials import ClientCredentials
from mocks.faults import Fault, FaultBox
from tests.base.sftp.conftest import BODY, Make, got

pytestmark = pytest.mark.network


def test_a_connection_that_dies_between_two_requests_is_made_again(
    make: Make, box: FaultBox
) -> None:
    client = make()
    assert client.list()
    assert client._transport is not None
    client._transport.close()
    assert got(client) == BODY


@pytest.mark.parametrize(("kind", "error"), [("forbidden", Forbidden), ("not_found", NotFound)])
def test_no_permission_and_no_file_are_not_asked_twice(
    make: Make, box: FaultBox, kind: str, error: type[HubError]
) -> None:
    box.add(Fault(kind, "files", "/b.csv"))
    budget = RunBudget(ManualClock(), max_retries=5)
    with pytest.raises(error, match=r"b\.csv"):
        got(make(budget=budget))
    assert budget.retries_left == 5


def test_retries_come_out_of_the_runs_budget(make: Make, box: FaultBox) -> None:
    box.add(Fault("reset", "files", "/b.csv", count=None))
    budget = RunBudget(ManualClock(), max_retries=2)
    with pytest.raises(ServerFault, match="the connection broke") as caught:
        got(make(budget=budget))
    assert budget.retries_left == 0
    assert "2 of 2 retries" in str(caught.value)


def test_a_port_where_nothing_listens(make: Make) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        breaker = CircuitBreaker("files", ManualClock(), failures=3)
        client = make(at=bound.getsockname()[1], breaker=breaker, retries=2)
        with pytest.raises(ConnectError, match="no connection"):
            client.list()
    assert breaker.state is State.OPEN


class Silent:
    """A wire to the server that stops carrying what the server says, after so many bytes."""

    def __init__(self, port: int, after: int) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._target, self._left = port, after
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
                self._ends += [client, server]
                for pair in ((client, server, False), (server, client, True)):
                    threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, source: socket.socket, to: socket.socket, counted: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if counted:
                    data, self._left = data[: max(0, self._left)], self._left - len(data)
                to.sendall(data)

    def close(self) -> None:
        for end in (self._listener, *self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@pytest.mark.parametrize("after", [0, 30, 1500, 2600, 2900, 3100, 3300, 100_000])
def test_a_server_that_falls_silent_is_not_waited_for(
    make: Make, port: int, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    monkeypatch.setattr(module, "CONNECT_TIMEOUT", 0.4)
    wire = Silent(port, after)
    try:
        with pytest.raises((ConnectError, ServerFault)):
            got(make(at=wire.port, retries=0, timeout="0.3"))
    finally:
        wire.close()


def test_a_file_that_drips_is_given_up(
    make: Make, box: FaultBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DEADLINE", 0.3)
    monkeypatch.setattr(module, "SLOWEST", 1 << 20)
    box.add(Fault("slow_drip", "files", "/b.csv", seconds=0.02, chunk=100))
    with pytest.raises(ServerFault, match="not done within"):
        got(make(retries=0))


def test_nothing_is_asked_after_the_runs_deadline(make: Make) -> None:
    clock = ManualClock()
    client = make(budget=RunBudget(clock, deadline=3600))
    clock.advance(3601)
    with pytest.raises(ConnectError, match="deadline"):
        client.list()


def test_each_request_takes_its_turn(make: Make) -> None:
    class Turns(RateBudget):
        taken = 0

        def acquire(self, patience: float | None = None) -> float:
            Turns.taken += 1
            return 0.0

    client = make(rate=Turns("files", None, None, ManualClock()))
    client.list()
    got(client)
    assert Turns.taken == 2


def test_a_connection_ends_with_its_client(make: Make, credentials: ClientCredentials) -> None:
    connection = make().connection
    client = SftpClient(connection, ManualClock())
    client.list()
    transport = client._transport
    assert transport is not None
    del client
    assert not transport.is_active()
