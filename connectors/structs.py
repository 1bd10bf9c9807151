"""msgspec types made from a record schema: what the fast path of the decoder decodes into.

Attributes are `f0`, `f1` … because a source's field names need not be Python's. A field that was
not sent holds `ABSENT`; a list that was not sent holds `()`. Numbers stay `Raw`, so that `1.10`
and `1e3` keep their source text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import attrgetter
from types import GenericAlias
from typing import Any

import msgspec

from base.records import ABSENT
from connectors.schema import Leaf, ListNode, ObjectNode

RAW_ABSENT = msgspec.Raw(ABSENT.encode())
RAW_NULL = msgspec.Raw(b"null")


@dataclass(frozen=True)
class Shape:
    """The type that one object decodes into, and its instances for "not sent" and null."""

    node: ObjectNode
    type: Any
    absent: Any
    null: Any
    attributes: dict[str, str]
    children: dict[str, Shape] = field(default_factory=dict)

    def columns(self, objects: list[Any]) -> list[list[Any]]:
        """The objects' fields, one list a field, in the contract's order.

        Field by field, for a tuple a record would wake the garbage collector.
        """
        return [list(map(attrgetter(name), objects)) for name in self.attributes.values()]


def shape_of(node: ObjectNode) -> Shape:
    """Make the types for an object and everything in it."""
    attributes = {name: f"f{index}" for index, name in enumerate(node.fields)}
    children = {
        name: shape_of(inner)
        for name, child in node.fields.items()
        if (inner := _object(child)) is not None
    }
    fields = [
        _field(attributes[name], child, children.get(name)) for name, child in node.fields.items()
    ]
    made = msgspec.defstruct(
        "Record",
        fields,
        rename={attribute: name for name, attribute in attributes.items()},
        forbid_unknown_fields=True,
        kw_only=True,
        gc=False,
    )
    absent = made(**{attributes[n]: _absent(c, children.get(n)) for n, c in node.fields.items()})
    null = made(**{attributes[n]: _null(c, children.get(n)) for n, c in node.fields.items()})
    return Shape(node, made, absent, null, attributes, children)


def scalar_type(leaf: Leaf) -> Any:
    """The type of a scalar: text and booleans decoded, everything else raw."""
    if leaf.kind == "text":
        return str | None if leaf.nullable else str
    if leaf.kind == "boolean":
        return bool | None if leaf.nullable else bool
    return msgspec.Raw


def _object(child: Leaf | ObjectNode | ListNode) -> ObjectNode | None:
    inner = child.element if isinstance(child, ListNode) else child
    return inner if isinstance(inner, ObjectNode) else None


def _field(
    attribute: str, child: Leaf | ObjectNode | ListNode, inner: Shape | None
) -> tuple[str, Any] | tuple[str, Any, Any]:
    made: Any
    if isinstance(child, Leaf):
        made = scalar_type(child)
    elif isinstance(child, ListNode):
        listed = GenericAlias(list, (_element_type(child, inner),))
        made = listed | None if child.nullable else listed
    else:
        assert inner is not None  # noqa: S101
        made = inner.type | None if child.nullable else inner.type
    if child.required:
        return attribute, made
    absent = _absent(child, inner)
    return attribute, made, msgspec.field(default_factory=lambda: absent)


def _element_type(node: ListNode, inner: Shape | None) -> Any:
    return scalar_type(node.element) if isinstance(node.element, Leaf) else inner and inner.type


def _absent(child: Leaf | ObjectNode | ListNode, inner: Shape | None) -> Any:
    if isinstance(child, Leaf):
        return RAW_ABSENT if child.kind in {"number", "mixed"} else ABSENT
    return () if isinstance(child, ListNode) or inner is None else inner.absent


def _null(child: Leaf | ObjectNode | ListNode, inner: Shape | None) -> Any:
    if isinstance(child, Leaf):
        return RAW_NULL if child.kind in {"number", "mixed"} else None
    return None if isinstance(child, ListNode) or inner is None else inner.null
