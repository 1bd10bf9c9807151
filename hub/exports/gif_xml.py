"""A business as XML of the official XSD's LegalEntity, and what the XSD cannot hold of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lxml import etree

from base.errors import SettingsError
from hub.exports.gif_terms import (
    CODES_NAMESPACE,
    EMPTY,
    EXTENSIONS,
    NAMESPACE,
    PATTERNS,
    STRUCTURES,
    Pattern,
    Term,
)

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_NAMES = {
    "pd": NAMESPACE,
    "pcd": CODES_NAMESPACE,
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
ENVELOPE = "urn:sme-hub:gif-export:1"
"""The root of a file of many businesses, which is ours: GIF has none."""

Unheld = dict[str, str]
"""By GIF term why its value is not in the XML."""


def element(tree: Mapping[str, Any]) -> tuple[etree._Element | None, Unheld]:
    """The XML of a business, None where it fits no required pattern, and what is not in it."""
    unheld: Unheld = {
        name: "the XSD's LegalEntity has no element for it" for name in EXTENSIONS if name in tree
    }
    found = _structure("LegalEntity", "LegalEntity", tree, unheld, "")
    return found, unheld


def _structure(
    name: str, structure: str, tree: Mapping[str, Any], unheld: Unheld, place: str
) -> etree._Element | None:
    """An element of a structure; None, having said why, where no pattern fits."""
    terms = STRUCTURES[structure]
    pattern = None
    if structure in PATTERNS:
        pattern = _pattern(structure, tree)
        if pattern is None:
            unheld[place or name] = f"no required pattern fits: {_lacking(structure, tree)}"
            return None
    suffix = f"_{pattern.suffix}" if pattern else ""
    found = etree.Element(f"{{{NAMESPACE}}}{name}{suffix}", nsmap=_NAMES)
    for term in terms:
        value = tree.get(term.name)
        if value is None:
            if pattern and term.name in pattern.required:
                _blank(found, term)
            continue
        for one in value if term.repeated else [value]:
            _add(found, term, one, unheld, f"{place}/{term.name}".lstrip("/"))
    return found


def _add(parent: etree._Element, term: Term, value: Any, unheld: Unheld, place: str) -> None:
    if term.whole_day and len(value) < len("2024-04-01"):
        unheld[place] = "only its month or year is known"
        return
    if term.structure is None:
        namespace = CODES_NAMESPACE if term.code else NAMESPACE
        etree.SubElement(parent, f"{{{namespace}}}{term.name}").text = str(value)
        return
    child = _structure(term.name, term.structure, value, unheld, place)
    if child is not None:
        parent.append(child)


def _blank(parent: etree._Element, term: Term) -> None:
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{term.name}")
    if term.nillable:
        child.set(_NIL, "true")


def _pattern(structure: str, tree: Mapping[str, Any]) -> Pattern | None:
    """The pattern with the fewest elements left blank; of equals the fullest."""
    fitting = [
        (len(lacking), pattern)
        for pattern in PATTERNS[structure]
        if (lacking := pattern.required - tree.keys()) <= _blankable(structure)
    ]
    return min(fitting, key=lambda pair: pair[0])[1] if fitting else None


def _blankable(structure: str) -> frozenset[str]:
    nillable = {term.name for term in STRUCTURES[structure] if term.nillable}
    return EMPTY | nillable


def _lacking(structure: str, tree: Mapping[str, Any]) -> str:
    """What the pattern that comes nearest still asks for."""
    blankable = _blankable(structure)
    lacking = [pattern.required - tree.keys() - blankable for pattern in PATTERNS[structure]]
    fewest = min(len(names) for names in lacking)
    nearest = next(names for names in lacking if len(names) == fewest)
    return "without " + ", ".join(sorted(nearest))


class Xsd:
    """The official XSD, from a file of the caller's; its code lists lie beside it."""

    def __init__(self, path: Path) -> None:
        """Load the schema.

        Raises:
            SettingsError: the file is no XSD, does not define LegalEntity, or lacks its imports.
        """
        parser = etree.XMLParser(no_network=True, resolve_entities=False)
        try:
            document = etree.parse(str(path), parser)
            self._schema = etree.XMLSchema(document)
        except (etree.XMLSyntaxError, etree.XMLSchemaParseError, OSError) as error:
            raise SettingsError(
                f"{path} cannot be read as an XML schema ({type(error).__name__})",
                remedy="Give GIF_Core_DataModel.xsd, with GIF_Core_CodeList.xsd beside it.",
            ) from None
        if document.getroot().get("targetNamespace") != NAMESPACE:
            raise SettingsError(
                f"{path} is not GIF's schema: its target namespace is another one",
                remedy="Give GIF_Core_DataModel.xsd of the Digital Agency's GIF.",
            )

    def faults(self, found: etree._Element) -> list[str]:
        """Where an element is not valid, and against which kind of rule; never a value."""
        if self._schema.validate(found):
            return []
        return [f"{_local(error.path)}: {error.type_name}" for error in self._schema.error_log]


def _local(path: str | None) -> str:
    return (path or "?").replace("pd:", "").replace("pcd:", "")


def document(found: etree._Element) -> bytes:
    """One business as a document of its own, in UTF-8."""
    text: bytes = etree.tostring(found, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return text


def envelope(elements: Iterator[etree._Element]) -> Iterator[bytes]:
    """Many businesses as one document, piece by piece; each child is an instance by itself."""
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<businesses xmlns="{ENVELOPE}">\n'.encode()
    for found in elements:
        yield etree.tostring(found, encoding="UTF-8", xml_declaration=False) + b"\n"
    yield b"</businesses>\n"
