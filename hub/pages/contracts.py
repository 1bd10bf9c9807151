"""Contracts and mappings as the pages show them; read once a process, as neither changes in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from base.connection import Connection
from connectors.connector import Connector
from connectors.registry import declarations
from hub.connector_reference import field_rows
from hub.sync import mapping_file
from mappings.check import check_mapping

_LINK = re.compile(r"\[`([^`]*)`\]\([^)]*\)")


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """A stream's contract and how far its mapping covers it; counts are fields of the contract."""

    file: str
    version: str
    assumed: bool
    fields: int
    mapped: int
    ignored: int
    problems: int
    mapping_version: str

    @property
    def share(self) -> int:
        """Per cent of the fields that are mapped, or left alone with a reason."""
        return 100 * (self.mapped + self.ignored) // self.fields if self.fields else 100


@cache
def _connector(system: str) -> Connector:
    return Connector(declarations()[system], _unasked)


def _unasked(name: str) -> Connection:
    raise LookupError(name)


@cache
def of_system(system: str) -> dict[str, ContractFacts]:
    """By stream."""
    connector = _connector(system)
    found = {}
    for name, stream in connector.streams.items():
        report = check_mapping(mapping_file(system), name, connector.schema(name), stream.purpose)
        contract = connector.contract(name)
        found[name] = ContractFacts(
            stream.contract.name, connector.decoder(name).contract_version, contract.assumed,
            report.fields, report.mapped, report.ignored, len(report.problems), report.version,
        )  # fmt: skip
    return found


@cache
def mapping_rows(system: str, stream: str) -> list[tuple[str, ...]]:
    """Field, type, what the contract says, canonical field, transform, notes."""
    connector = _connector(system)
    rows = field_rows(connector, connector.streams[stream])
    return [tuple(map(_plain, row)) for row in rows]


def _plain(text: str) -> str:
    """Markdown of the reference as plain text."""
    return _LINK.sub(r"\1", text).replace("`", "").replace("**", "")
