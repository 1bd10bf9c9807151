"""Faults on demand: which, where, how often; and the ASGI wrapper that makes them happen.

A fault is asked for with `POST /admin/faults` or `FaultBox.add`::

    {"system": "subsidy", "kind": "rate_limited", "path": "/applicant/*", "count": 2,
     "skip": 1, "retry_after": "3"}

The first fault whose system and path fit is used; `skip` requests pass before it starts, and
after `count` uses it is spent (`count: null` is for ever). An answer that it cannot spoil, because
there is no record in it, is no use of it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import socket
import struct
from collections.abc import Awaitable, Callable, Container, Mapping, MutableMapping
from email.utils import formatdate
from fnmatch import fnmatchcase
from threading import Lock
from time import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mocks.fault_bodies import BODIES
from mocks.fault_csv import CSV_BODIES, bodies_of, replaced
from mocks.fault_sftp import OF_SFTP
from mocks.fault_xml import XML_BODIES
from mocks.fault_zip import ZIP_BODIES

TRANSPORT = "mocks.transport"
"""Key in an ASGI scope's `extensions` under which `mocks.serve` puts the socket's transport."""

ANSWERS: dict[str, tuple[int, bytes, bytes]] = {
    "rate_limited": (429, b"application/json", b'{"error":"too_many_requests"}'),
    "server_error": (
        500,
        b"application/json",
        b'{"type":"","errorCode":"E-ML-9999","title":"Internal Server Error",'
        b'"instance":"/api/subsidies"}',
    ),
    "unavailable": (503, b"text/plain; charset=utf-8", b"Service Unavailable"),
    "expired_token": (401, b"application/json", b'{"error":"invalid_token"}'),
    "forbidden": (403, b"application/json", b'{"error":"insufficient_scope"}'),
    "not_found": (404, b"application/json", b'{"error":"not_found"}'),
    "html": (
        200,
        b"text/html; charset=utf-8",
        "<!DOCTYPE html><html><body><h1>ただいまメンテナンス中です</h1></body></html>".encode(),
    ),
}
"""Faults that answer in the system's place: status, content type, body."""

ON_THE_WIRE = ("slow_drip", "reset", "truncated", "clock_skew", "replaced")
KINDS = tuple(
    dict.fromkeys(
        (*ANSWERS, *ON_THE_WIRE, *BODIES, *XML_BODIES, *CSV_BODIES, *ZIP_BODIES, *OF_SFTP)
    )
)
Bodies = Mapping[str, Callable[[bytes, "Fault"], bytes]]
"""Faults of a body by their kind."""

OTHER_BODIES: Mapping[bytes, Bodies] = {b"<": XML_BODIES, b"P": ZIP_BODIES}
"""Faults of bodies that are no JSON, by their first byte."""


class FaultError(ValueError):
    """The fault cannot be set: unknown kind or option."""


@dataclasses.dataclass(slots=True)
class Fault:
    """One fault; which of the options are read depends on `kind`.

    `retry_after` is the header's text; `seconds` the pause between drips, or the clock's skew;
    `chunk` bytes a drip; `record` the index of the record on the page; `field` a dotted path
    inside the record; `value` what is put there. `memory` is what body faults remember.
    """

    kind: str
    system: str = "*"
    path: str = "*"
    count: int | None = 1
    skip: int = 0
    retry_after: str | None = None
    seconds: float = 600.0
    chunk: int = 64
    record: int = 0
    field: str | None = None
    value: Any = None
    memory: dict[str, Any] = dataclasses.field(default_factory=dict)

    @classmethod
    def parse(cls, wanted: dict[str, Any]) -> Fault:
        """From the JSON of the admin API.

        Raises:
            FaultError: unknown kind, or an option that faults do not have.
        """
        known = {f.name for f in dataclasses.fields(cls)} - {"memory"}
        if strange := set(wanted) - known:
            msg = f"unknown options {sorted(strange)}: use {sorted(known)}"
            raise FaultError(msg)
        if wanted.get("kind") not in KINDS:
            msg = f"unknown fault {wanted.get('kind')!r}: use one of {', '.join(KINDS)}"
            raise FaultError(msg)
        return cls(**wanted)

    def shown(self) -> dict[str, Any]:
        """As the admin API lists it."""
        return {name: value for name, value in dataclasses.asdict(self).items() if name != "memory"}


class FaultBox:
    """The faults that wait to happen; shared by the servers and the admin API."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = Lock()

    def add(self, fault: Fault) -> None:
        """Let it happen from now on."""
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._faults.clear()

    def waiting(self) -> list[Fault]:
        """Faults that are not spent."""
        with self._lock:
            return list(self._faults)

    def take(self, system: str, path: str, kinds: Container[str] | None = None) -> Fault | None:
        """The fault for this request, if any (one of `kinds`, if given); counts it."""
        with self._lock:
            for fault in self._faults:
                if not (fnmatchcase(system, fault.system) and fnmatchcase(path, fault.path)):
                    continue
                if kinds is not None and fault.kind not in kinds:
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    return None
                if fault.count is not None:
                    fault.count -= 1
                    if fault.count <= 0:
                        self._faults.remove(fault)
                return fault
        return None

    def give_back(self, fault: Fault) -> None:
        """It met an answer that it could not spoil, one without records: it has not happened."""
        with self._lock:
            if fault.count is None:
                return
            fault.count += 1
            if fault not in self._faults:
                self._faults.insert(0, fault)


Transmit = Callable[[Message], Awaitable[None]]


class FaultyApp:
    """Wraps one system's app: marks every answer as synthetic, and lets faults happen.

    `revoke` is called for `expired_token`, so that the old token stays refused. `bodies` are the
    faults of its answers' bodies by their first byte, where they are others than `OTHER_BODIES`.
    """

    def __init__(
        self,
        app: ASGIApp,
        box: FaultBox,
        system: str,
        revoke: Callable[[], None] | None = None,
        bodies: Mapping[bytes, Bodies] | None = None,
    ) -> None:
        self.app = app
        self.box = box
        self.system = system
        self.revoke = revoke
        self.bodies = {**OTHER_BODIES, **(bodies or {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        fault = self.box.take(self.system, scope["path"])
        skew = fault.seconds if fault and fault.kind == "clock_skew" else 0.0
        marked = _marked(send, skew)
        if fault is None:
            await self.app(scope, receive, marked)
        elif fault.kind in ANSWERS:
            await self._answer(fault, marked)
        else:
            start, body = await _collect(self.app, scope, receive)
            bodies = bodies_of(start, self.bodies.get(body[:1], BODIES))
            if fault.kind in bodies and start["status"] == 200:
                spoilt = bodies[fault.kind](body, fault)
                if spoilt == body and not fault.memory:
                    self.box.give_back(fault)
                body = spoilt
                start["status"] = 500 if fault.kind == "soap_fault" else 200
            elif fault.kind in bodies:
                self.box.give_back(fault)
            await WIRE.get(fault.kind, _whole)(fault, scope, marked, start, body)

    async def _answer(self, fault: Fault, send: Transmit) -> None:
        status, content_type, body = ANSWERS[fault.kind]
        headers = [(b"content-type", content_type)]
        if fault.retry_after is not None:
            headers.append((b"retry-after", fault.retry_after.encode()))
        if fault.kind == "expired_token":
            headers.append((b"www-authenticate", b'Bearer error="invalid_token"'))
            if self.revoke:
                self.revoke()
        await _transmit(send, {"status": status, "headers": headers}, body)


def _marked(send: Send, skew: float) -> Transmit:
    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            date = formatdate(time() + skew, usegmt=True).encode()
            extra = [(b"x-synthetic-data", b"true"), (b"date", date)]
            message = {**message, "headers": [*message.get("headers", []), *extra]}
        await send(message)

    return marked


async def _collect(
    app: ASGIApp, scope: Scope, receive: Receive
) -> tuple[MutableMapping[str, Any], bytes]:
    """Let the app answer into memory."""
    start: MutableMapping[str, Any] = {}
    parts: list[bytes] = []

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, keep)
    return start, b"".join(parts)


def _head(start: MutableMapping[str, Any], length: int) -> Message:
    headers = [h for h in start.get("headers", []) if h[0].lower() != b"content-length"]
    return {
        "type": "http.response.start",
        "status": start["status"],
        "headers": [*headers, (b"content-length", str(length).encode())],
    }


async def _transmit(send: Transmit, start: MutableMapping[str, Any], body: bytes) -> None:
    await send(_head(start, len(body)))
    await send({"type": "http.response.body", "body": body})


async def _whole(
    fault: Fault, scope: Scope, send: Transmit, start: MutableMapping[str, Any], body: bytes
) -> None:
    del fault, scope
    await _transmit(send, start, body)


async def _slow_drip(
    fault: Fault, scope: Scope, send: Transmit, start: MutableMapping[str, Any], body: bytes
) -> None:
    """The body in chunks with a pause after each."""
    del scope
    await send(_head(start, len(body)))
    for at in range(0, len(body), fault.chunk):
        await send(
            {"type": "http.response.body", "body": body[at : at + fault.chunk], "more_body": True}
        )
        await asyncio.sleep(fault.seconds)
    await send({"type": "http.response.body", "body": b""})


async def _truncated(
    fault: Fault, scope: Scope, send: Transmit, start: MutableMapping[str, Any], body: bytes
) -> None:
    """Content-Length of the whole, half of the body, then the connection is closed."""
    del fault
    await send(_head(start, len(body)))
    await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
    transport = scope.get("extensions", {}).get(TRANSPORT)
    if transport is not None:
        transport.close()


async def _reset(
    fault: Fault, scope: Scope, send: Transmit, start: MutableMapping[str, Any], body: bytes
) -> None:
    """A TCP reset in place of an answer (SO_LINGER 0). Without a socket: ConnectionResetError."""
    del fault, send, start, body
    transport = scope.get("extensions", {}).get(TRANSPORT)
    if transport is None:
        raise ConnectionResetError
    wire: socket.socket = transport.get_extra_info("socket")
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def _replaced(
    fault: Fault, scope: Scope, send: Transmit, start: MutableMapping[str, Any], body: bytes
) -> None:
    """A file that another one takes the place of while it is sent."""
    del fault, scope
    body = replaced(start, body)
    await _transmit(send, start, body)


WIRE = {
    "slow_drip": _slow_drip, "truncated": _truncated, "reset": _reset, "replaced": _replaced,
}  # fmt: skip
