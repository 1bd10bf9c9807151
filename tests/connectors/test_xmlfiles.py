"""Files of XML documents: alone, in envelopes, in ZIPs; and what is wrong with some."""

from __future__ import annotations

import io
import json
import struct
import tracemalloc
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import IO, Any, BinaryIO, cast

import pytest
import xmlschema
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
from connectors.keys import KeyReader
from connectors.transports.xmlfiles import KEPT, XmlReader, read
from connectors.transports.xmlsafe import MIB, Limits, XmlFault, parse_document
from connectors.transports.xmlverdict import ValidRecords, Verdict
from connectors.transports.zipfiles import ZipLimits, is_safe_name
from mocks.world.numbers import personal_number

SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:element name="plans"><xs:complexType><xs:sequence>
  <xs:element name="count" type="xs:int" minOccurs="0"/>
  <xs:element ref="plan" minOccurs="0" maxOccurs="unbounded"/>
</xs:sequence></xs:complexType></xs:element>
<xs:element name="plan"><xs:complexType><xs:sequence>
  <xs:element name="id" type="xs:string"/>
  <xs:element name="amount" type="xs:int"/>
  <xs:element name="note" type="xs:string" minOccurs="0"/>
</xs:sequence></xs:complexType></xs:element>
</xs:schema>"""


LONG = "".join(Random(1).choices("0123456789", k=2_000_000))


def reader(**given: Any) -> XmlReader:
    schema = xmlschema.XMLSchema(SCHEMA)
    return XmlReader(
        records=ValidRecords(schema, "plan", Verdict(schema)),
        keys=KeyReader.of("id"),
        page_size=given.pop("page_size", 100),
        **given,
    )


def enveloped(**given: Any) -> XmlReader:
    return reader(envelope="plans", headers=frozenset({"count"}), **given)


def plan(key: str = "P1", amount: str = "1", note: str = "") -> bytes:
    return f"<plan><id>{key}</id><amount>{amount}</amount><note>{note}</note></plan>".encode()


def zipped(*members: tuple[str, bytes], **options: Any) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, **options) as made:
        for name, data in members:
            made.writestr(name, data)
    return buffer.getvalue()


def only(found: XmlReader, data: bytes, name: str = "") -> Page:
    name = name or ("day.zip" if data[:2] == b"PK" else "day.xml")
    pages = [page for page, _ in found.pages(io.BytesIO(data), name)]
    assert len(pages) == 1
    return pages[0]


def refused(page: Page) -> list[tuple[str, str]]:
    return [(one.key, one.rule) for one in page.refused]


def test_one_document_is_one_record() -> None:
    page = only(reader(), plan(amount="007"))
    assert page.keys == ["P1"]
    assert json.loads(page.raws[0]) == {"id": "P1", "amount": "007", "note": ""}


def test_a_zips_documents_in_pages_and_from_the_middle() -> None:
    data = zipped(*((f"{n}.xml", plan(f"P{n}")) for n in range(5)))
    pages = list(reader(page_size=2).pages(io.BytesIO(data), "x"))
    assert [(page.keys, following) for page, following in pages] == [
        (["P0", "P1"], 2), (["P2", "P3"], 4), (["P4"], None),
    ]  # fmt: skip
    again = list(reader(page_size=2).pages(io.BytesIO(data), "x", 2))
    assert [page.keys for page, _ in again] == [["P2", "P3"], ["P4"]]


def test_an_empty_zip_is_one_empty_page() -> None:
    assert only(reader(), zipped()).keys == []


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


def test_a_zip_cut_off_at_its_end_is_an_error() -> None:
    data = zipped(("a.xml", plan("A")), ("b.xml", plan("B")))
    for end in (len(data) - 5, len(data) // 2, 30):
        with pytest.raises(ReadError, match=r"day\.zip is no complete ZIP"):
            only(reader(), data[:end])


def test_a_bomb_among_the_members_is_refused_without_being_unpacked() -> None:
    data = zipped(("a.xml", plan("A")), ("b.xml", b" " * (60 * MIB)), ("c.xml", plan("C")))
    tracemalloc.start()
    page = only(reader(), data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert page.keys == ["A", "C"]
    assert [rule for _, rule in refused(page)] == ["zip_bomb"]
    assert peak < 20 * MIB


def test_a_zip_that_is_a_bomb_as_a_whole_is_an_error() -> None:
    data = zipped(*((f"{n}.xml", b" " * 1000) for n in range(20)))
    with pytest.raises(ReadError, match="holds 20 members"):
        only(reader(zip_limits=ZipLimits(members=10)), data)
    with pytest.raises(ReadError, match="20,000 bytes in all"):
        only(reader(zip_limits=ZipLimits(total=10_000)), data)


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


@pytest.mark.parametrize(
    "name", ["../x.xml", "/x.xml", "a/../../x.xml", "C:x.xml", "\\\\x.xml", "a\\..\\x.xml"]
)
def test_a_members_name_that_leads_out_is_refused(name: str) -> None:
    page = only(reader(), zipped(("a.xml", plan("A")), (name, plan("B"))))
    assert page.keys == ["A"]
    assert [rule for _, rule in refused(page)] == ["path_traversal"]


def test_other_members_are_refused_and_folders_passed_over() -> None:
    page = only(reader(), zipped(("x/", b""), ("x/A.XML", plan("A")), ("readme.txt", b"hello")))
    assert page.keys == ["A"]
    assert [rule for _, rule in refused(page)] == ["unexpected_member"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_second_member_of_a_name_is_refused() -> None:
    page = only(reader(), zipped(("a.xml", plan("A")), ("a.xml", plan("B"))))
    assert page.keys == ["A"]
    assert [rule for _, rule in refused(page)] == ["duplicate_name"]


def test_an_encrypted_member_is_refused() -> None:
    data = bytearray(zipped(("a.xml", plan("A"))))
    directory = data.index(b"PK\x01\x02")
    data[6] |= 1
    data[directory + 8] |= 1
    page = only(reader(), bytes(data))
    assert [rule for _, rule in refused(page)] == ["encrypted"]


def test_a_member_with_a_wrong_checksum_is_refused() -> None:
    data = bytearray(zipped(("a.xml", plan("A")), ("b.xml", plan("B"))))
    directory = data.index(b"PK\x01\x02")
    data[directory + 16 : directory + 20] = struct.pack("<I", 1)
    page = only(reader(), bytes(data))
    assert page.keys == ["B"]
    assert [rule for _, rule in refused(page)] == ["broken_member"]
    assert "checksum" in page.refused[0].message


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


@settings(deadline=None, max_examples=300)
@given(st.integers(0, 500), st.integers(0, 255))
def test_a_zip_with_any_byte_changed_loses_no_record_unsaid(at: int, byte: int) -> None:
    data = bytearray(zipped(("a.xml", plan("A")), ("b.xml", plan("B")), ("c.xml", plan("C"))))
    data[at % len(data)] = byte
    try:
        page = only(reader(), bytes(data), "day.zip")
    except ReadError:
        return
    assert len(page.keys) + len(page.refused) == 3


@given(st.text(max_size=30))
def test_a_safe_name_stays_inside(name: str) -> None:
    root = Path("/srv/in")
    if is_safe_name(name):
        assert (root / name.replace("\\", "/")).resolve().is_relative_to(root)


def test_an_envelopes_records_come_one_by_one() -> None:
    data = b"<plans><count>3</count>" + b"".join(plan(f"P{n}") for n in range(3)) + b"</plans>"
    assert only(enveloped(), data).keys == ["P0", "P1", "P2"]
    assert only(enveloped(), zipped(("a.xml", data))).keys == ["P0", "P1", "P2"]


def test_a_broken_record_in_an_envelope_is_refused_and_the_others_are_read() -> None:
    data = b"<plans>" + plan("A") + plan("B", "x") + b"<other/>" + plan("C") + b"<z/></plans>"
    page = only(enveloped(), data)
    assert page.keys == ["A", "C"]
    assert [rule for _, rule in refused(page)] == ["schema"] * 3
    assert page.refused[0].key == "B"


def test_an_envelope_that_breaks_off_ends_the_read_after_what_came_before() -> None:
    data = b"<plans>" + b"".join(plan(f"P{n}") for n in range(40)) + b"<plan><id>"
    pages = enveloped(page_size=10).pages(io.BytesIO(data), "big.xml")
    assert len(next(pages)[0].keys) == 10
    with pytest.raises(ReadError, match=r"big\.xml.*line 1"):
        list(pages)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (plan(), "envelope"),
        (b"<other>" + plan() + b"</other>", "envelope"),
        (b'<!DOCTYPE plans [<!ENTITY x "y">]><plans/>', "DTD"),
        (b'<?xml version="1.0" encoding="Shift_JIS"?><plans/>', "UTF-8"),
        ("<plans/>".encode("utf-16"), "UTF-8"),
        (b"<plans>" + b"<x>" * 3000, "deep"),
        (b"<plans><junk>" + b"x" * (3 * MIB), "more than"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_file_that_is_no_envelope_is_an_error(data: bytes, what: str) -> None:
    with pytest.raises(ReadError, match=what):
        only(enveloped(limits=Limits(document=2 * MIB)), data)


class Endless(io.RawIOBase):
    """An envelope of many records that is never whole in memory."""

    def __init__(self, records: int) -> None:
        self._parts = self._made(records)
        self._left = b""

    def _made(self, records: int) -> Iterator[bytes]:
        yield b"<plans>"
        for number in range(records):
            yield plan(f"P{number}", note="x" * 900)
        yield b"</plans>"

    def read(self, size: int = -1) -> bytes:
        while len(self._left) < size:
            part = next(self._parts, None)
            if part is None:
                break
            self._left += part
        data, self._left = self._left[:size], self._left[size:]
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        self._parts, self._left = self._made(40_000), b""
        return 0


def test_memory_is_that_of_a_page_however_large_the_file() -> None:
    import psutil

    process = psutil.Process()
    seen = 0
    pages = enveloped(page_size=500).pages(cast(IO[bytes], Endless(40_000)), "big.xml")
    next(pages)
    before = process.memory_info().rss
    for page, _ in pages:
        seen += len(page.keys)
    assert seen == 39_500
    assert process.memory_info().rss - before < 25 * MIB


def test_a_parser_fault_has_no_text_of_the_document() -> None:
    with pytest.raises(XmlFault) as caught:
        parse_document("<a>秘密</秘密></a>".encode())
    assert "秘密" not in caught.value.message
