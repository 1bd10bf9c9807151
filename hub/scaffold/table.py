"""A draft out of a CSV sample, a table schema, or nothing: columns, types, key, character set."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from base.connection import variable_of
from base.errors import ContractError, RefusedValue
from connectors.contracts.table import TableContract
from connectors.declaration import AuthMethod, Protocol
from connectors.transports.csvcharset import charset_of
from hub.scaffold.draft import Draft, StreamDraft, key_of, late_of
from hub.scaffold.reflect import FoundColumn, FoundTable
from mappings.suggest import SourceField
from mappings.transforms import TRANSFORMS

SAMPLE_ROWS = 5_000
DELIMITERS = ",\t;|"
_ISO = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_INSTANT = re.compile(r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")


def draft_csv(name: str, source: Path) -> Draft:
    """A stream for a sample file, whose values are not kept: only what they have in common.

    Raises:
        ContractError: the file has no rows, or no two that are alike.
    """
    with source.open("rb") as file:
        codec, bom = charset_of(file, "auto", source.name)
        file.seek(bom)
        text = file.read(16 << 20).decode(codec, "replace")
    head = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=head.count)
    rows = [row for row, _ in zip(csv.reader(io.StringIO(text), delimiter=delimiter),
                                  range(SAMPLE_ROWS + 1), strict=False) if row]  # fmt: skip
    if len(rows) < 2:
        raise ContractError(f"{source.name} has no rows", remedy="Ask for a sample with some")
    header = _is_header(rows[0], rows[1:])
    names = rows[0] if header else [f"column{n}" for n in range(1, len(rows[0]) + 1)]
    body = [row for row in rows[1 if header else 0 :] if len(row) == len(names)]
    encoding = "utf-8-sig" if bom else codec
    stream = name
    declared: dict[str, Any] = {"csv": {"path": f"{stream}.csv", "encoding": encoding}}
    if delimiter != ",":
        declared["csv"]["delimiter"] = delimiter
    if not header:
        declared["csv"]["header"] = False
    columns = [list(column) for column in zip(*body, strict=True)]
    key, left = _key(names, columns, stream)
    fields = [_field(n, c, n == key) for n, c in zip(names, columns, strict=True)]
    if not header:
        left.append("the file does not name its columns: name them in the contract")
    samples = [
        SourceField(n, "", None, tuple(dict.fromkeys(c))[:50])
        for n, c in zip(names, columns, strict=True)
    ]
    draft = StreamDraft(stream, name, {**declared, "key": key, "mode": "snapshot"}, samples, key)
    draft.left += [*left, f"where the file is: csv.path says {stream}.csv below the address"]
    return _draft(name, "csv", fields, draft, encoding)


def draft_table(name: str, source: Path, protocol: Protocol) -> Draft:
    """A stream for a table schema (`*.table.yaml`)."""
    contract = TableContract(source)
    fields = contract.table(next(iter(contract.tables)))["fields"]
    draft = _of_fields(name, fields, protocol)
    files = {source.name: source.read_bytes()}
    return Draft(name, name, protocol, source.name, files, [draft], _auth(protocol))


def draft_blank(name: str, protocol: Protocol, table: str | None = None) -> Draft:
    """A stream with a key and little else, for a contract that is still to be written."""
    fields: list[dict[str, Any]] = [
        {"name": "id", "type": "string", "constraints": {"required": True}},
        {"name": "name", "title": "名称", "type": "string"},
        {"name": "corporate_number", "title": "法人番号", "type": "string"},
    ]
    if protocol == "sql":
        fields.append({"name": "updated_at", "type": "datetime", "constraints": {"required": True}})
    stream = _of_fields(name, fields, protocol, table)
    stream.left.insert(0, "the contract is a beginning: put the system's own columns into it")
    if protocol == "sql" and table is not None:
        stream.left.append(
            f"no database was looked at: set {variable_of(name)} (or give --database) and "
            f"begin anew to have the columns of {table}"
        )
    return _draft(name, protocol, fields, stream)


def draft_live(name: str, table: FoundTable) -> Draft:
    """A stream for a table that was looked at; of its values, nothing is kept."""
    fields = [_reflected(one) for one in table.columns]
    required = {one.name for one in table.columns if one.required}
    key, left = _live_key(table, required, name)
    for field, column in zip(fields, table.columns, strict=True):
        if column.required or column.name == key:
            field["constraints"] = {"required": True, **field.get("constraints", {})}
    late = late_of([field["name"] for field in fields if field["type"] == "datetime"])
    section = {"table": table.name} | ({"schema": table.schema} if table.schema else {})
    declared: dict[str, Any] = {"sql": section, "key": key, "mode": "snapshot"}
    if late:
        declared |= {"mode": "incremental", "cursor": {"field": late, "lookback": "PT10M"}}
        left += _of_cursor(table, late)
    known = [
        SourceField(f["name"], str(f.get("title", "")), None, c.samples[:50])
        for f, c in zip(fields, table.columns, strict=True)
    ]
    stream = StreamDraft(name, table.comment or name, declared, known, key, late, left)
    stream.seen = [column.shown for column in table.columns]
    return _draft(name, "sql", fields, stream)


def _reflected(column: FoundColumn) -> dict[str, Any]:
    """A column of the contract: its type, or what all texts in it have in common."""
    found: dict[str, Any] = {"name": column.name, "type": column.type}
    texts = list(column.samples)
    if column.type == "string" and texts and not column.values:
        found = _field(column.name, texts, key=False)
    if column.comment:
        found["title"] = column.comment
    if column.values:
        found["constraints"] = {"enum": list(column.values)}
    return found


def _live_key(table: FoundTable, required: set[str], stream: str) -> tuple[str, list[str]]:
    if table.keys:
        return table.keys[0], []
    names = [column.name for column in table.columns]
    if table.joined:
        left = [f"the primary key is {', '.join(table.joined)} together, and a stream's key is one "
                "column: ask the owner for a view that has one"]  # fmt: skip
        return table.joined[0], left
    found = key_of(names, required, stream) or names[0]
    return found, [
        f"no column is the primary key: {found} was taken; ask the owner what tells rows apart"
    ]


def _of_cursor(table: FoundTable, late: str) -> list[str]:
    """What is to be asked about the cursor column."""
    column = next(one for one in table.columns if one.name == late)
    left = []
    if late not in table.indexed:
        left.append(
            f"no index begins with {late}: ask the owner for one, or each read scans the table"
        )
    if not column.zoned and table.backend != "sqlite":
        left.append(f"{late} has no time zone: sql.timezone says which (UTC if it does not)")
    if not column.required:
        left.append(f"{late} may be null: such rows are read again each time")
    return left


def _of_fields(
    name: str, fields: Sequence[dict[str, Any]], protocol: Protocol, table: str | None = None
) -> StreamDraft:
    names = [field["name"] for field in fields]
    required = {f["name"] for f in fields if f.get("constraints", {}).get("required")}
    key, left = key_of(names, required, name), []
    if key is None:
        key = names[0]
        left.append(f"no column is called like a key: {key} was taken")
    known = [
        SourceField(f["name"], str(f.get("title") or f.get("description") or ""), f.get("x-unit"))
        for f in fields
    ]
    section = {"path": f"{name}.csv"} if protocol == "csv" else {"table": table or name}
    declared: dict[str, Any] = {protocol: section, "key": key}
    late = late_of(names) if protocol == "sql" else None
    declared["mode"] = "incremental" if late else "snapshot"
    if late:
        declared["cursor"] = {"field": late, "lookback": "PT10M"}
    return StreamDraft(name, name, declared, known, key, late, left)


def _draft(
    name: str,
    protocol: Protocol,
    fields: Sequence[dict[str, Any]],
    stream: StreamDraft,
    encoding: str | None = None,
) -> Draft:
    document: dict[str, Any] = {"x-assumed": True}
    if protocol == "sql":
        document["x-typed"] = True
    if encoding is not None:
        document["encoding"] = encoding
    document["fields"] = list(fields)
    file = f"{name}.table.yaml"
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    return Draft(name, name, protocol, file, {file: text.encode()}, [stream], _auth(protocol))


def _auth(protocol: Protocol) -> AuthMethod:
    return "database" if protocol == "sql" else "none"


def _is_header(first: list[str], rest: list[list[str]]) -> bool:
    """Whether the first row names columns: no number, no date, nothing twice, nothing that comes
    again below."""
    if len(set(first)) < len(first) or not all(first):
        return False
    if any(re.fullmatch(r"[\d０-９,./:\-－]+", cell) for cell in first):
        return False
    columns = [set(column) for column in zip(*rest, strict=False)]
    return not any(cell in column for cell, column in zip(first, columns, strict=False))


def _key(names: list[str], columns: list[list[str]], stream: str) -> tuple[str, list[str]]:
    """The column that tells every row from the others."""
    unique = [n for n, c in zip(names, columns, strict=True) if all(c) and len(set(c)) == len(c)]
    key = key_of(unique, set(unique), stream)
    if key is not None:
        return key, [f"{key} was taken for the key: no two rows of the sample share it"]
    if unique:
        return unique[0], [f"no column is called like a key: {unique[0]} was taken"]
    return names[0], ["no column tells all rows apart: rows with one key would replace each other"]


def _field(name: str, values: list[str], key: bool) -> dict[str, Any]:
    """A column of the contract: what all its values have in common."""
    stated = [value for value in values if value.strip()]
    found: dict[str, Any] = {"name": name, "type": "string"}
    if stated and all(_ISO.match(value) for value in stated):
        found["type"] = "date"
    elif stated and all(_INSTANT.match(value) for value in stated):
        found["type"] = "datetime"
    if key:
        found["constraints"] = {"required": True}
    if stated and all(map(_is_corporate_number, stated[:20])) and "法人番号" not in name:
        found["title"] = "法人番号"
    return found


def _is_corporate_number(value: str) -> bool:
    try:
        return TRANSFORMS["corporate_number"].parse((value,), {}).values[0] is not None
    except RefusedValue:
        return False
