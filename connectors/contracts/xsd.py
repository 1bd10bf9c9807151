"""An XML Schema (XSD 1.0) as a contract."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import xmlschema
from lxml import etree

from base.errors import ContractError
from connectors.schema import RecordSchema, Resolver
from connectors.transports.xmlfields import HUB
from connectors.transports.xmlrecords import XmlRecords
from connectors.transports.xmlverdict import ValidRecords, Verdict


class XsdContract:
    """An XML Schema (XSD 1.0) as a contract; a record is the element of a global declaration.

    Raises:
        ContractError: the file cannot be read, or is no schema.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = f"{path.parent.name}/{path.name}"
        try:
            full = path.resolve()
            self.schema: Any = xmlschema.XMLSchema(
                str(full), allow="sandbox", defuse="always", base_url=str(full.parent)
            )
        except (
            OSError,
            ValueError,
            SyntaxError,
            xmlschema.XMLSchemaException,
            etree.LxmlError,
        ) as error:
            raise ContractError(f"{self.name} cannot be read: {error}") from error

    @property
    def assumed(self) -> bool:
        """Whether the interface is ours, for want of a published one."""
        return bool(self.schema.root.attrib.get(f"{{{HUB}}}assumed") == "true")

    @property
    def operations(self) -> list[str]:
        """None: documents are read, not asked for."""
        return []

    @cached_property
    def verdict(self) -> Verdict:
        """What decides whether a document is valid."""
        return Verdict(self.schema)

    def valid_records(self, element: str) -> ValidRecords:
        """What turns valid elements of a global declaration into JSON texts.

        Raises:
            ContractError: there is no such element, or JSON cannot hold it.
        """
        try:
            return ValidRecords(self.schema, element, self.verdict)
        except ContractError as error:
            raise ContractError(f"{self.name}: {error.what}") from error

    def record_schema(
        self, *, record: str | None = None, operation: str | None = None, records: str | None = None
    ) -> RecordSchema:
        """The schema of one record: the global element `record`, or the only one there is.

        Raises:
            ContractError: there is no such element, or JSON cannot hold it.
        """
        del operation, records
        if record is None:
            names = sorted(str(one.local_name) for one in self.schema.elements.values())
            if len(names) != 1:
                have = ", ".join(names)
                raise ContractError(f"{self.name}: name the record's element (it has: {have})")
            record = names[0]
        try:
            schema = XmlRecords(self.schema, record).json_schema()
        except ContractError as error:
            raise ContractError(f"{self.name}: {error.what}") from error
        return Resolver({}, self.name).record(schema)
