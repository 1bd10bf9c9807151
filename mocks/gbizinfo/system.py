"""gBizINFO as one of the mocks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mocks.credentials import ClientCredentials
from mocks.gbizinfo.app import TOKEN_HEADER, gbizinfo_app
from mocks.settings import http_address
from mocks.systems import Environment, Mock

PORT: int | None = 8811

RATE = 50
"""Requests a second that the hub may send to the mock: of the real one no rate is published."""


def build(environment: Environment) -> Mock:
    """The update operations; the client's secret is the token."""
    return Mock(gbizinfo_app(environment.world, environment.credentials.client_secret))


def connections(
    port: int | None, credentials: ClientCredentials, folder: Path
) -> dict[str, dict[str, Any]]:
    """The token and the name of its header."""
    del folder
    return {
        "gbizinfo": {
            "address": http_address(port),
            "rate_per_second": RATE,
            "token_header": TOKEN_HEADER,
            "api_token": credentials.client_secret,
        }
    }
