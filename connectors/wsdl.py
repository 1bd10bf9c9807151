"""A WSDL 1.1 file as a contract."""

from __future__ import annotations

from pathlib import Path

from connectors.schema import RecordSchema


class WsdlContract:
    """A WSDL 1.1 file as a contract.

    Raises:
        ContractError: the file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = f"{path.parent.name}/{path.name}"
        raise NotImplementedError

    @property
    def assumed(self) -> bool:
        """Whether the interface is ours, for want of a published one."""
        raise NotImplementedError

    @property
    def operations(self) -> list[str]:
        """Names of what can be asked for."""
        raise NotImplementedError

    def record_schema(
        self, *, record: str | None = None, operation: str | None = None, records: str | None = None
    ) -> RecordSchema:
        """The schema of one record."""
        raise NotImplementedError
