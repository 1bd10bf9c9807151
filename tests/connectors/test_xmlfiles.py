"""Files of XML documents: read as their system has them, and what is wrong with some."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.clock import SystemClock
from base.connection import Connection
from base.errors import ContractError, ReadError
from base.http_answer import Response
from base.personal_number import guard_record
from base.records import Page, Window
from connectors.contracts.xsd import XsdContract
from connectors.declaration import Auth, Cursor, Stream, Title
from connectors.hooks import ReadContext
from connectors.transports.xmlfiles import read
from connectors.transports.xmlkept import KEPT
from connectors.transports.xmlsafe import MIB, Limits, XmlFault, parse_document
from mocks.world.numbers import personal_number
from tests.connectors.xml_documents import (
    LONG,
    SCHEMA,
    only,
    plan,
    reader,
    refused,
    zipped,
)


def test_one_document_is_one_record() -> None:
    page = only(reader(), plan(amount="007"))
    assert page.keys == ["P1"]
    assert json.loads(page.raws[0]) == {"id": "P1", "amount": "007", "note": ""}


@pytest.mark.parametrize(
    ("data", "key", "rule"),
    [
        (plan(amount="x"), "P1", "schema"),
        (plan()[:-8], "P1", "malformed"),
        (b"<plan><id>P1</id><id>P2</id><amount>", None, "malformed"),
        (b'<!DOCTYPE plan [<!ENTITY x "y">]>' + plan(note="&x;"), None, "doctype"),
        (
            b'<!DOCTYPE plan [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + plan(note="&x;"),
            None,
            "doctype",
        ),
        (b"<plan><id>P1</id><amount>1</amount>" + b"<x>" * 90 + b"</x>" * 90, None, "malformed"),
        (b"<plan>" + b"<x>" * 90 + b"</x>" * 90 + b"</plan>", None, "too_deep"),
        (plan(note=LONG), "P1", "text_too_long"),
        (
            b'<?xml version="1.0" encoding="Shift_JIS"?>' + plan(note="設備"),
            "P1",
            "encoding",
        ),
        (plan(note="設備").decode().encode("cp932"), "P1", "encoding"),
        (b'<?xml version="1.0" encoding="x-unknown"?>' + plan(), "P1", "encoding"),
        (b"", None, "malformed"),
        (b"\x00\x01", None, "malformed"),
        (b"<other/>", None, "schema"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_document_that_cannot_be_used_is_refused_and_the_others_are_read(
    data: bytes, key: str | None, rule: str
) -> None:
    page = only(reader(), zipped(("a.xml", plan("A")), ("b.xml", data), ("c.xml", plan("C"))))
    assert page.keys == ["A", "C"]
    ((found, why),) = refused(page)
    assert why == rule
    assert found == key if key else found.startswith("sha256:")
    assert "b.xml" in page.refused[0].message


def test_a_documents_declared_encoding_is_that_of_windows() -> None:
    text = '<?xml version="1.0" encoding="Shift_JIS"?><plan><id>①髙</id><amount>1</amount></plan>'
    assert only(reader(), text.encode("cp932")).keys == ["①髙"]


def test_a_document_larger_than_the_limit_is_refused_and_kept_in_part() -> None:
    page = only(reader(limits=Limits(document=2 * MIB)), plan(note="あ" * MIB))
    assert [rule for _, rule in refused(page)] == ["too_large"]
    assert len(page.refused[0].raw) <= KEPT


def test_a_document_of_very_many_elements_is_refused_without_an_explanation() -> None:
    """xmlschema would take hours over it."""
    many = plan()[: -len("</plan>")] + b"<x/>\n" * 300_000 + b"</plan>"
    (page,) = [page for page, _ in reader().pages(io.BytesIO(many), "day.xml")]
    assert refused(page) == [("P1", "schema")]
    assert "does not keep to the schema, near line 1" in page.refused[0].message


def test_messages_hold_no_value_and_the_bytes_are_kept() -> None:
    page = only(reader(), plan(amount="秘密"))
    assert "秘密" not in page.refused[0].message
    assert "秘密" in page.refused[0].raw.decode()


@pytest.mark.parametrize("spell", ["{}", "&#{:d};", "&#x{:X};", "wide"])
@pytest.mark.parametrize("code", ["utf-8", "cp932"])
def test_the_guard_reads_what_is_kept_of_a_refused_document(spell: str, code: str) -> None:
    number = personal_number(5)
    written = {
        "{}": number,
        "wide": number.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    }.get(spell) or "".join(spell.format(ord(digit)) for digit in number)
    declared = "Shift_JIS" if code == "cp932" else "UTF-8"
    head = f'<?xml version="1.0" encoding="{declared}"?>'.encode()
    page = only(reader(), head + plan(amount="x", note=f"番号 {written}").decode().encode(code))
    (one,) = page.refused
    masked, paths = guard_record(one.raw)
    assert paths
    assert "*" * 12 in masked.decode()


class Answers:
    """A client that gives one file, and 304 to who knows it."""

    def __init__(self, body: bytes, etag: str | None) -> None:
        self.body, self.etag, self.asked = body, etag, 0

    def download(
        self, path: str, into: BinaryIO, params: Any, headers: Mapping[str, str]
    ) -> Response:
        self.asked += 1
        if self.etag and headers.get("If-None-Match") == self.etag:
            return Response(304, {"etag": self.etag}, b"")
        into.write(self.body)
        return Response(200, {"etag": self.etag} if self.etag else {}, b"")


def context(client: Answers, notes: dict[str, str], **given: Any) -> ReadContext:
    stream = Stream(
        "plans", Title("計画", "Plans"), Path("s.xsd"), Auth("none", "c"), "id", "snapshot", ("x",),
        protocol="xml", section={"element": "plan", "path": "/plans.zip"}, page_size=2,
    )  # fmt: skip

    def memo(keys: Sequence[str]) -> dict[str, str]:
        return {key: notes[key] for key in keys if key in notes}

    return ReadContext(
        stream=stream, contract=given.pop("contract"), connection=Connection("c", "http://x"),
        client=client, clock=SystemClock(), memo=memo,
        put_file=lambda _: "", identifiers=frozenset(), **given,
    )  # fmt: skip


@pytest.fixture
def contract(tmp_path: Path) -> XsdContract:
    path = tmp_path / "s.xsd"
    path.write_text(SCHEMA, encoding="utf-8")
    return XsdContract(path)


@pytest.mark.parametrize("etag", ['"one"', None])
def test_one_file_behind_an_address_is_read_until_it_stays_the_same(
    contract: XsdContract, etag: str | None
) -> None:
    client = Answers(zipped(*((f"{n}.xml", plan(f"P{n}")) for n in range(5))), etag)
    notes: dict[str, str] = {}
    window = Window(None, datetime(2026, 11, 20, tzinfo=UTC))

    def asked(**given: Any) -> list[Page]:
        return list(read(context(client, notes, contract=contract), window, **given))

    pages = asked(resume=None, limit=None)
    assert [page.keys for page in pages] == [["P0", "P1"], ["P2", "P3"], ["P4"]]
    assert [bool(page.notes) for page in pages] == [False, False, True]
    rest = asked(resume=pages[0].resume, limit=None)
    assert [page.keys for page in rest] == [["P2", "P3"], ["P4"]]
    assert len(asked(resume=None, limit=1)) == 1
    notes |= pages[-1].notes
    (known,) = asked(resume=None, limit=None)
    assert (known.keys, known.whole) == ([], False)
    client.body, client.etag = zipped(("q.xml", plan("Q"))), etag and '"two"'
    assert [page.keys for page in asked(resume=None, limit=None)] == [["Q"]]


def test_a_position_in_another_version_of_the_file_is_not_used(contract: XsdContract) -> None:
    client = Answers(zipped(*((f"{n}.xml", plan(f"P{n}")) for n in range(5))), '"one"')
    window = Window(None, datetime(2026, 11, 20, tzinfo=UTC))
    first, *_ = read(context(client, {}, contract=contract), window, resume=None, limit=None)
    client.body, client.etag = zipped(*((f"{n}.xml", plan(f"Q{n}")) for n in range(3))), '"two"'
    rest = read(context(client, {}, contract=contract), window, resume=first.resume, limit=None)
    assert [page.keys for page in rest] == [["Q0", "Q1"], ["Q2"]]


def test_a_file_with_a_record_of_the_future_does_not_count_as_read(contract: XsdContract) -> None:
    client = Answers(zipped(("1.xml", plan("P1", note="2026-11-21T00:00:00Z"))), '"one"')
    asked = context(client, {}, contract=contract)
    asked = replace(asked, stream=replace(asked.stream, cursor=Cursor("note")))
    for day, notes in ((20, {}), (22, {"file:/plans.zip": '"one"'})):
        window = Window(None, datetime(2026, 11, day, tzinfo=UTC))
        (page,) = read(asked, window, resume=None, limit=None)
        assert (page.keys, page.notes) == (["P1"], notes)


def test_a_local_file_is_read_in_the_systems_place(contract: XsdContract, tmp_path: Path) -> None:
    path = tmp_path / "given.xml"
    path.write_bytes(plan("L"))
    client = Answers(b"", None)
    given = context(client, {}, contract=contract, file=path)
    window = Window(None, datetime(2026, 11, 20, tzinfo=UTC))
    assert [page.keys for page in read(given, window, resume=None, limit=None)] == [["L"]]
    assert client.asked == 0


@pytest.mark.parametrize("text", ["<x", "<x/>", '<xs:schema xmlns:xs="urn:x"/>', None])
def test_a_contract_that_is_no_schema_is_a_contract_error(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "s.xsd"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(ContractError, match=r"s\.xsd"):
        XsdContract(path).record_schema()


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=300))
def test_whatever_the_bytes_nothing_but_a_page_or_a_read_error(data: bytes) -> None:
    for made in (data, b"<plan>" + data + b"</plan>", b"PK\x03\x04" + data):
        try:
            page = only(reader(), made)
        except ReadError:
            continue
        assert len(page.keys) + len(page.refused) == 1


def test_a_parser_fault_has_no_text_of_the_document() -> None:
    with pytest.raises(XmlFault) as caught:
        parse_document("<a>秘密</秘密></a>".encode())
    assert "秘密" not in caught.value.message
