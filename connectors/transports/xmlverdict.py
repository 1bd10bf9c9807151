"""Whether an element is valid: xmlschema's verdict, at libxml2's speed.

libxml2 decides, and xmlschema is asked wherever the two may differ: about every element that
libxml2 refuses, about texts of types that libxml2 takes less strictly, and about everything where
the schema, or the document, uses what the fast way does not understand. Only xmlschema explains,
unless an element is so large that its explanation would not come to an end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import msgspec
from lxml import etree
from xmlschema import XMLSchemaBase, XMLSchemaValidationError
from xmlschema.validators import XsdElement, XsdGroup

from base.errors import ContractError
from base.personal_number import mask_personal_numbers
from connectors.transports.xmlrecords import INSTANCE, XmlRecords
from connectors.transports.xmlsafe import XmlFault

XSI = INSTANCE.strip("{}")
KEPT_TEXTS, LONGEST_KEPT = 20_000, 100
"""Texts of a type that were found valid and are remembered, and the characters of each."""

MOST_EXPLAINED = 10_000
"""Elements up to which xmlschema explains what is wrong."""

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
_STRICT_NAMES = {"Name", "NCName", "language", "NMTOKEN"}
_SPANNING = {"ID", "IDREF", "IDREFS", "ENTITY", "ENTITIES", "QName", "NOTATION"}
"""Types whose texts mean something elsewhere in the document."""

_PLAIN_PATTERN = re.compile(
    r"(?:[A-Za-z0-9_:;,@/ -]|\\[.-]|\[[A-Za-z0-9-]+\]|[()|?*+]|\{[0-9,]+\})*"
)
"""Patterns that mean the same to both: no escapes for classes of Unicode, nothing but ASCII."""

_RANGES = {"minInclusive", "maxInclusive", "minExclusive", "maxExclusive"}


@dataclass(slots=True)
class DoubtfulType:
    """A type whose texts xmlschema checks where `sure` does not match; `good` are those it took."""

    kind: Any
    sure: re.Pattern[str] | None
    good: set[str] = field(default_factory=set)

    def holds(self, text: str) -> bool:
        """Whether xmlschema takes the text, or libxml2 has judged it as well."""
        if self.sure is not None and self.sure.fullmatch(text):
            return True
        try:
            if not self.kind.is_valid(text):
                return False
        except Exception:  # noqa: BLE001 - a text that xmlschema cannot even judge
            return False
        if len(self.good) < KEPT_TEXTS and len(text) <= LONGEST_KEPT:
            self.good.add(text)
        return True


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
        self._understood: dict[str, bool] = {}
        self._types: dict[int, DoubtfulType] = {}

    def probably(self, element: etree._Element) -> bool:
        """Whether libxml2 finds the element valid, and only texts of doubtful types are open."""
        tag = str(element.tag)
        if tag not in self._understood:
            self._understood[tag] = _understands(self._schema.maps.elements.get(tag))
        return bool(
            self._understood[tag] and not self._strange(element) and self._fast.validate(element)
        )

    def _is_too_large(self, element: etree._Element) -> bool:
        return next(islice(element.iter(), MOST_EXPLAINED, None), None) is not None

    def doubt(self, component: Any) -> DoubtfulType | None:
        """What is to be looked at in the texts of an element or attribute declaration."""
        kind = component.type
        if kind.is_complex():
            if not kind.has_simple_content():
                return None
            kind = kind.content
        if _agreed(kind):
            return None
        return self._types.setdefault(id(kind), DoubtfulType(kind, _sure(kind)))

    def explain(self, element: etree._Element) -> XmlFault | None:
        """xmlschema's verdict: its first complaint, None where it has none.

        What libxml2 refuses is not explained where it is too large for that: xmlschema looks for
        the place of every child among all others, and a megabyte of them takes it hours.
        """
        if self._is_too_large(element) and not self._fast.validate(element):
            line = self._fast.error_log[0].line if len(self._fast.error_log) else element.sourceline
            what = f"the element does not keep to the schema, near line {line}"
            return XmlFault("schema", what, line)
        try:
            error = next(self._schema.iter_errors(element), None)
        except RecursionError:
            return XmlFault("too_deep", "the document is nested too deeply to be checked")
        except Exception as strange:  # noqa: BLE001 - whatever a document does to the validator
            return XmlFault("schema", f"the document cannot be checked ({type(strange).__name__})")
        return None if error is None else _fault(error, element)


class ValidRecords:
    """The valid elements of one global declaration as JSON texts; the others are refused.

    Raises:
        ContractError: there is no such element, or JSON cannot hold it.
    """

    def __init__(self, schema: XMLSchemaBase, element: str, verdict: Verdict) -> None:
        self._verdict = verdict
        self._records = XmlRecords(schema, element, verdict.doubt)
        self.tag = self._records.tag

    @property
    def children(self) -> frozenset[str]:
        """Tags of the elements that the schema has inside the element."""
        return self._records.children

    def convert(self, element: etree._Element) -> bytes:
        """A valid element as one JSON text.

        Raises:
            XmlFault: it is not valid; names rule, path and line, without a value.
        """
        if element.tag != self.tag:
            shown = etree.QName(self.tag).localname
            raise XmlFault("schema", f"the element is no {shown}", element.sourceline)
        if self._verdict.probably(element):
            value, certain = self._records.certain_value(element)
            if certain:
                return msgspec.json.encode(value)
        fault = self._verdict.explain(element)
        if fault is not None:
            raise fault
        return self._records.convert(element)

    def loosely(self, element: etree._Element) -> bytes:
        """Any element as one JSON text, for what can still be read of a refused one.

        Raises:
            TooDeepError: elements unknown to the schema are nested too deeply.
        """
        return self._records.convert(element)


class _NotUnderstood(Exception):
    """The schema uses what only xmlschema decides."""


def _understands(declared: Any) -> bool:
    try:
        _walk(declared, ())
    except _NotUnderstood:
        return False
    return True


def _walk(component: Any, above: tuple[Any, ...]) -> None:
    """Look at everything below an element.

    Raises:
        _NotUnderstood: something of it is left to xmlschema.
    """
    if not isinstance(component, XsdElement) or _is_strange(component):
        raise _NotUnderstood
    kind: Any = component.type
    if _SPANNING & _bases(kind):
        raise _NotUnderstood
    if any(kind is one for one in above):
        raise _NotUnderstood
    if not kind.is_complex():
        return
    if kind.mixed or kind.abstract:
        raise _NotUnderstood
    for name, attribute in kind.attributes.items():
        if name is None or str(name).startswith("{") or _has_value(attribute):
            raise _NotUnderstood
        if _SPANNING & _bases(attribute.type):
            raise _NotUnderstood
    if not kind.has_simple_content():
        for child in _children(kind.content):
            _walk(child, (*above, kind))


def _has_value(component: Any) -> bool:
    return component.fixed is not None or component.default is not None


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


def _is_strange(component: Any) -> bool:
    return bool(
        _has_value(component)
        or component.identities
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
        facet = kind.removeprefix("Xsd").partition("Facet")[0]
        return f"the value does not keep to {facet[:1].lower()}{facet[1:]}"
    if "Attribute" in kind:
        return "an attribute is missing, unknown or wrong"
    if "Element" in kind and not str(error.reason or "").startswith("invalid"):
        return f"the element {name} is not as declared"
    return f"the value is no {name}"


def _plain_path(path: str) -> str:
    return re.sub(r"\{[^}]*\}|[A-Za-z0-9_.-]+:", "", path)
