"""A system on a loopback socket that answers as a test scripts it, and clients that read it."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from base import redact
from base.breaker import CircuitBreaker
from base.clock import Clock, ManualClock
from base.connection import Connection
from base.errors import HubError
from base.http import HttpClient
from base.rate import RateBudget
from base.retry import RunBudget
from tests.loopback import Handler, listening

Answer = Callable[[Handler], None]
MakeClient = Callable[..., HttpClient]
PAGE = '{"items": ["株式会社"]}'


class TickingClock(ManualClock):
    """A clock on which a minute passes between any two looks at it."""

    def monotonic(self) -> float:
        self.advance(60)
        return super().monotonic()


@dataclass
class Seen:
    """A request as it reached the system."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Site:
    """A scripted system: `script` gives the answers in turn, of which the last repeats."""

    address: str
    seen: list[Seen] = field(default_factory=list)
    hung: threading.Event = field(default_factory=threading.Event)
    _answers: dict[str, list[Answer]] = field(default_factory=dict)

    def script(self, *answers: Answer, path: str = "") -> None:
        """Answer requests whose path starts with `path` so, in turn."""
        self._answers[path] = list(answers)

    def answer(self, handler: Handler) -> None:
        """Note the request and give the next answer."""
        length = int(handler.headers.get("Content-Length") or 0)
        body = handler.rfile.read(length)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.seen.append(Seen(handler.command, handler.path, headers, body))
        paths = [path for path in self._answers if handler.path.startswith(path)]
        queue = self._answers[max(paths, key=len)]
        (queue.pop(0) if len(queue) > 1 else queue[0])(handler)

    def hang(self, _handler: Handler) -> None:
        """Answer nothing until the test is over."""
        self.hung.wait(60)


def send(
    body: bytes | str = b"{}", status: int = 200, kind: str = "application/json", **headers: str
) -> Answer:
    """A plain answer; underscores in header names stand for hyphens."""
    data = body.encode() if isinstance(body, str) else body

    def answer(handler: Handler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def reset(handler: Handler) -> None:
    """Drop the connection with a TCP reset."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.rfile.close()
    handler.wfile.close()
    handler.connection.close()


def broken_off(handler: Handler) -> None:
    """Announce more than is sent."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"items": [')
    handler.close_connection = True


def endless(handler: Handler) -> None:
    """Send for ever, in small pieces."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    handler.close_connection = True
    try:
        while True:
            handler.wfile.write(b" " * 512)
    except OSError:
        return


def read_error(client: HttpClient, kind: type[HubError] = HubError) -> HubError:
    """The error that a request ends with: of just this kind, with the system and without values."""
    with pytest.raises(kind) as caught:
        client.get_json_bytes("/v1/things", {"keyword": "山田太郎"})
    assert type(caught.value) is kind
    assert caught.value.system == "subsidy"
    assert "山田" not in str(caught.value)
    return caught.value


@pytest.fixture
def site() -> Iterator[Site]:
    """A system on a free port of 127.0.0.1."""

    class OneSite(Handler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found.answer(self)

        def do_POST(self) -> None:
            found.answer(self)

    with listening(OneSite) as address:
        found = Site(address)
        yield found
        found.hung.set()


@pytest.fixture
def clock() -> ManualClock:
    """A clock on which waiting takes no time."""
    return ManualClock()


@pytest.fixture
def side_url(tmp_path: Path) -> str:
    """An empty side store in a SQLite file."""
    return f"sqlite:///{tmp_path / 'side.sqlite'}"


@pytest.fixture(autouse=True)
def _no_registered_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redact, "_secrets", set())


@pytest.fixture
def make_client(site: Site, clock: ManualClock) -> Iterator[MakeClient]:
    """Makes clients of `site`; `options` and `secrets` go into the connection."""
    made: list[HttpClient] = []

    def make(
        *,
        options: dict[str, str] | None = None,
        secrets: dict[str, str] | None = None,
        on: Clock = clock,
        retries: int = 10,
        deadline: float = 3600,
        rate: RateBudget | None = None,
        breaker: CircuitBreaker | None = None,
        **more: Any,
    ) -> HttpClient:
        connection = Connection("subsidy", site.address, None, options or {}, secrets or {})
        budget = RunBudget(on, deadline, retries)
        client = HttpClient(connection, on, rate, breaker, budget, **more)
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()
