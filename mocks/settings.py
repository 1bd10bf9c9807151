"""The hub's connection settings that point at the mocks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

RATE = 500
"""Requests a second that the hub may send to a mock: jGrants' own terms allow 10."""


def http_address(port: int | None) -> str:
    """An address on loopback."""
    return f"http://127.0.0.1:{port}"


def connection_variables(connections: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Connections as environment variables `HUB_CONNECTION_<NAME>`, JSON text."""
    return {
        f"HUB_CONNECTION_{name.upper()}": json.dumps(value, ensure_ascii=False)
        for name, value in connections.items()
    }
