"""Whether an element is valid: xmlschema's verdict, at libxml2's speed.

libxml2 decides, and xmlschema is asked wherever the two may differ: about every element that
libxml2 refuses, about texts of types that libxml2 takes less strictly, and about everything where
the schema, or the document, uses what the fast way does not understand. Only xmlschema explains.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree
from xmlschema import XMLSchemaBase, XMLSchemaValidationError
from xmlschema.validators import XsdElement, XsdGroup

from base.errors import ContractError
from base.personal_number import mask_personal_numbers
from connectors.xmlrecords import INSTANCE, NIL
from connectors.xmlsafe import XmlFault

XSI = INSTANCE.strip("{}")
KEPT_TEXTS = 20_000
"""Texts of a type that were found valid and are remembered."""

_SPACES = "[ \t\r\n]*"
_DATE = r"(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}"
_ZONE = r"(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])?"
_SURE = {
    "decimal": re.compile(rf"{_SPACES}[+-]?[0-9]{{1,18}}(?:\.[0-9]{{1,6}})?{_SPACES}"),
    "date": re.compile(_DATE),
    "dateTime": re.compile(
        rf"{_DATE}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{{1,6}})?{_ZONE}"
    ),
    "gYearMonth": re.compile(r"(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])"),
}
"""Texts on which both agree, whatever they find, by the primitive type."""

_AGREED = {"string", "boolean"}
_STRICT_NAMES = {"Name", "NCName", "language", "NMTOKEN", "ID", "IDREF", "ENTITY"}
_PLAIN_PATTERN = re.compile(
    r"(?:[A-Za-z0-9_:;,@/ -]|\\[.-]|\[[A-Za-z0-9-]+\]|[()|?*+]|\{[0-9,]+\})*"
)
"""Patterns that mean the same to both: no escapes for classes of Unicode, nothing but ASCII."""

_RANGES = {"minInclusive", "maxInclusive", "minExclusive", "maxExclusive"}


@dataclass(slots=True)
class _Doubt:
    """A type whose texts xmlschema checks where `sure` does not match, and how to find them."""

    kind: Any
    sure: re.Pattern[str] | None
    paths: list[str] = field(default_factory=list)
    nillable: bool = False
    good: set[str] = field(default_factory=set)

    def holds(self, text: str) -> bool:
        """Whether xmlschema takes the text."""
        if text in self.good or (self.sure is not None and self.sure.fullmatch(text)):
            return True
        if not self.kind.is_valid(text):
            return False
        if len(self.good) < KEPT_TEXTS:
            self.good.add(text)
        return True


_Search = tuple[Callable[..., Any], Callable[..., bool], _Doubt]
"""The texts of a type below an element, whether one is empty that must not be, and its doubt."""


class Verdict:
    """Decides about elements of one schema.

    Raises:
        ContractError: libxml2 does not take the schema.
    """

    def __init__(self, schema: XMLSchemaBase) -> None:
        self._schema: Any = schema
        self._strange = etree.XPath(
            "boolean(descendant-or-self::*/@xsi:*[local-name() != 'nil'])", namespaces={"xsi": XSI}
        )
        source = schema.source
        try:
            parser = etree.XMLParser(no_network=True, resolve_entities=False)
            document = etree.fromstring(
                source.get_text().encode(), parser, base_url=str(source.url or "")
            )
            self._fast = etree.XMLSchema(document)
        except etree.LxmlError as error:
            raise ContractError(f"libxml2 does not take the schema: {error}") from error
        self._plans: dict[str, list[_Search] | None] = {}

    def check(self, element: etree._Element) -> None:
        """Pass silently over a valid element.

        Raises:
            XmlFault: it is not valid; names rule, path and line, without a value.
        """
        if not self.agrees(element):
            fault = self.explain(element)
            if fault is not None:
                raise fault

    def agrees(self, element: etree._Element) -> bool:
        """Whether the fast way is sure that xmlschema finds the element valid."""
        plan = self._plan(str(element.tag))
        if plan is None or self._strange(element) or not self._fast.validate(element):
            return False
        for texts, empty, doubt in plan:
            if not all(map(doubt.holds, set(texts(element)))):
                return False
            if empty(element):
                return False
        return True

    def explain(self, element: etree._Element) -> XmlFault | None:
        """xmlschema's verdict: its first complaint, None where it has none."""
        try:
            error = next(self._schema.iter_errors(element), None)
        except RecursionError:
            return XmlFault("too_deep", "the document is nested too deeply to be checked")
        except Exception as strange:  # noqa: BLE001 - whatever a document does to the validator
            return XmlFault("schema", f"the document cannot be checked ({type(strange).__name__})")
        return None if error is None else _fault(error, element)

    def _plan(self, tag: str) -> list[_Search] | None:
        """How the doubtful texts below an element are found; None where xmlschema must decide."""
        if tag not in self._plans:
            self._plans[tag] = self._make_plan(tag)
        return self._plans[tag]

    def _make_plan(self, tag: str) -> list[_Search] | None:
        declared = self._schema.maps.elements.get(tag)
        if not isinstance(declared, XsdElement):
            return None
        found: dict[int, _Doubt] = {}
        try:
            for path, component in _simple(declared, ".", ()):
                _note_doubt(found, path, component)
        except _NotUnderstood:
            return None
        return [_finder(doubt) for doubt in found.values()]


class _NotUnderstood(Exception):
    """The schema uses what only xmlschema decides."""


def _finder(doubt: _Doubt) -> _Search:
    texts = etree.XPath(
        " | ".join(p if "@" in p else f"{p}/text()" for p in doubt.paths), smart_strings=False
    )
    elements = [path for path in doubt.paths if "@" not in path]
    if not elements or doubt.kind.is_valid(""):
        return texts, lambda _element: False, doubt
    none = " | ".join(f"{path}[not(text())]" for path in elements)
    empty = etree.XPath(none)

    def some(element: etree._Element) -> bool:
        return any(one.get(NIL) not in ("true", "1") for one in empty(element))

    return texts, some, doubt


def _note_doubt(found: dict[int, _Doubt], path: str, component: Any) -> None:
    kind = component.type
    kind = kind.content if kind.is_complex() else kind
    if component.fixed is not None or component.default is not None:
        raise _NotUnderstood
    if not _agreed(kind):
        found.setdefault(id(kind), _Doubt(kind, _sure(kind))).paths.append(path)


def _agreed(kind: Any) -> bool:
    """Whether both find the same of every text of a type."""
    if not kind.is_atomic() or not _plain(kind) or kind.primitive_type.local_name not in _AGREED:
        return False
    return not _STRICT_NAMES & _bases(kind)


def _sure(kind: Any) -> re.Pattern[str] | None:
    """The texts of which both find the same; None where there are none."""
    if not kind.is_atomic() or not _plain(kind):
        return None
    primitive = kind.primitive_type.local_name
    facets = {str(name).rpartition("}")[2] for name in kind.facets if name}
    if primitive != "decimal" and facets & _RANGES:
        return None
    return _SURE.get(primitive)


def _plain(kind: Any) -> bool:
    return all(_PLAIN_PATTERN.fullmatch(one) for one in getattr(kind.patterns or (), "regexps", ()))


def _bases(kind: Any) -> set[str]:
    names = set()
    while kind is not None:
        names.add(str(kind.local_name))
        kind = kind.base_type
    return names


def _simple(component: Any, path: str, above: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    """Every text below an element: its XPath, and the element or attribute it belongs to.

    Raises:
        _NotUnderstood: where only xmlschema can decide.
    """
    kind = component.type
    if any(kind is one for one in above) or _is_strange(component):
        raise _NotUnderstood
    if not kind.is_complex():
        yield path, component
        return
    if kind.mixed or kind.abstract:
        raise _NotUnderstood
    for name, attribute in kind.attributes.items():
        if name is None or str(name).startswith("{"):
            raise _NotUnderstood
        yield f"{path}/@{name}", attribute
    if kind.has_simple_content():
        yield path, component
        return
    for child in _children(kind.content):
        yield from _simple(child, f"{path}/{_step(str(child.name))}", (*above, kind))


def _is_strange(component: Any) -> bool:
    return bool(
        component.identities
        or component.abstract
        or component.substitution_group
        or component.name in component.maps.substitution_groups
    )


def _children(group: Any) -> Iterator[Any]:
    if group.model == "all":
        raise _NotUnderstood
    for particle in group:
        if isinstance(particle, XsdGroup):
            yield from _children(particle)
        elif isinstance(particle, XsdElement):
            yield particle
        else:
            raise _NotUnderstood


def _step(name: str) -> str:
    space, _, local = name.rpartition("}")
    space = space.removeprefix("{")
    return f"*[local-name() = '{local}' and namespace-uri() = '{space}']"


def _fault(error: XMLSchemaValidationError, element: etree._Element) -> XmlFault:
    """xmlschema's complaint without the values that its words hold."""
    line = error.sourceline or element.sourceline
    path = mask_personal_numbers(_plain_path(error.path or ""))[:200]
    what = _what(error)
    place = f"{path}, line {line}" if line else path
    return XmlFault("schema", f"{what} at {place}", line)


def _what(error: XMLSchemaValidationError) -> str:
    tag = getattr(error, "invalid_tag", None)
    expected = getattr(error, "expected", None)
    if hasattr(error, "occurs"):
        names = [str(getattr(one, "local_name", one)) for one in (expected or [])]
        wanted = f", expected {', '.join(names[:5])}" if names else ""
        if tag is None:
            return f"an element is missing{wanted}"
        local = mask_personal_numbers(str(tag).rpartition("}")[2])[:60]
        return f"the element {local} must not stand here{wanted}"
    validator: Any = error.validator
    name = str(getattr(validator, "local_name", None) or type(validator).__name__)
    kind = type(validator).__name__
    if "Facet" in kind:
        return f"the value does not keep to {name}"
    if "Attribute" in kind:
        return "an attribute is missing, unknown or wrong"
    if "Element" in kind and not str(error.reason or "").startswith("invalid"):
        return f"the element {name} is not as declared"
    return f"the value is no {name}"


def _plain_path(path: str) -> str:
    return re.sub(r"\{[^}]*\}|[A-Za-z0-9_.-]+:", "", path)
