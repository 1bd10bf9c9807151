"""The hub's connection settings that point at the mocks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mocks.credentials import ClientCredentials

RATE = 500
"""Requests a second that the hub may send to a mock: jGrants' own terms allow 10."""


def local_addresses(ports: Mapping[str, int]) -> dict[str, str]:
    """Addresses on loopback for known ports (as in `mocks.systems.PORTS`)."""
    return {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}


def local_connections(
    addresses: Mapping[str, str], credentials: ClientCredentials
) -> dict[str, dict[str, Any]]:
    """Connection name → settings (address, rate, client id and secret) for `Connection`."""
    subsidy = addresses["subsidy"]
    return {
        "subsidy": {
            "address": subsidy,
            "rate_per_second": RATE,
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
            "token_url": f"{subsidy}/oauth/token",
        },
    }


def connection_variables(connections: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The same as environment variables `HUB_CONNECTION_<NAME>`, JSON text."""
    return {
        f"HUB_CONNECTION_{name.upper()}": json.dumps(value, ensure_ascii=False)
        for name, value in connections.items()
    }
