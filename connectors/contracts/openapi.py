"""A system's interface as agreed with its owner: an OpenAPI 3 file, read once per process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from base.errors import ContractError
from connectors.schema import RecordSchema, Resolver
from connectors.slicing import steps

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a contract: where it is, what it takes, what it answers with 200.

    `path` begins with the path of the contract's first server (`/exp` of jGrants' public API), so
    that a connection's address is that of the host alone.
    """

    id: str
    method: str
    path: str
    parameters: frozenset[str]
    response: dict[str, Any]


class OpenApiContract:
    """An OpenAPI document.

    Args:
        path: a YAML or JSON file.

    Raises:
        ContractError: the file cannot be read, or is not an OpenAPI 3 document.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = f"{path.parent.name}/{path.name}"
        self.document = self._read()
        self.resolver = Resolver(self.document, self.name)

    def _read(self) -> dict[str, Any]:
        try:
            text = self.path.read_text(encoding="utf-8")
            document = (
                json.loads(text)
                if self.path.suffix == ".json"
                else yaml.load(text, Loader=yaml.CSafeLoader)
            )
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise ContractError(f"{self.name} cannot be read: {error}") from error
        if not isinstance(document, dict) or not str(document.get("openapi", "")).startswith("3."):
            raise ContractError(f"{self.name} is not an OpenAPI 3 document")
        return document

    @property
    def assumed(self) -> bool:
        """Whether the interface is ours, for want of a published one."""
        return bool(self.document.get("info", {}).get("x-assumed"))

    @property
    def operations(self) -> list[str]:
        """Every operationId, sorted."""
        return sorted(
            operation["operationId"]
            for item in self.document.get("paths", {}).values()
            for method, operation in item.items()
            if method in METHODS and "operationId" in operation
        )

    def operation(self, operation_id: str) -> Operation:
        """The operation of that id.

        Raises:
            ContractError: there is none, or it has no JSON answer with status 200.
        """
        for path, item in self.document.get("paths", {}).items():
            for method in METHODS:
                found = item.get(method)
                if found is not None and found.get("operationId") == operation_id:
                    return self._operation(operation_id, method, path, item, found)
        raise ContractError(
            f"{self.name} has no operation {operation_id!r}",
            remedy=f"Operations there: {', '.join(self.operations) or 'none'}",
        )

    def _operation(
        self, operation_id: str, method: str, path: str, item: dict[str, Any], found: dict[str, Any]
    ) -> Operation:
        parameters = [
            self.resolver.resolve(parameter)
            for parameter in [*item.get("parameters", []), *found.get("parameters", [])]
        ]
        answer = self.resolver.resolve(found.get("responses", {}).get("200", {}))
        try:
            schema = answer["content"]["application/json"]["schema"]
        except KeyError:
            raise ContractError(
                f"{self.name}: operation {operation_id} has no JSON answer with status 200"
            ) from None
        names = frozenset(p["name"] for p in parameters if p.get("in") == "query")
        servers = self.document.get("servers") or [{"url": ""}]
        prefix = urlsplit(servers[0]["url"]).path.rstrip("/")
        return Operation(operation_id, method, prefix + path, names, schema)

    def record_schema(
        self, *, record: str | None = None, operation: str | None = None, records: str | None = None
    ) -> RecordSchema:
        """The schema of one record: a component by name, or what an operation lists at a path.

        Raises:
            ContractError: it is not there, or is not a list of objects.
        """
        if record is not None:
            schemas = self.document.get("components", {}).get("schemas", {})
            if record not in schemas:
                raise ContractError(f"{self.name} has no schema {record!r} in its components")
            return self.resolver.record(schemas[record])
        if operation is None or records is None:
            raise ContractError(f"{self.name}: neither a record nor an operation is named")
        schema = self.at(self.operation(operation).response, records)
        if "items" not in schema:
            raise ContractError(f"{self.name}: {records} of {operation} is not a list")
        return self.resolver.record(schema["items"])

    def at(self, schema: dict[str, Any], path: str) -> dict[str, Any]:
        """The schema at `$.a.b` inside an answer's schema.

        Raises:
            ContractError: the contract names no such field.
        """
        found = self.resolver.merged(schema)
        for name in steps(path):
            properties = found.get("properties", {})
            if name not in properties:
                raise ContractError(f"{self.name}: the answer has no field {path}")
            found = self.resolver.merged(properties[name])
        return found
