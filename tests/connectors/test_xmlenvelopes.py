"""Many records in one XML document: one at a time, however large it is."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import IO, cast

import pytest

from base.errors import ReadError
from connectors.transports.xmlsafe import MIB, Limits
from tests.connectors.xml_documents import (
    enveloped,
    only,
    plan,
    refused,
    zipped,
)


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
