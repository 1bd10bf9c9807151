"""The mock systems of a world: every folder here with a `system.py` is one.

A `system.py` gives

- `PORT`: its place in the default row of ports; None where nothing listens (a database file)
- `build(environment) -> Mock`: the system over the world, not yet served
- `connections(port, credentials, folder)`: the hub's settings that lead to it, by connection
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Protocol, cast

from starlette.types import ASGIApp

from mocks.admin import admin_app
from mocks.credentials import ClientCredentials
from mocks.faults import Bodies, Fault, FaultBox, FaultyApp
from mocks.rates import RateLimit
from mocks.tokens import TokenDesk
from mocks.world import World

HOST = "127.0.0.1"
ADMIN_PORT = 8801


@dataclass(frozen=True, slots=True)
class Environment:
    """What every mock system is built over.

    `folder` is where it may keep files; `rate_per_second` what it stands; `token_lifetime` is in
    seconds; `desk` makes its token desk; `seconds` is the systems' clock, against which they hold
    the time stamps in messages.
    """

    world: World
    box: FaultBox
    credentials: ClientCredentials
    folder: Path
    rate_per_second: float | None = None
    token_lifetime: int = 3600
    desk: Callable[..., TokenDesk] = TokenDesk
    seconds: Callable[[], float] = time.time


class Server(Protocol):
    """A server that is not HTTP."""

    def start(self, port: int) -> int:
        """Listen on loopback; 0 takes a free port. Gives the port, once it listens."""

    def stop(self) -> None:
        """End, and leave nothing behind."""


@dataclass(frozen=True, slots=True)
class Mock:
    """One system: an ASGI app, or a server of its own, or neither (files alone).

    `revoke` lets every token expire at once, for the fault of that name; `secrets` are the tokens
    given out so far, which must show nowhere.

    What the connector suite needs of a system beyond that: `paths`, the requests whose answers
    hold a stream's records, where its declaration does not tell; and for one that is not HTTP
    `trial`, which brings a fault about while its block runs, and `kinds`, those it knows. `bodies`
    are the faults of its answers, as `mocks.faults.FaultyApp` takes them.
    """

    app: ASGIApp | None = None
    server: Server | None = None
    revoke: Callable[[], None] | None = None
    secrets: Callable[[], set[str]] = set
    paths: Mapping[str, str] = field(default_factory=dict)
    trial: Callable[[str, Fault], AbstractContextManager[None]] | None = None
    kinds: tuple[str, ...] = ()
    bodies: Mapping[bytes, Bodies] = field(default_factory=dict)


class SystemModule(Protocol):
    """A system's `system.py`."""

    PORT: int | None

    def build(self, environment: Environment) -> Mock:
        """The system over a world."""

    def connections(
        self, port: int | None, credentials: ClientCredentials, folder: Path
    ) -> dict[str, dict[str, Any]]:
        """Connection name → settings (address, rate, credentials)."""


@cache
def modules() -> dict[str, SystemModule]:
    """The systems by name, in the order of their ports."""
    names = sorted(path.parent.name for path in Path(__file__).parent.glob("*/system.py"))
    found = {
        name: cast(SystemModule, importlib.import_module(f"mocks.{name}.system")) for name in names
    }
    return dict(sorted(found.items(), key=lambda item: (item[1].PORT or 0, item[0])))


def default_ports() -> dict[str, int]:
    """Default ports of all that listens, the admin API first; port 0 takes any free one."""
    ports = {name: module.PORT for name, module in modules().items() if module.PORT is not None}
    return {"admin": ADMIN_PORT, **ports}


def ports_from(first: int) -> dict[str, int]:
    """The same row of ports, beginning elsewhere."""
    return {name: port - ADMIN_PORT + first for name, port in default_ports().items()}


@dataclass(frozen=True, slots=True)
class Systems:
    """The systems of one world: ASGI apps and other servers by name."""

    environment: Environment
    apps: dict[str, ASGIApp]
    servers: dict[str, Server] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    mocks: dict[str, Mock] = field(default_factory=dict)

    def secrets(self) -> set[str]:
        """What must show nowhere: the client's secrets, and every token given out so far."""
        client = self.environment.credentials
        given = {secret for mock in self.mocks.values() for secret in mock.secrets()}
        return {client.client_secret, client.private_key, client.host_key, *given}

    @property
    def world(self) -> World:
        """The world that they show."""
        return self.environment.world

    @property
    def box(self) -> FaultBox:
        """Their faults."""
        return self.environment.box


def build_systems(
    world: World,
    credentials: ClientCredentials,
    folder: Path,
    *,
    only: frozenset[str] | None = None,
    **options: Any,
) -> Systems:
    """All systems over one world (those in `only`, if given); `options` as in `Environment`."""
    environment = Environment(world, FaultBox(), credentials, folder, **options)
    box = environment.box
    apps: dict[str, ASGIApp] = {"admin": FaultyApp(admin_app(world, box), FaultBox(), "admin")}
    servers: dict[str, Server] = {}
    wanted = {name: m for name, m in modules().items() if only is None or name in only}
    mocks = {name: module.build(environment) for name, module in wanted.items()}
    for name, mock in mocks.items():
        if mock.app is not None:
            limited = RateLimit(mock.app, environment.rate_per_second)
            apps[name] = FaultyApp(limited, box, name, mock.revoke, mock.bodies)
        if mock.server is not None:
            servers[name] = mock.server
    return Systems(environment, apps, servers, frozenset(wanted), mocks)


def local_connections(
    ports: dict[str, int],
    credentials: ClientCredentials,
    folder: Path,
    names: frozenset[str] | None = None,
) -> dict[str, dict[str, Any]]:
    """The hub's connections that lead to the mocks on these ports (to `names` alone, if given)."""
    return {
        connection: settings
        for name, module in modules().items()
        if names is None or name in names
        for connection, settings in module.connections(ports.get(name), credentials, folder).items()
    }
