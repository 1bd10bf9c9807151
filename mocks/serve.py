"""Serves the mock systems on loopback, for tests (`serve`) and for `hub mocks` (`run`)."""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, cast

import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mocks.credentials import ClientCredentials
from mocks.faults import TRANSPORT
from mocks.systems import (
    HOST,
    Systems,
    build_systems,
    default_ports,
    local_connections,
    ports_from,
)
from mocks.world import START, World


class PortTaken(RuntimeError):
    """Another program listens on a port that the mocks need."""


class ServeError(RuntimeError):
    """A mock server did not come up."""


class OpenWire(HttpToolsProtocol):
    """uvicorn's protocol, with the connection's transport in the scope: faults act on it."""

    def connection_made(  # type: ignore[override]  # as uvicorn declares it
        self, transport: asyncio.Transport
    ) -> None:
        """Wrap the app for this connection."""
        super().connection_made(transport)
        served = self.app

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[TRANSPORT] = transport
            await served(scope, receive, send)

        self.app = app


@dataclass(frozen=True, slots=True)
class Served:
    """Where one system listens."""

    name: str
    port: int

    @property
    def address(self) -> str:
        """The base address of one that speaks HTTP, without a slash at its end."""
        return f"http://{HOST}:{self.port}"


def listen(name: str, port: int) -> socket.socket:
    """A listening socket on loopback.

    Raises:
        PortTaken: the port is in use; says which, and how to choose others.
    """
    # asyncio sends at once (TCP_NODELAY) only where the protocol is named: else 40 ms an answer.
    wire = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        wire.bind((HOST, port))
        wire.listen(128)
    except OSError as error:
        wire.close()
        if error.errno != errno.EADDRINUSE:
            raise
        msg = (
            f"port {port} for the mock system {name} is taken by another program. "
            f"Stop that program, or choose another first port (hub mocks --port-base)"
        )
        raise PortTaken(msg) from error
    return wire


class MockServers:
    """All mock systems of a world, one thread each; use it in a `with` statement.

    `servers["subsidy"].address` is where a system listens; `connections()` gives the hub's
    settings for them; `world` and `faults` can be used directly instead of the admin API.
    """

    def __init__(
        self, systems: Systems, credentials: ClientCredentials, ports: dict[str, int]
    ) -> None:
        self.systems = systems
        self.credentials = credentials
        self.ports = ports
        self.world = systems.world
        self.faults = systems.box
        self._served: dict[str, Served] = {}
        self._running: list[tuple[uvicorn.Server, threading.Thread, socket.socket]] = []
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __getitem__(self, name: str) -> Served:
        return self._served[name]

    def __enter__(self) -> MockServers:
        sockets: dict[str, socket.socket] = {}
        try:
            for name in self.systems.apps:
                sockets[name] = listen(name, self.ports[name])
        except BaseException:
            for wire in sockets.values():
                wire.close()
            raise
        for name, wire in sockets.items():
            self._start(name, wire)
        for name, server in self.systems.servers.items():
            self._served[name] = Served(name, server.start(self.ports[name]))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for other in self.systems.servers.values():
            other.stop()
        for server, _, _ in self._running:
            server.should_exit = True
        for server, thread, wire in self._running:
            thread.join(timeout=3)
            if thread.is_alive():
                server.force_exit = True
                thread.join(timeout=5)
            wire.close()
        self._running.clear()
        if self._folder is not None:
            self._folder.cleanup()

    def connections(self) -> dict[str, dict[str, Any]]:
        """Settings of the hub's connections that point here (`HUB_CONNECTION_<NAME>`)."""
        ports = {name: served.port for name, served in self._served.items()}
        folder = self.systems.environment.folder
        return local_connections(ports, self.credentials, folder, self.systems.names)

    def _start(self, name: str, wire: socket.socket) -> None:
        config = uvicorn.Config(
            self.systems.apps[name], http=OpenWire, loop="asyncio", lifespan="off",
            log_config=None, access_log=False, log_level="critical",
            date_header=False, server_header=False, timeout_graceful_shutdown=1,
        )  # fmt: skip
        server = uvicorn.Server(config)
        ready = threading.Event()
        startup = server.startup

        async def started(sockets: list[socket.socket] | None = None) -> None:
            await startup(sockets)
            ready.set()

        server.startup = started  # type: ignore[method-assign]
        thread = threading.Thread(
            target=lambda: asyncio.run(server.serve([wire])), name=f"mock-{name}", daemon=True
        )
        thread.start()
        self._running.append((server, thread, wire))
        if not ready.wait(10):
            msg = f"the mock system {name} did not start within ten seconds"
            raise ServeError(msg)
        self._served[name] = Served(name, wire.getsockname()[1])


def serve(
    world: World,
    *,
    credentials: ClientCredentials | None = None,
    ports: dict[str, int] | None = None,
    rate_per_second: float | None = None,
    token_lifetime: int = 3600,
    folder: Path | None = None,
    only: Iterable[str] | None = None,
    seconds: Callable[[], float] = time.time,
) -> MockServers:
    """Servers for a world, by default on free ports; start them with `with`.

    `only` names the systems that are wanted; `folder` is where they keep files (one of their own
    that goes with them, if None); `seconds` is their clock, for a hub that lives on another day.
    """
    made = credentials or ClientCredentials.generate()
    own = tempfile.TemporaryDirectory(prefix="mocks-") if folder is None else None
    systems = build_systems(
        world,
        made,
        Path(own.name) if own else cast(Path, folder),
        only=None if only is None else frozenset(only),
        rate_per_second=rate_per_second,
        token_lifetime=token_lifetime,
        seconds=seconds,
    )
    servers = MockServers(systems, made, ports or dict.fromkeys(default_ports(), 0))
    servers._folder = own
    return servers


def run(
    *,
    businesses: int = 10_000,
    seed: int = 1,
    start: date = START,
    credentials: ClientCredentials | None = None,
    ports: dict[str, int] | None = None,
    first_port: int | None = None,
    rate_per_second: float | None = None,
    folder: Path | None = None,
    ready: Callable[[MockServers], None] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM (`hub mocks`); `ready` is called when all are up.

    `first_port` moves the default row of ports; `ports` names each.

    The world is live: record updates are stamped with the wall clock, so that a hub which has
    read up to this minute meets what `POST /admin/advance` brings.
    """
    stop = threading.Event()

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask_to_stop)
    world = World(seed, businesses, start, wall_clock=lambda: datetime.now(UTC))
    chosen = ports or (default_ports() if first_port is None else ports_from(first_port))
    with serve(
        world,
        credentials=credentials,
        ports=chosen,
        rate_per_second=rate_per_second,
        folder=folder,
    ) as servers:
        if ready:
            ready(servers)
        stop.wait()
