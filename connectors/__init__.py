"""Connectors: one folder a system, and the transports that read them.

Importing this package is cheap, so that a DAG file may; what reads data is loaded on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectors.declaration import Declaration, Stream
from connectors.registry import declarations, discover, load_connector

if TYPE_CHECKING:
    from connectors.connector import CheckLine, Connector
    from connectors.decoder import Decoded, RecordDecoder

__all__ = [
    "CheckLine",
    "Connector",
    "Declaration",
    "Decoded",
    "RecordDecoder",
    "Stream",
    "declarations",
    "discover",
    "load_connector",
]

_LAZY = {
    "CheckLine": "connectors.connector",
    "Connector": "connectors.connector",
    "Decoded": "connectors.decoder",
    "RecordDecoder": "connectors.decoder",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
