"""A table as a contract: the columns of a CSV file or of a database view.

Written after the Frictionless Table Schema (v1): `fields` with `name`, `type`, `description` and
`constraints` (`required`, `enum`); `missingValues` are what stands for "not stated". Beside it:
`x-assumed` where the interface is ours, and a field's `x-personal`, `x-identifier`, `x-sparse`,
`x-unit` as in our OpenAPI contracts. A file of several tables has them under `tables`, by name.

A CSV file sends every column, as text, whatever it means. `x-typed: true` says that values arrive
typed, as those of a database do: integers and numbers are JSON numbers, booleans `true` and
`false`, dates and date-times ISO 8601 texts, and a column that is not `required` may be null. A
typed table may lose a column without its records being refused: that is drift, and it is told.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from base.errors import ContractError
from connectors.schema import RecordSchema, Resolver

TYPES = {"string", "integer", "number", "boolean", "date", "datetime", "year", "any"}
JSON_TYPES = {"integer": "integer", "year": "integer", "number": "number", "boolean": "boolean"}
"""What the values of a typed column are in JSON; text for all others."""


class TableContract:
    """One or several tables.

    Raises:
        ContractError: the file cannot be read, or describes no table.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = f"{path.parent.name}/{path.name}"
        self.document = self._read()
        self.tables: dict[str, dict[str, Any]] = self.document.get("tables") or {
            path.name.split(".")[0]: self.document
        }

    def _read(self) -> dict[str, Any]:
        try:
            document = yaml.load(self.path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise ContractError(f"{self.name} cannot be read: {error}") from error
        if not isinstance(document, dict) or not ({"fields", "tables"} & set(document)):
            raise ContractError(f"{self.name} describes no table: it has no fields")
        return document

    @property
    def assumed(self) -> bool:
        """Whether the interface is ours, for want of a published one."""
        return bool(self.document.get("x-assumed"))

    @property
    def operations(self) -> list[str]:
        """None: a table is read whole, or by its cursor."""
        return []

    def table(self, name: str | None = None) -> dict[str, Any]:
        """A table's description; the only one if `name` is None.

        Raises:
            ContractError: there is no such table, or several and none is named.
        """
        found = self.tables.get(name) if name else None
        if name is None and len(self.tables) == 1:
            found = next(iter(self.tables.values()))
        if found is None:
            have = ", ".join(sorted(self.tables))
            raise ContractError(f"{self.name} has no table {name!r} (it has: {have})")
        return found

    def columns(self, name: str | None = None) -> list[str]:
        """The names of a table's columns, in their order."""
        return [field["name"] for field in self.table(name)["fields"]]

    def record_schema(
        self, *, record: str | None = None, operation: str | None = None, records: str | None = None
    ) -> RecordSchema:
        """The schema of one row of the table `record`.

        Raises:
            ContractError: there is no such table, or a field's type is unknown.
        """
        del operation, records
        table = self.table(record)
        typed = bool(table.get("x-typed", self.document.get("x-typed")))
        fields = table["fields"]
        properties = {field["name"]: self._property(field, typed=typed) for field in fields}
        needed = [f["name"] for f in fields if f.get("constraints", {}).get("required")]
        required = needed if typed else list(properties)
        schema = {"type": "object", "required": required, "properties": properties}
        return Resolver({}, self.name).record(schema)

    def _property(self, field: dict[str, Any], *, typed: bool) -> dict[str, Any]:
        """A column as a JSON schema: text on the wire, unless the table is typed."""
        kind = field.get("type", "string")
        if kind not in TYPES:
            raise ContractError(f"{self.name}: {field['name']} has the unknown type {kind!r}")
        extra = {key: value for key, value in field.items() if key.startswith("x-")}
        wire = JSON_TYPES.get(kind, "string") if typed else "string"
        constraints = field.get("constraints", {})
        found: dict[str, Any] = {"type": wire if constraints.get("required") else [wire, "null"]}
        if typed and kind == "any":
            found = {}
        found |= extra
        if "enum" in constraints:
            found["enum"] = [str(value) for value in constraints["enum"]]
        if kind in {"date", "datetime"}:
            found["x-type"] = kind
            if typed:
                found["format"] = "date" if kind == "date" else "date-time"
        for name in ("description", "title"):
            if name in field:
                found["description"] = field[name]
                break
        return found
