"""The schema of one source record, resolved: which leaves it has, under which paths.

OpenAPI's `$ref` and `allOf` are gone here, and lists are one level deep: a record is a tree of
objects over scalars, with lists beside it that become child frames.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from base.errors import ContractError
from base.records import VALUE

SCALARS = frozenset({"string", "integer", "number", "boolean"})
Kind = Literal["text", "number", "boolean", "mixed"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar field. `path` is dotted inside its frame (`#value` for the element of a list).

    `types` are JSON Schema's, without null; empty where the contract leaves the type open, and
    then the frame holds JSON text. `sparse` fields may be missing from every record of a batch
    without that being drift.
    """

    path: str
    types: frozenset[str]
    nullable: bool = True
    required: bool = False
    enum: frozenset[str] | None = None
    personal: bool = False
    identifier: bool = False
    sparse: bool = False
    unit: str | None = None
    format: str | None = None
    description: str = ""

    @property
    def kind(self) -> Kind:
        """How values are decoded."""
        if self.types == {"string"}:
            return "text"
        if self.types and self.types <= {"integer", "number"}:
            return "number"
        return "boolean" if self.types == {"boolean"} else "mixed"

    @property
    def expected(self) -> str:
        """The types as a reader of a drift finding wants them: `integer or null`."""
        names = sorted(self.types) or ["anything"]
        return " or ".join([*names, "null"] if self.nullable else names)


@dataclass(frozen=True, slots=True)
class ObjectNode:
    """An object; its scalars are leaves of the frame it stands in."""

    path: str
    fields: Mapping[str, Leaf | ObjectNode | ListNode]
    nullable: bool = False
    required: bool = False
    sparse: bool = False


@dataclass(frozen=True, slots=True)
class ListNode:
    """A list; it becomes the child frame `path`."""

    path: str
    element: Leaf | ObjectNode
    nullable: bool = False
    required: bool = False
    sparse: bool = False


@dataclass(frozen=True)
class RecordSchema:
    """What one record of a stream looks like."""

    root: ObjectNode
    source: str

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        """Scalar fields of the root frame, in the contract's order."""
        return tuple(_leaves(self.root))

    @cached_property
    def lists(self) -> dict[str, tuple[Leaf, ...]]:
        """Scalar fields of each child frame, by the list's path."""
        return {
            node.path: (
                (node.element,) if isinstance(node.element, Leaf) else tuple(_leaves(node.element))
            )
            for node in _lists(self.root)
        }

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Every leaf's path; a list's leaves as `list[].leaf`, or `list[]` for scalars."""
        inside = (
            f"{path}[]" if leaf.path == VALUE else f"{path}[].{leaf.path}"
            for path, leaves in self.lists.items()
            for leaf in leaves
        )
        return (*(leaf.path for leaf in self.leaves), *inside)

    @cached_property
    def identifiers(self) -> frozenset[str]:
        """Dotted paths of fields that hold a 12-digit identifier which is not a 個人番号."""
        inside = (
            f"{path}.{leaf.path}"
            for path, leaves in self.lists.items()
            for leaf in leaves
            if leaf.identifier
        )
        return frozenset([*(leaf.path for leaf in self.leaves if leaf.identifier), *inside])

    @cached_property
    def version(self) -> str:
        """Hash of the structure, 16 hex digits: a changed description changes nothing."""
        text = json.dumps(_structure(self.root), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _leaves(node: ObjectNode) -> Iterator[Leaf]:
    for child in node.fields.values():
        if isinstance(child, Leaf):
            yield child
        elif isinstance(child, ObjectNode):
            yield from _leaves(child)


def _lists(node: ObjectNode) -> Iterator[ListNode]:
    for child in node.fields.values():
        if isinstance(child, ListNode):
            yield child
        elif isinstance(child, ObjectNode):
            yield from _lists(child)


def _structure(node: Leaf | ObjectNode | ListNode) -> Any:
    common = [node.path, node.nullable, node.required]
    if isinstance(node, Leaf):
        enum = None if node.enum is None else sorted(node.enum)
        return [*common, sorted(node.types), enum, node.personal, node.identifier, node.unit]
    if isinstance(node, ListNode):
        return [*common, "list", _structure(node.element)]
    return [*common, {name: _structure(child) for name, child in node.fields.items()}]


@dataclass
class Resolver:
    """Turns OpenAPI schemas into record schemas; `source` names the file in errors."""

    document: dict[str, Any]
    source: str
    _open: list[str] = field(default_factory=list)

    def resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Follow `$ref` inside the document; siblings of `$ref` win (OpenAPI 3.1)."""
        seen: set[str] = set()
        while "$ref" in schema:
            reference = schema["$ref"]
            if reference in seen or not reference.startswith("#/"):
                raise ContractError(f"{self.source}: {reference} does not resolve in this file")
            seen.add(reference)
            found: Any = self.document
            for step in reference[2:].split("/"):
                name = step.replace("~1", "/").replace("~0", "~")
                if not isinstance(found, dict) or name not in found:
                    raise ContractError(f"{self.source}: {reference} leads nowhere")
                found = found[name]
            schema = {**found, **{key: value for key, value in schema.items() if key != "$ref"}}
        return schema

    def merged(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Resolve, and fold `allOf` into one schema; a later part's property wins."""
        schema = self.resolve(schema)
        parts = [self.merged(part) for part in schema.get("allOf", [])]
        if not parts:
            return schema
        parts.append({key: value for key, value in schema.items() if key != "allOf"})
        whole: dict[str, Any] = {}
        for part in parts:
            properties = {**whole.get("properties", {}), **part.get("properties", {})}
            required = [*whole.get("required", []), *part.get("required", [])]
            whole = {**whole, **part}
            if properties:
                whole |= {"properties": properties, "required": required}
        return whole

    def record(self, schema: dict[str, Any]) -> RecordSchema:
        """The record schema of an object's schema.

        Raises:
            ContractError: it is no object, refers to itself, or has lists inside lists.
        """
        node = self._node(schema, "", required=True, in_list=False)
        if not isinstance(node, ObjectNode):
            raise ContractError(f"{self.source}: a record must be an object with properties")
        return RecordSchema(node, self.source)

    def _node(
        self, schema: dict[str, Any], path: str, *, required: bool, in_list: bool
    ) -> Leaf | ObjectNode | ListNode:
        if path.count(".") > 20:
            raise ContractError(f"{self.source}: {path} refers to itself")
        schema = self.merged(schema)
        types, nullable = _types(schema)
        sparse = bool(schema.get("x-sparse"))
        if "object" in types and "properties" in schema:
            fields = self._fields(schema, path, in_list=in_list)
            return ObjectNode(path, fields, nullable, required, sparse)
        if "array" in types:
            if in_list:
                raise ContractError(f"{self.source}: {path} is a list inside a list")
            element = self._node(schema.get("items", {}), "", required=True, in_list=True)
            if isinstance(element, Leaf):
                element = _leaf(self.merged(schema.get("items", {})), VALUE, required=True)
            if isinstance(element, ListNode):
                raise ContractError(f"{self.source}: {path} is a list of lists")
            return ListNode(path, element, nullable, required, sparse)
        return _leaf(schema, path, required=required)

    def _fields(
        self, schema: dict[str, Any], path: str, *, in_list: bool
    ) -> dict[str, Leaf | ObjectNode | ListNode]:
        required = set(schema.get("required", ()))
        return {
            name: self._node(
                child,
                f"{path}.{name}" if path else name,
                required=name in required,
                in_list=in_list,
            )
            for name, child in schema["properties"].items()
        }


def _types(schema: dict[str, Any]) -> tuple[frozenset[str], bool]:
    given = schema.get("type", "object" if "properties" in schema else [])
    types = {given} if isinstance(given, str) else set(given)
    nullable = "null" in types or bool(schema.get("nullable")) or not types
    return frozenset(types - {"null"}), nullable


def _leaf(schema: dict[str, Any], path: str, *, required: bool) -> Leaf:
    types, nullable = _types(schema)
    enum = schema.get("enum")
    return Leaf(
        path=path,
        types=types if types <= SCALARS else frozenset(),
        nullable=nullable,
        required=required,
        enum=None if enum is None else frozenset(_text(v) for v in enum if v is not None),
        personal=bool(schema.get("x-personal")),
        identifier=bool(schema.get("x-identifier")),
        sparse=bool(schema.get("x-sparse")),
        unit=schema.get("x-unit"),
        format=schema.get("format"),
        description=str(schema.get("description", "")).strip(),
    )


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
