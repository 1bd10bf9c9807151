"""The mock systems of a world, built but not yet served: a new system is one line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import ASGIApp

from mocks.admin import admin_app
from mocks.credentials import ClientCredentials
from mocks.faults import FaultBox, FaultyApp
from mocks.rates import RateLimit
from mocks.subsidy.app import SCOPE, subsidy_app
from mocks.tokens import TokenDesk
from mocks.world import World

PORTS = {"admin": 8801, "subsidy": 8802}
"""Default ports; port 0 takes any free one."""


def ports_from(first: int) -> dict[str, int]:
    """The same row of ports, beginning elsewhere."""
    return {name: port - min(PORTS.values()) + first for name, port in PORTS.items()}


@dataclass(frozen=True, slots=True)
class Systems:
    """The ASGI apps by name, and what they share."""

    world: World
    box: FaultBox
    desk: TokenDesk
    apps: dict[str, ASGIApp]


def build_systems(
    world: World,
    credentials: ClientCredentials,
    *,
    rate_per_second: float | None = None,
    token_lifetime: int = 3600,
    desk: Callable[..., TokenDesk] = TokenDesk,
) -> Systems:
    """All systems over one world; `rate_per_second` is what each of them stands."""
    box = FaultBox()
    tokens = desk(credentials, scope=SCOPE, lifetime=token_lifetime)
    subsidy = RateLimit(subsidy_app(world, tokens), rate_per_second)
    apps: dict[str, ASGIApp] = {
        "admin": FaultyApp(admin_app(world, box), FaultBox(), "admin"),
        "subsidy": FaultyApp(subsidy, box, "subsidy", tokens.revoke_all),
    }
    return Systems(world, box, tokens, apps)
