"""The plan system as one of the mocks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mocks.credentials import ClientCredentials
from mocks.management_plan.app import HEADER, plan_app
from mocks.settings import RATE, http_address
from mocks.systems import Environment, Mock

PORT: int | None = 8807


def build(environment: Environment) -> Mock:
    """The listing and the ZIPs over HTTP, behind a fixed token."""
    return Mock(plan_app(environment.world, environment.credentials.client_secret))


def connections(
    port: int | None, credentials: ClientCredentials, folder: Path
) -> dict[str, dict[str, Any]]:
    """The fixed token, for `token_header`."""
    del folder
    return {
        "management_plan": {
            "address": http_address(port),
            "rate_per_second": RATE,
            "token_header": HEADER,
            "api_token": credentials.client_secret,
        }
    }
