"""A tiny loopback server and a connector that reads it through the real HTTP client."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

from base.clock import ManualClock
from base.connection import Connection
from base.http import HttpClient
from base.http_auth import Method
from base.records import Page, Window
from connectors.connector import Connector
from connectors.contracts.openapi import OpenApiContract
from connectors.decoder import RecordDecoder
from connectors.registry import load_connector
from tests.loopback import Handler, listening

PLAIN = Path(__file__).parent / "plain_system"
UNTIL = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
WINDOW = Window(None, UNTIL)


@dataclass
class Reply:
    """What the server answers; `body` may be anything that JSON takes, or bytes as they are."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, ensure_ascii=False).encode()


Script = Callable[[str, dict[str, str]], Reply]


@dataclass
class Served:
    """A running server and the requests it has seen: (path, query, headers)."""

    address: str
    seen: list[tuple[str, dict[str, str], dict[str, str]]]

    @property
    def queries(self) -> list[dict[str, str]]:
        return [query for _path, query, _headers in self.seen]


@contextmanager
def serving(script: Script) -> Iterator[Served]:
    """Serve `script(path, query)` on loopback."""
    seen: list[tuple[str, dict[str, str], dict[str, str]]] = []

    class OneSite(Handler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            query = dict(parse_qsl(url.query, keep_blank_values=True))
            seen.append((url.path, query, dict(self.headers)))
            reply = script(url.path, query)
            self.send_response(reply.status)
            headers = {"Content-Type": "application/json", **reply.headers}
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.data)))
            self.end_headers()
            self.wfile.write(reply.data)

    with listening(OneSite) as address:
        yield Served(address, seen)


def connector_to(address: str, folder: Path | str = PLAIN, **more: Any) -> Connector:
    """A connector whose every connection is `address`, on a clock that does not wait."""
    clock = ManualClock(UNTIL)
    return load_connector(
        folder,
        lambda name: Connection(name, address),
        open_client=lambda connection, method: HttpClient(
            connection, clock, auth=cast(Method, method)
        ),
        **more,
    )


def read_pages(
    connector: Connector, stream: str = "cases", window: Window = WINDOW, **more: Any
) -> list[Page]:
    """Every page of a window."""
    more = {"memo": lambda _keys: {}, "clock": ManualClock(UNTIL), **more}
    return list(connector.read(stream, window, **more))


def case(number: int, **more: Any) -> dict[str, Any]:
    """A record of the plain system."""
    return {"caseId": f"C{number:03}", "updatedAt": f"2026-11-{number + 1:02}T00:00:00Z", **more}


def raw(record: Any) -> bytes:
    """A record as bytes."""
    return json.dumps(record, ensure_ascii=False).encode()


def plain_decoder() -> RecordDecoder:
    """The decoder of the plain system's cases."""
    contract = OpenApiContract(PLAIN / "openapi.yaml")
    return RecordDecoder(contract.record_schema(record="Case"))
