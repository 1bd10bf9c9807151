"""The subsidy system as one of the mocks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mocks.credentials import ClientCredentials
from mocks.settings import RATE, http_address
from mocks.subsidy.app import SCOPE, subsidy_app
from mocks.systems import Environment, Mock

PORT: int | None = 8802


def build(environment: Environment) -> Mock:
    """jGrants' public API and the assumed applicant side over HTTP."""
    desk = environment.desk(
        environment.credentials, scope=SCOPE, lifetime=environment.token_lifetime
    )
    return Mock(
        subsidy_app(environment.world, desk), revoke=desk.revoke_all, secrets=desk.given_out
    )


def connections(
    port: int | None, credentials: ClientCredentials, folder: Path
) -> dict[str, dict[str, Any]]:
    """Client id and secret, for `client_secret_basic`."""
    del folder
    address = http_address(port)
    return {
        "subsidy": {
            "address": address,
            "rate_per_second": RATE,
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
            "token_url": f"{address}/oauth/token",
        }
    }
