"""Writes the shapes of the API's answers out of its OpenAPI document.

`python -m examples.client.generate < docs/reference/openapi.json` writes shapes.py (Python)
and hub-api.d.ts (TypeScript) beside this file.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
HEAD = "Generated from the OpenAPI document by examples.client.generate; do not edit."
_PYTHON = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_TYPESCRIPT = {
    "string": "string", "integer": "number", "number": "number", "boolean": "boolean",
    "null": "null",
}  # fmt: skip

Schema = Mapping[str, Any]


def name_of(schema: str) -> str:
    """A class's name: `Page_Application_` becomes `PageApplication`."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"\W|_", schema) if part)


def python_type(schema: Schema) -> str:
    """A schema as an annotation."""
    return _typed(schema, _PYTHON, "Any", "list[{}]", "dict[str, {}]")


def typescript_type(schema: Schema) -> str:
    """A schema as a type of TypeScript."""
    return _typed(schema, _TYPESCRIPT, "unknown", "Array<{}>", "Record<string, {}>")


def _typed(schema: Schema, plain: Mapping[str, str], any_: str, many: str, by_name: str) -> str:
    def of(part: Schema) -> str:
        return _typed(part, plain, any_, many, by_name)

    if "$ref" in schema:
        return name_of(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(of(part) for part in schema["anyOf"]))
    kind = schema.get("type")
    if kind == "array":
        return many.format(of(schema.get("items", {})))
    if kind == "object":
        inner = schema.get("additionalProperties", True)
        return by_name.format(any_ if isinstance(inner, bool) else of(inner))
    return plain.get(str(kind), any_)


def python(document: Schema) -> str:
    """The module of TypedDicts."""
    told = [
        f'"""{HEAD}"""\n\nfrom __future__ import annotations\n\n'
        "from typing import Any, NotRequired, TypedDict"
    ]
    for name, schema in sorted(document["components"]["schemas"].items()):
        if schema.get("type") != "object":
            told.append(f"{name_of(name)} = {python_type(schema)}")
            continue
        needed = set(schema.get("required", ()))
        lines = [f"class {name_of(name)}(TypedDict):"]
        words = " ".join(schema.get("description", name).split())
        lines.append(f'    """{words}"""\n')
        for field, of in schema.get("properties", {}).items():
            kind = python_type(of)
            lines.append(f"    {field}: {kind if field in needed else f'NotRequired[{kind}]'}")
        told.append("\n".join(lines))
    return "\n\n\n".join(told) + "\n"


def typescript(document: Schema) -> str:
    """The file of interfaces."""
    told = [f"// {HEAD}"]
    for name, schema in sorted(document["components"]["schemas"].items()):
        if schema.get("type") != "object":
            told.append(f"export type {name_of(name)} = {typescript_type(schema)};")
            continue
        needed = set(schema.get("required", ()))
        lines = [f"export interface {name_of(name)} {{"]
        for field, of in schema.get("properties", {}).items():
            mark = "" if field in needed else "?"
            lines.append(f"  {field}{mark}: {typescript_type(of)};")
        told.append("\n".join([*lines, "}"]))
    return "\n\n".join(told) + "\n"


def main() -> None:
    """Read the document from standard input, write both files."""
    document = json.load(sys.stdin)
    (HERE / "shapes.py").write_text(python(document), encoding="utf-8")
    (HERE / "hub-api.d.ts").write_text(typescript(document), encoding="utf-8")


if __name__ == "__main__":
    main()
