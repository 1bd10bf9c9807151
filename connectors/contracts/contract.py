"""A system's interface as agreed with its owner, whatever it is written in.

The file's name says which: `*.wsdl`, `*.xsd`, `*.table.yaml` (a table or CSV file, after the
Frictionless Table Schema), any other YAML or JSON is OpenAPI 3.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from connectors.schema import RecordSchema


class Contract(Protocol):
    """What every contract gives, whatever it is written in."""

    path: Path
    name: str
    """`folder/file`, for messages."""

    @property
    def assumed(self) -> bool:
        """Whether the interface is ours, for want of a published one."""

    @property
    def operations(self) -> list[str]:
        """Names of what can be asked for, sorted; empty for files and tables."""

    def record_schema(
        self, *, record: str | None = None, operation: str | None = None, records: str | None = None
    ) -> RecordSchema:
        """The schema of one record: by its own name, or as what an operation lists at a path.

        Raises:
            ContractError: it is not there, or is not a list of objects.
        """


def load_contract(path: Path) -> Contract:
    """Read the contract in `path`.

    Raises:
        ContractError: the file cannot be read, or is not what its name says.
    """
    if path.suffix == ".wsdl":
        from connectors.contracts.wsdl import WsdlContract

        return WsdlContract(path)
    if path.suffix == ".xsd":
        from connectors.contracts.xsd import XsdContract

        return XsdContract(path)
    if path.name.endswith((".table.yaml", ".table.json")):
        from connectors.contracts.table import TableContract

        return TableContract(path)
    from connectors.contracts.openapi import OpenApiContract

    return OpenApiContract(path)
