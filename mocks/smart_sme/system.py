"""The register of information-processing supporters as one of the mocks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mocks.credentials import ClientCredentials
from mocks.settings import RATE, http_address
from mocks.smart_sme.app import smart_sme_app
from mocks.systems import Environment, Mock

PORT: int | None = 8805


def build(environment: Environment) -> Mock:
    """The two lists over HTTP; nobody needs credentials."""
    return Mock(smart_sme_app(environment.world))


def connections(
    port: int | None, credentials: ClientCredentials, folder: Path
) -> dict[str, dict[str, Any]]:
    """An address alone."""
    del credentials, folder
    return {"smart_sme": {"address": http_address(port), "rate_per_second": RATE}}
