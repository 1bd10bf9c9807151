"""Faults in the body of an XML answer: each takes a good answer and spoils it.

Records are the children of the element that the answer's contract calls their list. What an
answer's parts are called is said by `XmlWords`. What a fault does not touch keeps its value.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from mocks.faults import Fault

FAR_FUTURE = "2099-01-01T00:00:00.000Z"
XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
MARK = "SPOILTHERE"

Body = Callable[[bytes, "Fault"], bytes]


@dataclass(frozen=True, slots=True)
class XmlWords:
    """What the parts of a system's answers are called, without their namespaces.

    `holder` is the element around the records, `record` one of them (None: every child of the
    holder), `token` the element that leads to the next page, `key`, `updated` and `text` fields of
    a record: elements inside it, or its attributes.
    """

    holder: str
    key: str
    updated: str
    text: str
    record: str | None = None
    token: str | None = None


AGENCIES = XmlWords("agencies", "認定支援機関ID", "更新日時", "名称", token="nextPageToken")
"""The words of the register of support agencies."""

Spoil = Callable[[bytes, "Fault", XmlWords], bytes]
Change = Callable[[etree._Element, "Fault", XmlWords], None]


def _local(element: etree._Element) -> str:
    return str(etree.QName(element).localname)


def _find(root: etree._Element, name: str | None) -> etree._Element | None:
    return next((one for one in root.iter("*") if _local(one) == name), None)


def _bytes(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))


def _records(root: etree._Element, words: XmlWords) -> list[etree._Element]:
    holder = _find(root, words.holder)
    inside = [] if holder is None else list(holder)
    return [one for one in inside if words.record is None or _local(one) == words.record]


def _on_record(change: Change) -> Spoil:
    """Spoil the record that the fault names; an answer without records passes unharmed."""

    def spoil(body: bytes, fault: Fault, words: XmlWords) -> bytes:
        root = etree.fromstring(body)
        records = _records(root, words)
        if not records:
            return body
        change(records[min(fault.record, len(records) - 1)], fault, words)
        return _bytes(root)

    return spoil


def _known(record: etree._Element, name: str) -> etree._Element | None:
    """The element of that name: the record's own, or else one further inside."""
    inside = [one for one in record.iter("*") if _local(one) == name and one is not record]
    return next((one for one in inside if one.getparent() is record), next(iter(inside), None))


def _field(record: etree._Element, name: str) -> etree._Element:
    """The element of that name; a new one at the end where there is none."""
    found = _known(record, name)
    if found is not None:
        return found
    space = etree.QName(record[0] if len(record) else record).namespace
    return etree.SubElement(record, f"{{{space}}}{name}" if space else name)


def _write(record: etree._Element, name: str, value: str) -> None:
    if name in record.attrib:
        record.set(name, value)
    else:
        _field(record, name).text = value


def _remove(element: etree._Element | None) -> None:
    parent = None if element is None else element.getparent()
    if element is not None and parent is not None:
        parent.remove(element)


def _gained(record: etree._Element, fault: Fault, words: XmlWords) -> None:
    del words
    _field(record, fault.field or "新項目").text = str(fault.value or "new")


def _lost(record: etree._Element, fault: Fault, words: XmlWords) -> None:
    name = fault.field or words.text
    if name in record.attrib:
        del record.attrib[name]
    else:
        _remove(_known(record, name))


def _retyped(record: etree._Element, fault: Fault, words: XmlWords) -> None:
    """A text becomes a structure."""
    field = _field(record, fault.field or words.text)
    text, field.text = field.text, None
    etree.SubElement(field, "part").text = str(fault.value or text)


def _changed(record: etree._Element, fault: Fault, words: XmlWords) -> None:
    _write(record, fault.field or words.text, str(fault.value))


def _withheld(record: etree._Element, fault: Fault, words: XmlWords) -> None:
    """A record that is not shown (yet)."""
    del fault, words
    _remove(record)


def _same_again(record: etree._Element, fault: Fault, words: XmlWords) -> None:
    """The very same record once more."""
    del fault, words
    record.addnext(copy.deepcopy(record))


def _future(record: etree._Element, fault: Fault, words: XmlWords) -> None:
    _write(record, fault.field or words.updated, str(fault.value or FAR_FUTURE))


def _keyless(record: etree._Element, fault: Fault, words: XmlWords) -> None:
    del fault
    record.attrib.pop(words.key, None)
    _remove(_known(record, words.key))


def _twice(record: etree._Element, fault: Fault, words: XmlWords) -> None:
    """The same key again on the page; the later record differs."""
    again = copy.deepcopy(record)
    _write(again, fault.field or words.text, str(fault.value or "later"))
    record.addnext(again)


def _element_twice(record: etree._Element, fault: Fault, words: XmlWords) -> None:
    field = _field(record, fault.field or words.text)
    again = copy.deepcopy(field)
    again.text = str(fault.value or "twice")
    field.addnext(again)


def _mark(record: etree._Element, fault: Fault, words: XmlWords) -> None:
    _field(record, fault.field or words.text).text = MARK


def _in_text(spoilt: bytes) -> Spoil:
    """These bytes in the place of a text, whether XML may hold them or not."""

    def spoil(body: bytes, fault: Fault, words: XmlWords) -> bytes:
        return _on_record(_mark)(body, fault, words).replace(MARK.encode(), spoilt)

    return spoil


def _behind_declaration(body: bytes, text: bytes) -> bytes:
    head, sign, rest = body.partition(b"?>")
    return head + sign + text + rest if sign else text + body


def _bomb(body: bytes, fault: Fault, words: XmlWords) -> bytes:
    """Entities that grow tenfold, nine times over (`billion laughs`)."""
    del fault, words
    inner = b"".join(
        b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10 if n else b"ha") for n in range(10)
    )
    return _behind_declaration(body, b"<!DOCTYPE x [%s]>" % inner)


def _external(body: bytes, fault: Fault, words: XmlWords) -> bytes:
    del fault, words
    return _behind_declaration(body, b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>')


def _wrong_encoding(body: bytes, fault: Fault, words: XmlWords) -> bytes:
    """CP932 bytes in an answer that says UTF-8."""
    del fault, words
    return body.decode().encode("cp932", errors="replace")


def _half(body: bytes, fault: Fault, words: XmlWords) -> bytes:
    del fault, words
    return body[: len(body) // 2]


def _page_repeated(body: bytes, fault: Fault, words: XmlWords) -> bytes:
    """The first page again and again, each with a next token. Set it with `count: null`."""
    if "page" not in fault.memory:
        root = etree.fromstring(body)
        token = _find(root, words.token)
        if token is not None and not token.text:
            token.attrib.pop(XSI_NIL, None)
            token.text = "again"
        fault.memory["page"] = _bytes(root)
    return bytes(fault.memory["page"])


def _soap_fault(body: bytes, fault: Fault, words: XmlWords) -> bytes:
    """A fault in the answer's place; `value` is the system's own code."""
    del body, words
    code = str(fault.value or "SYS-999")
    general = "soap:Server" if code.startswith("SYS") else "soap:Client"
    return (
        f'<soap:Envelope xmlns:soap="{SOAP}"><soap:Body><soap:Fault><faultcode>{general}'
        f"</faultcode><faultstring>error</faultstring><detail><code>{code}</code></detail>"
        "</soap:Fault></soap:Body></soap:Envelope>"
    ).encode()


_SPOILERS: dict[str, Spoil] = {
    "wrong_encoding": _wrong_encoding,
    "broken_xml": _half,
    "field_gained": _on_record(_gained),
    "field_lost": _on_record(_lost),
    "field_retyped": _on_record(_retyped),
    "field_changed": _on_record(_changed),
    "future_record": _on_record(_future),
    "record_withheld": _on_record(_withheld),
    "record_twice": _on_record(_same_again),
    "key_missing": _on_record(_keyless),
    "duplicate_key_in_object": _on_record(_element_twice),
    "duplicate_key_in_page": _on_record(_twice),
    "page_repeated": _page_repeated,
    "soap_fault": _soap_fault,
    "xml_bomb": _bomb,
    "external_entity": _external,
    "control_character": _in_text(b"a\x08b"),
    "not_utf8": _in_text(b"\x93\xfa"),
    "deep_nesting": _in_text(b"<a>" * 2000 + b"</a>" * 2000),
    "huge_text": _in_text(b"x" * 10_100_000),
}


def _with(spoil: Spoil, known: tuple[XmlWords, ...]) -> Body:
    def body_of(body: bytes, fault: Fault) -> bytes:
        return spoil(body, fault, _fitting(body, known))

    return body_of


def _fitting(body: bytes, known: tuple[XmlWords, ...]) -> XmlWords:
    """The words that this answer uses: those by which it has records, else the first."""
    if len(known) == 1:
        return known[0]
    root = etree.fromstring(body)
    return next((words for words in known if _records(root, words)), known[0])


def xml_bodies(*known: XmlWords) -> dict[str, Body]:
    """The faults that the answers of a system with these words can have, by their kind."""
    return {kind: _with(spoil, known) for kind, spoil in _SPOILERS.items()}


XML_BODIES = xml_bodies(AGENCIES)
