"""XML documents parsed without harm: no DTD, no entities, no network, bounded in size and depth.

A document that cannot be read is an `XmlFault` with a rule and a message that names line and
column, never a text of the document.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from lxml import etree

MIB = 1024 * 1024

JAPANESE = {
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "ms_kanji": "cp932",
    "windows-31j": "cp932",
    "cp932": "cp932",
    "ms932": "cp932",
    "euc-jp": "euc_jp",
    "iso-2022-jp": "iso2022_jp",
}
"""Encodings that documents declare, and what Windows means by them."""

_DECLARED = re.compile(rb"""\A<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_DECLARATION = re.compile(r"\A<\?xml[^>]*\?>")
_SPACE = r"(?>[ \t\r\n]++|<\?(?s:.)*?\?>|<!--(?s:.)*?-->)*+"
_DOCTYPE = re.compile(rf"\A{_SPACE}<!DOCTYPE".encode())
_SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
_PARSER = etree.XMLParser(encoding="utf-8", **_SAFE)


class XmlFault(ValueError):
    """A document that is refused: `rule` in one word, and what is wrong with it, without values."""

    def __init__(self, rule: str, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.line = line


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may be: bytes, characters of one text, levels of elements."""

    document: int = 16 * MIB
    text: int = 1_000_000
    depth: int = 64


def safe_options() -> dict[str, Any]:
    """lxml's parser options for documents from outside."""
    return dict(_SAFE)


def parse_document(data: bytes, limits: Limits = Limits()) -> etree._Element:
    """The root of a document, comments and processing instructions left out.

    Raises:
        XmlFault: too large, a DTD in it, a wrong encoding, not well-formed, too deep.
    """
    if len(data) > limits.document:
        raise XmlFault("too_large", f"the document has more than {limits.document:,} bytes")
    data = in_utf8(data)
    forbid_doctype(data)
    try:
        root = etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError as error:
        raise syntax_fault(error) from None
    if root is None:
        raise XmlFault("malformed", "the document has no element")
    check_limits(root, limits, size=len(data))
    return root


def salvage(data: bytes, limits: Limits) -> etree._Element | None:
    """What libxml2 makes of a document that is not well-formed, to find out which record it is.

    None where nothing can be made of it, or where it has a DTD.
    """
    text = data[: limits.document].decode("utf-8", "replace").removeprefix("\ufeff")
    kept = _DECLARATION.sub("", text, count=1).encode()
    if b"<!DOCTYPE" in kept:
        return None
    try:
        parser = etree.XMLParser(encoding="utf-8", recover=True, **_SAFE)
        return etree.fromstring(kept, parser)
    except etree.XMLSyntaxError:
        return None


def in_utf8(data: bytes) -> bytes:
    """A document's bytes in UTF-8, whatever it declares; its declaration stays as it is.

    Raises:
        XmlFault: the encoding is unknown, or the bytes are in another one.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decoded(data, "utf-16").encode()
    data = data.removeprefix(codecs.BOM_UTF8)
    found = _DECLARED.match(data)
    declared = found[1].decode().lower() if found else "utf-8"
    if declared in {"utf-8", "utf8", "us-ascii", "ascii"}:
        _decoded(data, "utf-8")
        return data
    python = JAPANESE.get(declared)
    if python is None:
        raise XmlFault("encoding", f"the document declares the encoding {declared}")
    if not data.isascii() and _is_utf8(data):
        raise XmlFault("encoding", f"the document declares {declared} and is written in UTF-8")
    return _decoded(data, python).encode()


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = f"the document is not written in {encoding} as it says: byte {error.start}"
        raise XmlFault("encoding", f"{what}, line {line}", line) from None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def forbid_doctype(data: bytes) -> None:
    """Refuse a document type declaration before anything in it is read.

    Raises:
        XmlFault: there is one.
    """
    if b"<!DOCTYPE" in data and _DOCTYPE.match(data.removeprefix(codecs.BOM_UTF8)):
        raise XmlFault("doctype", "the document has a DTD: entities could be declared in it")


def check_limits(root: etree._Element, limits: Limits, *, size: int | None = None) -> None:
    """Refuse texts that are too long, and elements nested too deeply.

    Raises:
        XmlFault: what is too long or too deep, with its line.
    """
    if size is None or size > limits.text:
        _check_texts(root, limits)
    # Every level takes at least seven bytes: <a></a>
    if (size is None or size > 7 * limits.depth) and _deeper_than(limits.depth)(root):
        raise XmlFault("too_deep", f"elements are nested deeper than {limits.depth}")


@cache
def _deeper_than(levels: int) -> etree.XPath:
    return etree.XPath(f"boolean({'/'.join(['*'] * levels)})")


def _check_texts(root: etree._Element, limits: Limits) -> None:
    for element in root.iter():
        values: Iterable[Any] = (element.text, element.tail, *element.attrib.values())
        if any(value is not None and len(value) > limits.text for value in values):
            line = element.sourceline
            what = f"a text of more than {limits.text:,} characters near line {line}"
            raise XmlFault("text_too_long", what, line)


def syntax_fault(error: etree.XMLSyntaxError) -> XmlFault:
    """What libxml2 found, by its name: its words may hold a text of the document."""
    last = error.error_log[-1] if len(error.error_log) else None
    name = str(getattr(last, "type_name", "") or "").removeprefix("ERR_").lower()
    line, column = error.position if error.position else (None, None)
    if "depth" in (error.msg or "").lower():
        return XmlFault("too_deep", f"elements are nested too deeply at line {line}", line)
    if "huge" in (error.msg or "").lower():
        return XmlFault("text_too_long", f"a text is too long at line {line}", line)
    place = f"line {line}, column {column}"
    return XmlFault("malformed", f"the document is not well-formed: {name} at {place}", line)
