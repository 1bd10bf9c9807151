"""The fields of an XML type, and what a schema says of them for the hub."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from xmlschema import XMLSchemaBase
from xmlschema.validators import XsdElement, XsdGroup

from base.errors import ContractError

HUB = "urn:sme-hub:contract"
"""Namespace of the annotations in a schema: attributes `hub:personal`, `hub:identifier`,
`hub:sparse`, `hub:unit` of an element or attribute, or elements of these names in its appinfo."""

TEXT = "value"
"""Name of the text of an element that has attributes, too."""

FLAGS = ("personal", "identifier", "sparse")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """A child element or an attribute of a type: its tag, its name in JSON, how often it stands."""

    tag: str
    name: str
    component: Any
    required: bool
    many: bool = False


def global_element(schema: XMLSchemaBase, name: str) -> XsdElement:
    """The global element of a local or `{namespace}local` name.

    Raises:
        ContractError: there is none, or more than one.
    """
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


def is_element(field: Field) -> bool:
    """Whether a field is a child element, not an attribute."""
    return isinstance(field.component, XsdElement)


def fields_of(kind: Any) -> list[Field]:
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
        name: Field(name, str(attribute.local_name), attribute, attribute.use == "required")
        for name, attribute in kind.attributes.items()
        if name is not None and attribute.use != "prohibited"
    }
    if not kind.has_simple_content():
        for field in _particles(kind.content, required=True, many=False):
            twice = field.tag in found
            found[field.tag] = Field(
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


def _particles(group: Any, *, required: bool, many: bool) -> Iterator[Field]:
    for particle in group:
        must = required and bool(particle.min_occurs) and group.model != "choice"
        more = many or particle.max_occurs is None or particle.max_occurs > 1
        if isinstance(particle, XsdGroup):
            yield from _particles(particle, required=must, many=more)
        elif isinstance(particle, XsdElement):
            yield Field(str(particle.name), str(particle.local_name), particle, must, more)


def scalar(component: Any) -> Json:
    """A text; enumerated where the schema enumerates it."""
    made: Json = {"type": ["string", "null"] if nullable(component) else "string"}
    kind = component.type.content if component.type.is_complex() else component.type
    values = getattr(kind, "enumeration", None)
    if values:
        made["enum"] = [str(value) for value in values]
    root = getattr(kind, "root_type", None)
    local = getattr(root, "local_name", None)
    if local in {"date", "dateTime"}:
        made["x-type"] = {"date": "date", "dateTime": "datetime"}[local]
    return made | said_of(component)


def nullable(component: Any) -> bool:
    """Whether a component may be `xsi:nil`."""
    return isinstance(component, XsdElement) and bool(component.nillable)


def said_of(component: Any) -> Json:
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
