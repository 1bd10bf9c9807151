"""The transports: how a protocol's answers become pages. Each is a `ReadHook`, loaded when used."""

from __future__ import annotations

import importlib
from typing import cast

from connectors.declaration import Protocol
from connectors.hooks import ReadHook

TRANSPORTS: dict[Protocol, str] = {
    "rest": "connectors.transports.rest",
    "soap": "connectors.transports.soap",
    "xml": "connectors.transports.xmlfiles",
    "csv": "connectors.transports.csvfiles",
    "sql": "connectors.transports.sql",
}
"""Protocol → module with a function `read`."""


def transport(protocol: Protocol) -> ReadHook:
    """The function that reads a stream over a protocol."""
    return cast(ReadHook, importlib.import_module(TRANSPORTS[protocol]).read)
