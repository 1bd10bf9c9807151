"""Faults in the body of an XML answer: each takes a good answer and spoils it.

Records are the children of the element that the answer's contract calls their list (`LISTS`). What
a fault does not touch keeps its value.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from mocks.faults import Fault

LISTS = frozenset({"agencies"})
TOKENS = frozenset({"nextPageToken"})
UPDATED = "更新日時"
KEYS = frozenset({"認定支援機関ID"})
TEXT = "名称"
FAR_FUTURE = "2099-01-01T00:00:00.000Z"
XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
MARK = "SPOILTHERE"

Change = Callable[[etree._Element, "Fault"], None]


def _local(element: etree._Element) -> str:
    return str(etree.QName(element).localname)


def _find(root: etree._Element, names: frozenset[str]) -> etree._Element | None:
    return next((one for one in root.iter("*") if _local(one) in names), None)


def _bytes(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))


def _on_record(change: Change) -> Callable[[bytes, Fault], bytes]:
    """Spoil the record that the fault names; an answer without records passes unharmed."""

    def spoil(body: bytes, fault: Fault) -> bytes:
        root = etree.fromstring(body)
        holder = _find(root, LISTS)
        if holder is None or not len(holder):
            return body
        change(holder[min(fault.record, len(holder) - 1)], fault)
        return _bytes(root)

    return spoil


def _field(record: etree._Element, name: str) -> etree._Element:
    """The element of that name; a new one at the end where there is none."""
    found = next((one for one in record if _local(one) == name), None)
    if found is not None:
        return found
    return etree.SubElement(record, f"{{{etree.QName(record).namespace}}}{name}")


def _gained(record: etree._Element, fault: Fault) -> None:
    _field(record, fault.field or "新項目").text = str(fault.value or "new")


def _lost(record: etree._Element, fault: Fault) -> None:
    record.remove(_field(record, fault.field or TEXT))


def _retyped(record: etree._Element, fault: Fault) -> None:
    """A text becomes a structure."""
    field = _field(record, fault.field or TEXT)
    text, field.text = field.text, None
    etree.SubElement(field, "part").text = str(fault.value or text)


def _changed(record: etree._Element, fault: Fault) -> None:
    _field(record, fault.field or TEXT).text = str(fault.value)


def _withheld(record: etree._Element, fault: Fault) -> None:
    """A record that is not shown (yet)."""
    del fault
    holder = record.getparent()
    if holder is not None:
        holder.remove(record)


def _same_again(record: etree._Element, fault: Fault) -> None:
    """The very same record once more."""
    del fault
    holder = record.getparent()
    if holder is not None:
        holder.append(copy.deepcopy(record))


def _future(record: etree._Element, fault: Fault) -> None:
    _field(record, fault.field or UPDATED).text = str(fault.value or FAR_FUTURE)


def _keyless(record: etree._Element, fault: Fault) -> None:
    del fault
    for one in [one for one in record if _local(one) in KEYS]:
        record.remove(one)


def _twice(record: etree._Element, fault: Fault) -> None:
    """The same key again on the page; the later record differs."""
    again = copy.deepcopy(record)
    _field(again, fault.field or TEXT).text = str(fault.value or "later")
    holder = record.getparent()
    if holder is not None:
        holder.append(again)


def _element_twice(record: etree._Element, fault: Fault) -> None:
    again = copy.deepcopy(_field(record, fault.field or TEXT))
    again.text = str(fault.value or "twice")
    record.append(again)


def _mark(record: etree._Element, fault: Fault) -> None:
    _field(record, fault.field or TEXT).text = MARK


def _in_text(spoilt: bytes) -> Callable[[bytes, Fault], bytes]:
    """These bytes in the place of a text, whether XML may hold them or not."""

    def spoil(body: bytes, fault: Fault) -> bytes:
        return _on_record(_mark)(body, fault).replace(MARK.encode(), spoilt)

    return spoil


def _behind_declaration(body: bytes, text: bytes) -> bytes:
    head, sign, rest = body.partition(b"?>")
    return head + sign + text + rest if sign else text + body


def _bomb(body: bytes, fault: Fault) -> bytes:
    """Entities that grow tenfold, nine times over (`billion laughs`)."""
    del fault
    inner = b"".join(
        b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10 if n else b"ha") for n in range(10)
    )
    return _behind_declaration(body, b"<!DOCTYPE x [%s]>" % inner)


def _external(body: bytes, fault: Fault) -> bytes:
    del fault
    return _behind_declaration(body, b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>')


def _wrong_encoding(body: bytes, fault: Fault) -> bytes:
    """CP932 bytes in an answer that says UTF-8."""
    del fault
    return body.decode().encode("cp932", errors="replace")


def _half(body: bytes, fault: Fault) -> bytes:
    del fault
    return body[: len(body) // 2]


def _page_repeated(body: bytes, fault: Fault) -> bytes:
    """The first page again and again, each with a next token. Set it with `count: null`."""
    if "page" not in fault.memory:
        root = etree.fromstring(body)
        token = _find(root, TOKENS)
        if token is not None and not token.text:
            token.attrib.pop(XSI_NIL, None)
            token.text = "again"
        fault.memory["page"] = _bytes(root)
    return bytes(fault.memory["page"])


def _soap_fault(body: bytes, fault: Fault) -> bytes:
    """A fault in the answer's place; `value` is the system's own code."""
    del body
    code = str(fault.value or "SYS-999")
    general = "soap:Server" if code.startswith("SYS") else "soap:Client"
    return (
        f'<soap:Envelope xmlns:soap="{SOAP}"><soap:Body><soap:Fault><faultcode>{general}'
        f"</faultcode><faultstring>error</faultstring><detail><code>{code}</code></detail>"
        "</soap:Fault></soap:Body></soap:Envelope>"
    ).encode()


XML_BODIES: dict[str, Callable[[bytes, Fault], bytes]] = {
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
