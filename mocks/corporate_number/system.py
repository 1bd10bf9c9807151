"""The register of corporate numbers as one of the mocks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mocks.corporate_number.app import corporate_number_app
from mocks.credentials import ClientCredentials
from mocks.settings import RATE, http_address
from mocks.systems import Environment, Mock

PORT: int | None = 8810


def build(environment: Environment) -> Mock:
    """The Web-API; the client's secret is the application id."""
    return Mock(
        corporate_number_app(environment.world, environment.credentials.client_secret),
        paths={"corporations": "/4/diff"},
    )


def connections(
    port: int | None, credentials: ClientCredentials, folder: Path
) -> dict[str, dict[str, Any]]:
    """The address, and the application id that stands in every question."""
    del folder
    return {
        "corporate_number": {
            "address": http_address(port),
            "rate_per_second": RATE,
            "application_id": credentials.client_secret,
        }
    }
