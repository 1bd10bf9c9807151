"""Cuts an XML text that is not well-formed into the records inside it.

Good for texts in UTF-8 whose markup around the records is sound: a control character, a lone `&`
or a byte that is no UTF-8 then costs the one record in which it stands.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from lxml import etree

from base.errors import Stage
from base.personal_number import guard_record
from base.records import RefusedRecord
from connectors.keys import LONGEST
from connectors.transports.xmlsafe import XmlFault, in_utf8, safe_options, syntax_fault


@dataclass(frozen=True, slots=True)
class Pieces:
    """What came of a text: its records in order, readable or refused, and the rest without them."""

    records: list[etree._Element | RefusedRecord]
    rest: etree._Element


@dataclass(frozen=True, slots=True)
class Broken:
    """Why a record is refused; `tag` is its element's, `key` the name of its key."""

    tag: str
    key: str
    rule: str
    what: str

    def of(self, element: etree._Element) -> RefusedRecord:
        """The refused record that this element is."""
        raw = etree.tostring(element, encoding="utf-8", with_tail=False)
        return self.refused(raw, element, element.sourceline)

    def refused(
        self, raw: bytes, element: etree._Element | None, line: int | None
    ) -> RefusedRecord:
        """The refused record that these bytes are; `element` is what could be read of them."""
        key = _key(element, self.key)
        if key is None:
            masked, _paths = guard_record(raw)
            key = f"sha256:{hashlib.sha256(masked).hexdigest()[:16]}"
        where = "" if line is None else f" (line {line} of the answer)"
        return RefusedRecord(key, raw, Stage.CONTRACT, self.rule, f"{self.what}{where}")


def cut(text: bytes, tag: str, key: str) -> Pieces | None:
    """The records of a text whose elements are called `tag`; None where that cannot be done."""
    found = _spans(text, tag.rpartition("}")[2].encode())
    ends = [0, *(end for _, end in found)]
    begins = [*(begin for begin, _ in found), len(text)]
    around = b"".join(text[end:begin] for end, begin in zip(ends, begins, strict=True))
    try:
        rest = etree.fromstring(around, _parser())
    except (etree.XMLSyntaxError, ValueError):
        return None
    if not found or rest is None or rest.getroottree().docinfo.doctype:
        return None
    scope = _scope(rest)
    records = []
    line, at = 1, 0
    for begin, end in found:
        line, at = line + text.count(b"\n", at, begin), begin
        records.append(_record(text[begin:end], scope, tag, key, line))
    return Pieces(records, rest)


def _spans(text: bytes, local: bytes) -> list[tuple[int, int]]:
    """Where each element of this local name begins and ends, by its tags alone.

    One pass: an answer full of elements that never end takes no longer than a sound one.
    """
    tags = list(
        re.finditer(rb"<(/?)((?:[^\s<>/:!?]+:)?%s)(?=[\s/>])([^<>]*)>" % re.escape(local), text)
    )
    last = {match[2]: match.start() for match in tags if match[1]}
    found: list[tuple[int, int]] = []
    begun: tuple[bytes, int] | None = None
    for match in tags:
        name, closing = match[2], bool(match[1])
        if begun is not None:
            if closing and name == begun[0]:
                found.append((begun[1], match.end()))
                begun = None
        elif not closing and match[3].endswith(b"/"):
            found.append(match.span())
        elif not closing and last.get(name, -1) > match.start():
            begun = (name, match.start())
    return found


def _parser(*, recover: bool = False) -> etree.XMLParser:
    return etree.XMLParser(encoding="utf-8", recover=recover, **safe_options())


def _scope(rest: etree._Element) -> bytes:
    """The start of an element that declares every namespace that the text does."""
    names: dict[str | None, str] = {}
    for element in rest.iter("*"):
        names |= element.nsmap
    shell = etree.Element("records", nsmap=names)
    return bytes(etree.tostring(shell)).removesuffix(b"/>") + b">"


def _record(
    raw: bytes, scope: bytes, tag: str, key: str, line: int
) -> etree._Element | RefusedRecord:
    whole = scope + raw + b"</records>"
    try:
        in_utf8(raw)
        element = etree.fromstring(whole, _parser())[0]
    except XmlFault:
        broken = Broken(tag, key, "encoding", "the record holds bytes that are no UTF-8")
    except etree.XMLSyntaxError as error:
        fault = syntax_fault(error)
        broken = Broken(tag, key, fault.rule, "the record's XML is not well-formed")
    else:
        if element.tag == tag:
            return element
        broken = Broken(tag, key, "structure", "the record is in another namespace")
    return broken.refused(raw, _recovered(whole), line)


def _recovered(whole: bytes) -> etree._Element | None:
    try:
        shell = etree.fromstring(whole, _parser(recover=True))
    except etree.XMLSyntaxError:
        return None
    return shell[0] if shell is not None and len(shell) else None


def _key(element: etree._Element | None, name: str) -> str | None:
    """The key of what could be read of a record."""
    found = None if element is None else element.find(f"{{*}}{name}")
    text = None if found is None else (found.text or "")
    if text is None or not 0 < len(text) <= LONGEST or not text.isprintable():
        return None
    return text
