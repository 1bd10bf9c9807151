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

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
from lxml import etree
from xmlschema import XMLSchemaBase
from xmlschema.validators import XsdElement, XsdGroup

from base.errors import ContractError

HUB = "urn:sme-hub:contract"
"""Namespace of the annotations in a schema: attributes `hub:personal`, `hub:identifier`,
`hub:sparse`, `hub:unit` of an element or attribute, or elements of these names in its appinfo."""

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"
TEXT = "value"
"""Name of the text of an element that has attributes, too."""

DEEPEST = 32
"""Levels of elements that the schema does not know."""

MOST_SHAPES, LONGEST_SHAPE = 500, 200
"""Sequences of children that are remembered for one type, and the children of each."""

INK = "!"
"""The first character that is no white space of XML: a text below it may stand before elements."""

FLAGS = ("personal", "identifier", "sparse")

Json = dict[str, Any]
Convert = Callable[[etree._Element], Any]


class TooDeepError(ValueError):
    """Elements that the schema does not know are nested too deeply to be kept."""


@dataclass(frozen=True, slots=True)
class _Field:
    """A child element or an attribute of a type: its tag, its name in JSON, how often it stands."""

    tag: str
    name: str
    component: Any
    required: bool
    many: bool = False


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
        self.declaration = _global_element(schema, element) if isinstance(element, str) else element
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
        fields = _fields(self.declaration.type)
        return frozenset(field.tag for field in fields if _is_element(field))

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
        fields = _fields(kind)
        if not fields:
            return _scalar(component)
        properties: Json = {}
        for field in fields:
            made = self._schema_of(field.component, (*above, kind))
            if not field.required:
                made["x-sparse"] = True
            properties[field.name] = {"type": "array", "items": made} if field.many else made
            if field.many and not field.required:
                properties[field.name]["x-sparse"] = True
        if kind.has_simple_content():
            properties[TEXT] = _scalar(component)
        required = [field.name for field in fields if field.required]
        required += [TEXT] if kind.has_simple_content() else []
        nullable = _nullable(component)
        return {
            "type": ["object", "null"] if nullable else "object",
            "required": required,
            "properties": properties,
            **_annotations(component),
        }

    def _converter(self, kind: Any) -> Convert | None:
        """What turns an element of a type into an object; None where it is a text."""
        if id(kind) not in self._converters:
            self._converters[id(kind)] = self._compile(kind)
        return self._converters[id(kind)]

    def _compile(self, kind: Any) -> Convert | None:
        fields = _fields(kind)
        if not fields:
            return None
        attributes = {
            field.tag: (field.name, self._doubts(field.component))
            for field in fields
            if not _is_element(field)
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
            if _is_element(field)
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


def _global_element(schema: XMLSchemaBase, name: str) -> XsdElement:
    found = [
        declared
        for declared in schema.maps.elements.values()
        if isinstance(declared, XsdElement) and name in (declared.name, declared.local_name)
    ]
    if len(found) != 1:
        have = ", ".join(sorted(str(one.local_name) for one in schema.elements.values()))
        what = "has no" if not found else "has more than one"
        raise ContractError(f"the schema {what} global element {name} (it has: {have})")
    return found[0]


def _is_element(field: _Field) -> bool:
    return isinstance(field.component, XsdElement)


def _fields(kind: Any) -> list[_Field]:
    """Attributes and child elements of a type, in the schema's order; none for a text.

    Raises:
        ContractError: mixed text, or two fields of one name.
    """
    if not kind.is_complex():
        return []
    if kind.mixed:
        raise ContractError(
            f"the type {kind.local_name or 'of an element'} mixes text and elements"
        )
    found = {
        name: _Field(name, str(attribute.local_name), attribute, attribute.use == "required")
        for name, attribute in kind.attributes.items()
        if name is not None and attribute.use != "prohibited"
    }
    if not kind.has_simple_content():
        for field in _particles(kind.content, required=True, many=False):
            twice = field.tag in found
            found[field.tag] = _Field(
                field.tag, field.name, field.component,
                field.required or (twice and found[field.tag].required),
                field.many or twice,
            )  # fmt: skip
    names = [field.name for field in found.values()]
    if kind.has_simple_content() and names:
        names.append(TEXT)
    for name in set(names):
        if names.count(name) > 1:
            raise ContractError(f"two fields of one element are called {name}")
    return list(found.values())


def _particles(group: Any, *, required: bool, many: bool) -> Iterator[_Field]:
    for particle in group:
        must = required and bool(particle.min_occurs) and group.model != "choice"
        more = many or particle.max_occurs is None or particle.max_occurs > 1
        if isinstance(particle, XsdGroup):
            yield from _particles(particle, required=must, many=more)
        elif isinstance(particle, XsdElement):
            yield _Field(str(particle.name), str(particle.local_name), particle, must, more)


def _scalar(component: Any) -> Json:
    """A text; enumerated where the schema enumerates it."""
    made: Json = {"type": ["string", "null"] if _nullable(component) else "string"}
    kind = component.type.content if component.type.is_complex() else component.type
    values = getattr(kind, "enumeration", None)
    if values:
        made["enum"] = [str(value) for value in values]
    root = getattr(kind, "root_type", None)
    local = getattr(root, "local_name", None)
    if local in {"date", "dateTime"}:
        made["x-type"] = {"date": "date", "dateTime": "datetime"}[local]
    return made | _annotations(component)


def _nullable(component: Any) -> bool:
    return isinstance(component, XsdElement) and bool(component.nillable)


def _annotations(component: Any) -> Json:
    """What the schema says for the hub at a component, the element it refers to, or its type."""
    made: Json = {}
    for one in (component.type, getattr(component, "ref", None), component):
        if one is None or one.elem is None:
            continue
        said = {key.rpartition("}")[2]: value for key, value in one.elem.attrib.items()
                if key.startswith(f"{{{HUB}}}")}  # fmt: skip
        annotation = one.annotation
        if annotation is not None:
            for info in annotation.appinfo:
                for child in info:
                    if str(child.tag).startswith(f"{{{HUB}}}"):
                        said[str(child.tag).rpartition("}")[2]] = (child.text or "true").strip()
            text = " ".join("".join(doc.itertext()).strip() for doc in annotation.documentation)
            if text and one is not component.type:
                made["description"] = text
        made |= {f"x-{name}": said[name] == "true" for name in FLAGS if name in said}
        if "unit" in said:
            made["x-unit"] = said["unit"]
    return made
