"""Clients that cost little: raw requests over connections that stay open, in one event loop.

A request and its answer cost this process some 25 µs of processor, most of it in the kernel.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from itertools import count
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import uvloop

MOST_WAITING = 64
"""Connections of an open loop: with fewer, requests wait for each other when answers are late."""

T = TypeVar("T")


class WrongAnswer(RuntimeError):
    """A server answered something else than 200: its figure would say nothing."""


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A request as it goes over the wire."""
    given = {"Host": "127.0.0.1", **headers}
    if body:
        given["Content-Length"] = str(len(body))
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def closed(address: str, requests: Sequence[bytes], connections: int) -> list[float]:
    """Send each request once, the next when the one before was answered; seconds of each.

    Raises:
        WrongAnswer: an answer was not 200.
    """

    async def work() -> list[float]:
        waiting, taken = iter(requests), list[float]()
        opened = await _connected(address, min(connections, len(requests)))

        async def one(connection: _Connection) -> None:
            for told in waiting:
                started = time.perf_counter()
                await connection.ask(told)
                taken.append(time.perf_counter() - started)

        await _together([one(connection) for connection in opened])
        return taken

    return _run(work)


def opened(address: str, requests: Sequence[bytes], rate: float) -> list[float]:
    """Send requests at a rate whether or not earlier ones are answered; seconds of each.

    A request counts from the moment at which it was due, also where it was sent later.

    Raises:
        WrongAnswer: an answer was not 200.
    """

    async def work() -> list[float]:
        free: asyncio.Queue[_Connection] = asyncio.Queue()
        for connection in await _connected(address, MOST_WAITING):
            free.put_nowait(connection)
        taken, begin = list[float](), time.perf_counter()

        async def one(told: bytes, due: float) -> None:
            connection = await free.get()
            await connection.ask(told)
            taken.append(time.perf_counter() - due)
            free.put_nowait(connection)

        async with asyncio.TaskGroup() as tasks:
            for told, due in zip(requests, _moments(begin, rate), strict=False):
                if (wait := due - time.perf_counter()) > 0:
                    await asyncio.sleep(wait)
                tasks.create_task(one(told, due))
        return taken

    return _run(work)


def shares(taken: Sequence[float]) -> dict[str, int]:
    """Median, 95th and 99th percentile in microseconds."""
    ordered = sorted(taken)
    places = {"median_us": 50, "p95_us": 95, "p99_us": 99}
    return {name: round(ordered[len(ordered) * at // 100] * 1e6) for name, at in places.items()}


def _moments(begin: float, rate: float) -> Iterator[float]:
    return (begin + number / rate for number in count())


def _run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(work())
    except ExceptionGroup as group:
        raise group.exceptions[0] from None


async def _together(some: Sequence[Coroutine[Any, Any, None]]) -> None:
    async with asyncio.TaskGroup() as tasks:
        for one in some:
            tasks.create_task(one)


async def _connected(address: str, number: int) -> list[_Connection]:
    host, _, port = urlsplit(address).netloc.rpartition(":")
    loop = asyncio.get_running_loop()
    return [(await loop.create_connection(_Connection, host, int(port)))[1] for _ in range(number)]


class _Connection(asyncio.Protocol):
    """One request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.WriteTransport | None = None
        self._answer: asyncio.Future[None] | None = None
        self._read = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(WrongAnswer(f"the connection was closed: {exc}"))

    async def ask(self, told: bytes) -> None:
        if self._transport is None:
            raise AssertionError("connect first")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(told)
        await self._answer

    def data_received(self, data: bytes) -> None:
        self._read += data
        end = self._read.find(b"\r\n\r\n")
        if end < 0 or self._answer is None or self._answer.done():
            return
        head = bytes(self._read[:end]).lower()
        place = head.find(b"\r\ncontent-length:")
        length = int(head[place + 17 :].partition(b"\r\n")[0]) if place >= 0 else 0
        if len(self._read) < end + 4 + length:
            return
        body = bytes(self._read[end + 4 :])
        self._read.clear()
        if head.startswith(b"http/1.1 200"):
            self._answer.set_result(None)
        else:
            self._answer.set_exception(WrongAnswer(f"{head[:30]!r} {body[:200]!r}"))
