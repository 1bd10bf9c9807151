"""Sample records of one stream, as its contract has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.connector import Connector
from connectors.contracts.wsdl import WsdlContract
from connectors.contracts.xsd import XsdContract
from connectors.declaration import Stream
from connectors.schema import Leaf, ListNode, ObjectNode
from connectors.transports.xmlrecords import XmlRecords
from mocks.sampled.elements import element_of
from mocks.sampled.values import value_of
from mocks.world import World
from mocks.world.business import Business
from mocks.world.truth import RecordKey

RECORDS = 60
"""Records of a stream, unless the world has fewer corporations."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A record: its key, the instant of its update as text, and its fields.

    `element` is the record in XML, where its contract is a schema.
    """

    key: str
    updated: str
    fields: dict[str, Any]
    element: Any = None


class Samples:
    """The records of one stream over a world; each speaks of one corporation."""

    def __init__(self, connector: Connector, stream: Stream, world: World) -> None:
        self.stream = stream
        schema = connector.schema(stream.name)
        self.root, self.leaves = schema.root, schema.leaves
        self._xml = _xml_records(connector.contract(stream.name), stream)
        named = [b for b in world.businesses.values() if b.corporate_number]
        self.records = [
            self._sample(business, number, world.now)
            for number, business in enumerate(named[:RECORDS], 1)
        ]
        for sample, business in zip(self.records, named, strict=False):
            key = RecordKey(connector.name, stream.name, sample.key)
            world.truth.state(key, business.id, (), frozenset())

    @property
    def plain_text(self) -> str | None:
        """The path of a text that may be spoilt without changing what a record is."""
        cursor = self.stream.cursor.field if self.stream.cursor else None
        kept = {self.stream.key, cursor}
        plain = (
            leaf.path for leaf in self.leaves
            if leaf.types == {"string"} and not (leaf.enum or leaf.format or leaf.path in kept)
        )  # fmt: skip
        return next(plain, None)

    def _sample(self, business: Business, number: int, now: datetime) -> Sample:
        fields, element = self._object(self.root, business, number, now), None
        if self._xml is not None:
            element = element_of(self._xml.declaration, fields, number)
            fields = self._xml.value(element)
        cursor = self.stream.cursor.field if self.stream.cursor else None
        key, updated = (_inside(fields, path) for path in (self.stream.key, cursor))
        return Sample(str(key), str(updated), fields, element)

    def _object(
        self, node: ObjectNode, business: Business, number: int, now: datetime
    ) -> dict[str, Any]:
        return {
            name: value
            for name, child in node.fields.items()
            for value in self._value(child, business, number, now)
        }

    def _value(
        self, node: Leaf | ObjectNode | ListNode, business: Business, number: int, now: datetime
    ) -> Iterator[Any]:
        if isinstance(node, ObjectNode):
            yield self._object(node, business, number, now)
        elif isinstance(node, ListNode):
            yield [
                found
                for place in range(number % 2 + 1)
                for found in self._value(node.element, business, number + place, now)
            ]
        elif node.path == self.stream.key and node.types and node.types <= {"integer", "number"}:
            yield number
        elif node.path == self.stream.key and not _tells(node, business, number, now):
            yield f"{number:06d}"
        else:
            yield value_of(node, business, number, now)


def _xml_records(contract: object, stream: Stream) -> XmlRecords | None:
    """What reads the stream's records, where they are elements."""
    if isinstance(contract, WsdlContract):
        return contract.records(str(stream.operation), str(stream.records))
    if isinstance(contract, XsdContract):
        return XmlRecords(contract.schema, stream.record or str(stream.section["element"]))
    return None


def _tells(leaf: Leaf, business: Business, number: int, now: datetime) -> bool:
    """Whether the field's usual value tells one business from another."""
    return bool(value_of(leaf, business, number, now) == business.corporate_number)


def _inside(fields: Any, path: str | None) -> Any:
    for name in (path or "").split("."):
        fields = fields.get(name, "") if isinstance(fields, dict) else ""
    return fields
