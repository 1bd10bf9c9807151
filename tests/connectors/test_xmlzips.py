"""ZIPs of XML documents: bombs, names that lead out, broken members."""

from __future__ import annotations

import io
import struct
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import ReadError
from connectors.transports.xmlsafe import MIB
from connectors.transports.zipfiles import ZipLimits, is_safe_name
from tests.connectors.xml_documents import (
    only,
    plan,
    reader,
    refused,
    zipped,
)


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
