"""CSV into JSON texts: the same rows as Python's csv module reads, and nothing lost beside them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from base.errors import ContractError
from connectors.transports.csvrows import CsvLayout, RowBlock, read_rows, refused_records

TRAPS = "ソ表十能予申ポー噂"
"""Characters whose second byte in CP932 is 0x5C, a backslash."""

CELLS = st.text(st.sampled_from('ab",\n\r\\ \t　ソ髙～\x00\x7f'))
ROWS = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=8)
)


def blocks(data: bytes, **options: Any) -> list[RowBlock]:
    size = options.pop("block_bytes", 1 << 20)
    layout = CsvLayout(**{"encoding": "utf-8", **options})
    return list(read_rows(io.BytesIO(data), layout, name="x.csv", block_bytes=size))


def rows(data: bytes, **options: Any) -> list[dict[str, str]]:
    return [json.loads(raw) for block in blocks(data, **options) for raw in block.raws]


def refused(data: bytes, **options: Any) -> list[tuple[int, str]]:
    return [(r.line, r.rule) for block in blocks(data, **options) for r in block.refused]


def written(
    table: list[list[str]], end: str = "\r\n", quoting: Literal[0, 1] = csv.QUOTE_MINIMAL
) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator=end, quoting=quoting).writerows(table)
    return text.getvalue()


def by_the_csv_module(text: str) -> Iterator[list[str]]:
    return (row for row in csv.reader(io.StringIO(text, newline="")) if row)


@settings(max_examples=300, deadline=None)
@given(
    ROWS,
    st.sampled_from(["\r\n minimal", "\r\n all", "\n all"]),
    st.sampled_from(["utf-8", "cp932"]),
    st.sampled_from([16, 64, 1 << 20]),
    st.booleans(),
)
@example([["", "a\n"], ["\n\n", ""]], "\n all", "cp932", 16, True)
def test_written_rows_are_read_as_python_reads_them(
    table: list[list[str]], style: str, codec: str, size: int, final: bool
) -> None:
    end, _, quotes = style.partition(" ")
    quoting: Literal[0, 1] = csv.QUOTE_ALL if quotes == "all" else csv.QUOTE_MINIMAL
    text = written(table, end, quoting)
    text = text if final else text.removesuffix(end)
    names = tuple(f"c{index}" for index in range(len(table[0]) if table else 1))
    data = text.encode(codec)
    read = rows(data, columns=names, header=False, encoding=codec, block_bytes=size)
    assert read == [dict(zip(names, row, strict=True)) for row in by_the_csv_module(text)]
    assert not refused(data, columns=names, header=False, encoding=codec, block_bytes=size)


@settings(max_examples=500, deadline=None)
@given(
    st.text(st.sampled_from('aあ",\n\r'), max_size=40),
    st.integers(1, 3),
    st.sampled_from([8, 1 << 20]),
)
@example('a"a",a\n"a"a,a\n', 2, 1 << 20)
@example('a,"a\n\n"', 2, 8)
@example('""a"",,', 3, 8)
@example(",\n\n,,", 2, 8)
@example("a\r,", 2, 8)
@example("a\r,\r\n", 2, 8)
@example("a,a\na,a,a,", 3, 8)
def test_any_text_gives_what_the_strict_csv_module_gives(text: str, width: int, size: int) -> None:
    """Each record is read, refused, or cut at a line's end where a quote is out of place."""
    names = tuple(f"c{index}" for index in range(width))
    data = text.encode()
    small = blocks(data, columns=names, header=False, block_bytes=size)
    whole = blocks(data, columns=names, header=False)
    assert [raw for block in small for raw in block.raws] == [r for b in whole for r in b.raws]
    assert [n for b in small for n in b.lines] == [n for b in whole for n in b.lines]
    assert [r for b in small for r in b.refused] == [r for b in whole for r in b.refused]
    try:
        strict = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        assert any(r.rule == "unbalanced_quote" for b in whole for r in b.refused)
        return
    good = [dict(zip(names, row, strict=True)) for row in strict if len(row) == width]
    assert [json.loads(raw) for block in whole for raw in block.raws] == good
    ragged = [row for row in strict if row and len(row) != width]
    assert [r.rule for b in whole for r in b.refused] == ["columns"] * len(ragged)


@pytest.mark.parametrize("size", [32, 1 << 20])
def test_a_row_is_resumed_behind_any_block(size: int) -> None:
    text = "名,値\n" + "".join(f'"a\n{index}",{TRAPS}\n' for index in range(50)) + "z\n"
    layout = CsvLayout(encoding="cp932")
    stream = io.BytesIO(text.encode("cp932"))
    whole = list(read_rows(stream, layout, block_bytes=size))
    for index, block in enumerate(whole[:-1]):
        rest = list(read_rows(stream, layout, offset=block.end, line=block.line, block_bytes=size))
        assert [b.raws for b in rest] == [b.raws for b in whole[index + 1 :]]
        assert [list(b.lines) for b in rest] == [list(b.lines) for b in whole[index + 1 :]]
    assert [block.last for block in whole] == [False] * (len(whole) - 1) + [True]


def test_a_backslash_byte_in_a_character_is_no_backslash() -> None:
    data = f'名,値\r\n{TRAPS},"{TRAPS}"\r\n{TRAPS},\\\r\n'.encode("cp932")
    assert rows(data, encoding="cp932") == [{"名": TRAPS, "値": TRAPS}, {"名": TRAPS, "値": "\\"}]


def test_private_characters_are_kept() -> None:
    data = "名\n".encode("cp932") + b"\xf0\x40\xf9\xfc\n"
    assert rows(data, encoding="cp932") == [{"名": "\ue000\ue757"}]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_broken_row_is_refused_alone(end: str) -> None:
    lines = ["a,b", "1,2", "3", "4,5,6", '7,"8', "9,10", "", '11,"12"', "13,14"]
    data = end.join(lines).encode()
    assert rows(data) == [
        {"a": x, "b": y} for x, y in (("1", "2"), ("9", "10"), ("11", "12"), ("13", "14"))
    ]
    found = [(3, "columns"), (4, "columns"), (5, "unbalanced_quote")]
    assert refused(data) == found
    (block,) = blocks(data)
    assert list(block.lines) == [2, 6, 8, 9]
    assert [row.raw for row in block.refused] == [b"3", b"4,5,6", b'7,"8']
    assert block.refused[0].message == "x.csv line 3: 1 columns where there must be 2"


def test_mixed_line_ends_are_all_line_ends() -> None:
    assert rows(b"a,b\r\n1,2\n3,4\r5,6\r\n") == [
        {"a": "1", "b": "2"},
        {"a": "3", "b": "4"},
        {"a": "5", "b": "6"},
    ]


def test_bytes_of_no_character_are_refused_and_kept() -> None:
    data = "名,値\n髙,1\n".encode("cp932") + b"\x85\xff,2\n" + "﨑,3\n".encode("cp932")
    (block,) = blocks(data, encoding="cp932")
    assert [json.loads(raw)["名"] for raw in block.raws] == ["髙", "﨑"]
    assert block.refused[0].rule == "encoding"
    assert b"\\x85" in block.refused[0].raw


def test_a_quote_that_never_closes_costs_one_line_however_long_the_file_is() -> None:
    good = "".join(f"{index},x\n" for index in range(100_000))
    data = ('a,b\n1,"2\n' + good).encode()
    found = blocks(data, block_bytes=1 << 16)
    assert sum(len(block.raws) for block in found) == 100_000
    assert [r.line for block in found for r in block.refused] == [2]


def test_a_nul_is_kept_for_the_decoder() -> None:
    assert rows(b"a,b\n1,x\x00y\n") == [{"a": "1", "b": "x\x00y"}]


def test_byte_order_mark_is_no_part_of_the_first_name() -> None:
    data = "名,値\n髙,1\n".encode("utf-8-sig")
    for encoding in ("utf-8", "utf-8-sig", "auto"):
        assert rows(data, encoding=encoding) == [{"名": "髙", "値": "1"}]


@pytest.mark.parametrize("codec", ["utf-8", "cp932"])
def test_auto_finds_the_character_set(codec: str) -> None:
    text = "name\n" + "a\n" * 600_000 + "株式会社山田製作所\n"
    assert rows(text.encode(codec), encoding="auto")[-1] == {"name": "株式会社山田製作所"}


@pytest.mark.parametrize(
    ("declared", "sent"), [("cp932", "utf-8"), ("utf-8", "cp932"), ("cp932", "utf-16")]
)
def test_another_character_set_than_agreed_is_an_error(declared: str, sent: str) -> None:
    with pytest.raises(ContractError, match="is not written in"):
        blocks("名,値\n株式会社山田製作所,東京都千代田区\n".encode(sent), encoding=declared)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no row of column names"),
        (b"\n\n", "no row of column names"),
        (b"<html><body>", "none of the contract"),
        (b"a,a\n1,2\n", "names 'a' twice"),
        ("山田太郎,山田太郎\n".encode(), "none of the contract's 2 columns"),
        ("a,山田太郎,山田太郎\n".encode(), "one that is none of the contract's twice"),
    ],
)
def test_a_file_that_is_not_the_contracts_is_an_error(data: bytes, message: str) -> None:
    with pytest.raises(ContractError, match=message) as raised:
        blocks(data, columns=("a", "b"))
    assert "山田" not in str(raised.value), "without a header, the first row is somebody's"


def test_a_text_without_any_line_end_is_an_error() -> None:
    with pytest.raises(ContractError, match="no line end"):
        blocks(b"a\n" + b"x" * (20 << 20) + b"\n" + b"y\n" * 1_000_000)


def test_lines_before_the_rows_are_skipped() -> None:
    data = b'2026-11-23,2,1,1\n1,"x"\n2,""\n'
    assert rows(data, columns=("n", "v"), header=False, skip_lines=1) == [
        {"n": "1", "v": "x"},
        {"n": "2", "v": ""},
    ]


def test_a_refused_row_is_named_by_its_text_without_a_personal_number() -> None:
    (block,) = blocks(b"a,b\n621498320257\n")
    (record,) = refused_records(block.refused)
    assert record.raw == b"621498320257"
    assert record.key == f"sha256:{hashlib.sha256(b'*' * 12).hexdigest()[:16]}"
