"""Sample values as XML elements that fit the declaration of their element."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree
from xmlschema.validators import XsdElement, XsdGroup

from connectors.transports.xmlfields import TEXT, fields_of, is_element

XSI = "http://www.w3.org/2001/XMLSchema-instance"
WIDEST = 20
"""Digits of the longest number that is tried for a text with a pattern."""


def element_of(declaration: XsdElement, value: Any, number: int = 0) -> etree._Element:
    """An element with these values, by the local names of its children and attributes.

    A value is a text, None (`xsi:nil`), a dict, a list where an element repeats, or an element that
    is taken as it is. A text that its type refuses gives way to one that it takes; what is required
    and not given is made up; of a choice, one branch is taken, by `number`.
    """
    if isinstance(value, etree._Element):
        return value
    namespace = etree.QName(str(declaration.name)).namespace
    made = etree.Element(str(declaration.name), nsmap={"xsi": XSI, "s": namespace or XSI})
    kind: Any = declaration.type
    if value is None:
        made.set(f"{{{XSI}}}nil", "true")
        return made
    fields = fields_of(kind)
    if not fields:
        made.text = fitting(kind, value, number)
        return made
    inside = value if isinstance(value, dict) else {TEXT: value}
    for field in fields:
        if not is_element(field) and (field.required or field.name in inside):
            attribute: Any = field.component
            made.set(field.tag, fitting(attribute.type, inside.get(field.name, ""), number))
    if kind.has_simple_content():
        made.text = fitting(kind.content, inside.get(TEXT, ""), number)
    else:
        made.extend(_children(kind.content, inside, number))
    return made


def _children(group: XsdGroup, inside: dict[str, Any], number: int) -> Iterator[etree._Element]:
    for child in _chosen(group, number):
        name = str(child.local_name)
        if name not in inside and child.min_occurs == 0:
            continue
        given = inside.get(name, {} if fields_of(child.type) else "")
        several = given if isinstance(given, list) else [given]
        for one in several[: child.max_occurs]:
            yield element_of(child, one, number)


def _chosen(group: XsdGroup, number: int) -> Iterator[XsdElement]:
    """The elements of a group in their order; of each choice those of one branch."""
    particles = list(group)
    if group.model == "choice" and particles:
        particles = [particles[number % len(particles)]]
    for particle in particles:
        if isinstance(particle, XsdGroup):
            yield from _chosen(particle, number)
        elif isinstance(particle, XsdElement):
            yield particle


def fitting(kind: Any, value: object, number: int) -> str:
    """The value as a text of a simple type; where it is none, the first sample that is one."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return next((one for one in _candidates(kind, text, number) if kind.is_valid(one)), text)


def _candidates(kind: Any, text: str, number: int) -> Iterator[str]:
    yield text
    yield from (str(one) for one in (kind.enumeration or ()))
    day = text if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else _day(number)
    yield from (re.sub("[^0-9]", "", text), str(number), day, f"{day}T09:00:00Z", "09:00:00")
    yield from ("true", day[:4], day[:7], "P1D", "AA==")
    yield from (str(number).zfill(width) for width in range(1, WIDEST + 1))
    longest, shortest = getattr(kind, "max_length", None), getattr(kind, "min_length", None)
    if longest is not None:
        digits = str(number)
        yield (text[: max(0, longest - len(digits))] + digits)[:longest]
    if shortest is not None:
        yield text.ljust(shortest, "-")


def _day(number: int) -> str:
    return f"2025-{number % 12 + 1:02}-{number % 28 + 1:02}"
