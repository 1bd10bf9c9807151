"""The IT subsidy system as one of the mocks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mocks.credentials import ClientCredentials
from mocks.it_subsidy.app import SCOPE, it_subsidy_app
from mocks.rates import RateLimit
from mocks.settings import http_address
from mocks.systems import Environment, Mock

PORT: int | None = 8806

BURST, PER_SECOND = 30, 10.0
"""What the system stands (contract): so many requests at once, then so many a second."""

AGREED = 8
"""Requests a second that its owner agreed to: below what it stands."""


def build(environment: Environment) -> Mock:
    """The system behind its hard rate."""
    desk = environment.desk(
        environment.credentials, scope=SCOPE, lifetime=environment.token_lifetime
    )
    app = RateLimit(it_subsidy_app(environment.world, desk), PER_SECOND, BURST, environment.seconds)
    return Mock(app, revoke=desk.revoke_all, secrets=desk.given_out)


def connections(
    port: int | None, credentials: ClientCredentials, folder: Path
) -> dict[str, dict[str, Any]]:
    """Client id and private key, for `private_key_jwt`."""
    del folder
    address = http_address(port)
    return {
        "it_subsidy": {
            "address": address,
            "rate_per_second": AGREED,
            "client_id": credentials.client_id,
            "private_key": credentials.private_key,
            "token_url": f"{address}/oauth/token",
        }
    }
