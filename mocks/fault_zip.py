"""Faults in the body of a ZIP of XML documents: each takes a good ZIP and spoils it.

`record` is the index of the document that is spoilt; what a fault does not touch keeps its bytes.
A ZIP without documents passes unharmed.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mocks.faults import Fault

MOMENT = (2026, 1, 1, 0, 0, 0)
UPDATED = "更新日時"
FAR_FUTURE = "2099-01-01T00:00:00+09:00"
MIB = 1024 * 1024

Members = list[tuple[str, bytes]]
Change = Callable[[bytes, "Fault"], bytes]


def _members(body: bytes) -> Members:
    with zipfile.ZipFile(io.BytesIO(body)) as opened:
        return [(info.filename, opened.read(info)) for info in opened.infolist()]


def _zip(members: Members) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for name, data in members:
            info = zipfile.ZipInfo(name, MOMENT)
            info.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(info, data)
    return buffer.getvalue()


def _on_document(change: Change) -> Change:
    def spoil(body: bytes, fault: Fault) -> bytes:
        members = _members(body)
        if not members:
            return body
        at = min(fault.record, len(members) - 1)
        name, data = members[at]
        members[at] = (name, change(data, fault))
        return _zip(members)

    return spoil


def _text(data: bytes) -> str:
    return data.decode("cp932" if b"Shift_JIS" in data[:60] else "utf-8")


def _prolog(text: str) -> int:
    return text.index("?>") + 2


def _inside(insert: str) -> Change:
    """Something behind the opening tag of the document's element."""

    def change(data: bytes, fault: Fault) -> bytes:
        del fault
        text = re.sub(r"\A<\?xml[^>]*\?>", '<?xml version="1.0" encoding="UTF-8"?>', _text(data))
        at = text.index(">", _prolog(text)) + 1
        return f"{text[:at]}{insert}{text[at:]}".encode()

    return change


def _with_dtd(declarations: str) -> Change:
    def change(data: bytes, fault: Fault) -> bytes:
        text = _inside("&x;")(data, fault).decode()
        at = _prolog(text)
        return f"{text[:at]}<!DOCTYPE 経営力向上計画 [{declarations}]>{text[at:]}".encode()

    return change


def _bomb() -> str:
    """A billion laughs."""
    lines = ['<!ENTITY x0 "ha">']
    lines += [f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 10)]
    return "".join([*lines, '<!ENTITY x "&x9;">'])


def _wrong_encoding(data: bytes, fault: Fault) -> bytes:
    """A document that declares UTF-8 and is written in CP932."""
    del fault
    text = re.sub(r"\A<\?xml[^>]*\?>", '<?xml version="1.0" encoding="UTF-8"?>', _text(data))
    return text.encode("cp932", "xmlcharrefreplace")


def _cut(data: bytes, fault: Fault) -> bytes:
    del fault
    return data[: len(data) * 2 // 3]


def _future(data: bytes, fault: Fault) -> bytes:
    """A plan from the far future."""
    later = f"<{UPDATED}>{fault.value or FAR_FUTURE}</{UPDATED}>"
    text = re.sub(f"<{UPDATED}>[^<]*</{UPDATED}>", later, _text(data))
    return text.encode("cp932" if b"Shift_JIS" in data[:60] else "utf-8")


def _adding(name: str, content: bytes) -> Change:
    """Another member beside the documents."""

    def change(body: bytes, fault: Fault) -> bytes:
        del fault
        return _zip([*_members(body), (name, content)])

    return change


def _broken_zip(body: bytes, fault: Fault) -> bytes:
    """A ZIP that breaks off, in an answer that is whole on the wire."""
    del fault
    return body[: len(body) * 2 // 3]


def _duplicate(body: bytes, fault: Fault) -> bytes:
    """The same plan in two members."""
    members = _members(body)
    if not members:
        return body
    name, data = members[min(fault.record, len(members) - 1)]
    return _zip([*members, (f"again-{name}", data)])


def _withheld(body: bytes, fault: Fault) -> bytes:
    """A plan that is not in the file (yet)."""
    members = _members(body)
    if members:
        del members[min(fault.record, len(members) - 1)]
    return _zip(members)


ZIP_BODIES: dict[str, Change] = {
    "wrong_encoding": _on_document(_wrong_encoding),
    "broken_xml": _on_document(_cut),
    "xml_bomb": _on_document(_with_dtd(_bomb())),
    "external_entity": _on_document(_with_dtd('<!ENTITY x SYSTEM "file:///etc/hostname">')),
    "deep_nesting": _on_document(_inside("<x>" * 400 + "</x>" * 400)),
    "huge_text": _on_document(_inside(f"<x>{'1234567890' * 200_000}</x>")),
    "field_gained": _on_document(_inside("<新項目>new</新項目>")),
    "future_record": _on_document(_future),
    "duplicate_key_in_page": _duplicate,
    "record_twice": _duplicate,
    "record_withheld": _withheld,
    "zip_broken": _broken_zip,
    "zip_bomb": _adding("bomb.xml", b" " * (64 * MIB)),
    "zip_path_traversal": _adding("../../etc/plan.xml", b"<x/>"),
}
"""Faults of a ZIP by their kind."""
