"""XML elements as JSON texts, by their XML Schema: for SOAP answers and for XML documents.

An element becomes an object, its child elements and attributes become fields under their local
names. Values are text exactly as received, numbers and booleans too. `xsi:nil` is null, an element
that is not there is absent, an empty element is `""`. What may repeat is a list, always. An element
with a text and attributes is an object whose text stands under `value`. What the schema does not
know is kept under its name, so that it shows as drift.

Elements are expected without comments and processing instructions among them, as
`connectors.transports.xmlsafe` parses them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
from lxml import etree
from xmlschema import XMLSchemaBase
from xmlschema.validators import XsdElement

from base.errors import ContractError
from connectors.transports.xmlfields import (
    TEXT,
    Json,
    fields_of,
    global_element,
    is_element,
    nullable,
    said_of,
    scalar,
)

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"
DEEPEST = 32
"""Levels of elements that the schema does not know."""

MOST_SHAPES, LONGEST_SHAPE = 500, 200
"""Sequences of children that are remembered for one type, and the children of each."""

INK = "!"
"""The first character that is no white space of XML: a text below it may stand before elements."""

Convert = Callable[[etree._Element], Any]


class TooDeepError(ValueError):
    """Elements that the schema does not know are nested too deeply to be kept."""


class Doubt(Protocol):
    """Texts of a type that need another look; `good` are those that had it."""

    good: set[str]

    def holds(self, text: str) -> bool:
        """Whether the text is one of the type."""


Doubts = Callable[[Any], Doubt | None]
"""Gives the doubt about the texts of an element or attribute declaration."""


class XmlRecords:
    """Turns the elements of one element declaration into JSON texts.

    Args:
        schema: the loaded schema.
        element: the local or `{namespace}local` name of a global element, or any declaration.
        doubts: which texts are looked at on the way, for `certain_value`.

    Raises:
        ContractError: there is no such element, or its type is none that JSON can hold (mixed
            text, recursion, two fields of one name).
    """

    def __init__(
        self, schema: XMLSchemaBase, element: str | XsdElement, doubts: Doubts | None = None
    ) -> None:
        self._doubts: Doubts = doubts or (lambda _component: None)
        self._doubted: list[Doubt] = []
        self.declaration = global_element(schema, element) if isinstance(element, str) else element
        self.tag = str(self.declaration.name)
        self._converters: dict[int, Convert | None] = {}
        self._json = self._schema_of(self.declaration, ())
        convert = self._converter(self.declaration.type)
        self._convert: Convert = convert or _leaf

    def json_schema(self) -> Json:
        """The JSON schema of a record, with `x-` annotations, for `connectors.schema.Resolver`."""
        return self._json

    @property
    def children(self) -> frozenset[str]:
        """Tags of the elements that the schema has inside the element."""
        fields = fields_of(self.declaration.type)
        return frozenset(field.tag for field in fields if is_element(field))

    def value(self, element: etree._Element) -> Any:
        """The element as plain dicts, lists, texts and None.

        Raises:
            TooDeepError: elements unknown to the schema are nested deeper than `DEEPEST`.
        """
        return self._convert(element)

    def certain_value(self, element: etree._Element) -> tuple[Any, bool]:
        """The element's value, and whether every text that was looked at holds.

        Raises:
            TooDeepError: elements unknown to the schema are nested deeper than `DEEPEST`.
        """
        self._doubted.clear()
        return self._convert(element), not self._doubted

    def convert(self, element: etree._Element) -> bytes:
        """The element as one JSON text.

        Raises:
            TooDeepError: elements unknown to the schema are nested deeper than `DEEPEST`.
        """
        return msgspec.json.encode(self._convert(element))

    def _schema_of(self, component: Any, above: tuple[Any, ...]) -> Json:
        kind = component.type
        if any(kind is one for one in above):
            raise ContractError(f"the element {component.local_name} contains itself")
        fields = fields_of(kind)
        if not fields:
            return scalar(component)
        properties: Json = {}
        for field in fields:
            made = self._schema_of(field.component, (*above, kind))
            if not field.required:
                made["x-sparse"] = True
            properties[field.name] = {"type": "array", "items": made} if field.many else made
            if field.many and not field.required:
                properties[field.name]["x-sparse"] = True
        if kind.has_simple_content():
            properties[TEXT] = scalar(component)
        required = [field.name for field in fields if field.required]
        required += [TEXT] if kind.has_simple_content() else []
        may_be_null = nullable(component)
        return {
            "type": ["object", "null"] if may_be_null else "object",
            "required": required,
            "properties": properties,
            **said_of(component),
        }

    def _converter(self, kind: Any) -> Convert | None:
        """What turns an element of a type into an object; None where it is a text."""
        if id(kind) not in self._converters:
            self._converters[id(kind)] = self._compile(kind)
        return self._converters[id(kind)]

    def _compile(self, kind: Any) -> Convert | None:
        fields = fields_of(kind)
        if not fields:
            return None
        attributes = {
            field.tag: (field.name, self._doubts(field.component))
            for field in fields
            if not is_element(field)
        }
        if kind.has_simple_content():
            return _with_text(attributes, self._doubted)
        children = {
            field.tag: (
                field.name,
                self._converter(field.component.type),
                field.many,
                self._doubts(field.component),
            )
            for field in fields
            if is_element(field)
        }
        return _with_children(attributes, children, self._doubted)


_Attributes = dict[str, tuple[str, Doubt | None]]
_Children = dict[str, tuple[str, Convert | None, bool, Doubt | None]]


def _with_text(attributes: _Attributes, doubted: list[Doubt]) -> Convert:
    def convert(element: etree._Element) -> Any:
        found = _attributes(element, attributes, doubted)
        text = _leaf(element)
        if text is None and not found:
            return None
        found[TEXT] = text
        return found

    return convert


def _with_children(attributes: _Attributes, children: _Children, doubted: list[Doubt]) -> Convert:
    children_get = children.get
    shapes: dict[tuple[Any, ...], _Shape] = {}

    def convert(element: etree._Element) -> Any:
        found = _attributes(element, attributes, doubted) if element.keys() else {}
        inside = list(element)
        tags = tuple([child.tag for child in inside])
        shape = shapes.get(tags)
        if shape is not None and not found:
            return shape.value(inside, doubted)
        remembered = len(tags) <= LONGEST_SHAPE and len(shapes) < MOST_SHAPES
        if remembered and (made := _Shape.of(tags, children)) is not None:
            shapes[tags] = made
        for child in inside:
            known = children_get(child.tag)
            if known is None:
                _keep_unknown(found, child)
                continue
            name, inner, many, doubt = known
            value = inner(child) if inner is not None else _text(child)
            if doubt is not None and value not in doubt.good:
                _look(value, doubt, doubted)
            if not many and name not in found:
                found[name] = value
            else:
                _append(found, name, value)
        if not found and element.get(NIL) in ("true", "1"):
            return None
        return found

    return convert


@dataclass(frozen=True, slots=True)
class _Shape:
    """A sequence of children that came before: where each goes, so that most are taken at once."""

    names: tuple[str, ...]
    plain: tuple[bool, ...]
    others: tuple[tuple[int, str, Convert | None, bool, Doubt | None], ...]
    doubts: tuple[tuple[str, Doubt], ...]

    @classmethod
    def of(cls, tags: tuple[Any, ...], children: _Children) -> _Shape | None:
        """The shape of these children; None where one is unknown, or stands twice as it must not.

        No children make no shape: then the element's own `xsi:nil` counts.
        """
        if not tags or any(tag not in children for tag in tags):
            return None
        known = [children[tag] for tag in tags]
        single = [name for name, _, many, _ in known if not many]
        if len(single) != len(set(single)):
            return None
        plain = tuple(inner is None and not many for _, inner, many, _ in known)
        return cls(
            tuple(name for name, _, _, _ in known),
            plain,
            tuple((at, *one) for at, one in enumerate(known) if not plain[at]),
            tuple((one[0], one[3]) for at, one in enumerate(known) if plain[at] and one[3]),
        )

    def value(self, inside: list[etree._Element], doubted: list[Doubt]) -> Json:
        """The object that children of this shape make."""
        texts = [child.text for child in inside]
        found: Json = dict(zip(self.names, texts, strict=True))
        for at, text in enumerate(texts):
            if (text is None or text < INK) and self.plain[at]:
                found[self.names[at]] = _leaf(inside[at])
        for name, doubt in self.doubts:
            if found[name] not in doubt.good:
                _look(found[name], doubt, doubted)
        begun: set[str] = set()
        for at, name, inner, many, other in self.others:
            value = inner(inside[at]) if inner is not None else _text(inside[at])
            if other is not None and value not in other.good:
                _look(value, other, doubted)
            if many and name in begun:
                found[name].append(value)
            else:
                begun.add(name)
                found[name] = [value] if many else value
        return found


def _text(element: etree._Element) -> Any:
    text = element.text
    return _leaf(element) if text is None or text < INK else text


def _look(value: Any, doubt: Doubt, doubted: list[Doubt]) -> None:
    text = value.get(TEXT) if type(value) is dict else value
    if text is not None and not (type(text) is str and doubt.holds(text)):
        doubted.append(doubt)


def _append(found: Json, name: str, value: Any) -> None:
    """Add to a list; what stands twice against the schema becomes one, and shows as drift."""
    held = found.setdefault(name, [])
    if type(held) is list:
        held.append(value)
    else:
        found[name] = [held, value]


def _leaf(element: etree._Element) -> Any:
    """The text of an element that the schema takes for one; what stands inside is kept."""
    if len(element):
        return _unknown(element, 0)
    text = element.text
    if text is None:
        return None if element.get(NIL) in ("true", "1") else ""
    return text


def _attributes(element: etree._Element, known: _Attributes, doubted: list[Doubt]) -> Json:
    found: Json = {}
    for tag, value in element.items():
        name, doubt = known.get(str(tag), (None, None))
        if name is not None:
            found[name] = value
            if doubt is not None:
                _look(value, doubt, doubted)
        elif not str(tag).startswith(INSTANCE):
            found[etree.QName(tag).localname] = value
    return found


def _keep_unknown(found: Json, element: etree._Element) -> None:
    if isinstance(element.tag, str):
        name, value = etree.QName(element).localname, _unknown(element, 0)
        if name in found:
            _append(found, name, value)
        else:
            found[name] = value


def _unknown(element: etree._Element, depth: int) -> Any:
    if depth > DEEPEST:
        raise TooDeepError(f"elements unknown to the schema are nested deeper than {DEEPEST}")
    if not len(element):
        return _leaf(element)
    found: Json = {}
    for child in element:
        if not isinstance(child.tag, str):
            continue
        name, value = etree.QName(child).localname, _unknown(child, depth + 1)
        if name in found:
            _append(found, name, value)
        else:
            found[name] = value
    return found
