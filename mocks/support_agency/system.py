"""The register of support agencies as one of the mocks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mocks.credentials import ClientCredentials
from mocks.settings import RATE, http_address
from mocks.support_agency.app import register_app
from mocks.systems import Environment, Mock

PORT: int | None = 8804


def build(environment: Environment) -> Mock:
    """SOAP 1.1 over HTTP, WS-Security UsernameToken."""
    return Mock(register_app(environment.world, environment.credentials, environment.seconds))


def connections(
    port: int | None, credentials: ClientCredentials, folder: Path
) -> dict[str, dict[str, Any]]:
    """User name and password of the UsernameToken."""
    del folder
    return {
        "support_agency": {
            "address": http_address(port),
            "rate_per_second": RATE,
            "username": credentials.client_id,
            "password": credentials.client_secret,
        }
    }
