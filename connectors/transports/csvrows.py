"""CSV as JSON texts: one object a row, named by the file's header, values as text as received.

A file is read in blocks that end where a row ends. A block in which every row is as it should be
(RFC 4180, any line end) is turned into JSON without a Python object for any value; any other block
is read again row by row (`connectors.transports.csvtolerant`), so that the good rows of it are not
lost. Which way a row came cannot be seen in its JSON text.

A cell that is empty is `""`, quoted or not. Private-use characters (外字, CP932 F040 to F9FC) are
kept. A NUL is kept, too: the decoder refuses the field that holds it, whatever the protocol.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import re
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO

import polars as pl

from base.errors import ContractError
from base.personal_number import guard_record
from base.records import RefusedRecord
from connectors.keys import LONGEST as LONGEST_KEY
from connectors.transports.csvcharset import charset_of
from connectors.transports.csvplain import JSON, PlainRows
from connectors.transports.csvtolerant import LONGEST, RefusedRow, Scanner

__all__ = ["BLOCK_BYTES", "CsvLayout", "RefusedRow", "RowBlock", "read_rows", "refused_records"]

BLOCK_BYTES = 1 << 19
PIECE = 1 << 17
"""Bytes decoded at once."""

LONGEST_LINE = 8 << 20
"""Bytes without a line end after which a file is no CSV file."""

NOT_IN_ORDER = (
    pl.exceptions.ComputeError,
    pl.exceptions.NoDataError,
    pl.exceptions.SchemaError,
)
"""What Polars raises of a text whose rows it cannot read."""

AHEAD = 2
"""Blocks that are begun while one is waited for."""

HASHED = "sha256:"
"""Begins the name of a refused row whose key is unknown."""

UNNAMED = "#"
"""Begins the name of a column whose header is empty: `#3`."""


@dataclass(frozen=True, slots=True)
class CsvLayout:
    """How a file is written.

    Args:
        columns: the contract's columns: the names where the file has no header; else those of
            which its header must have at least one.
        encoding: a Python codec (`utf-8` with or without a byte order mark, `cp932`), or `auto`
            for whichever of these two it is.
        header: whether the first row names the columns.
        skip_lines: lines before the header, or before the first row.
    """

    columns: tuple[str, ...] = ()
    encoding: str = "auto"
    header: bool = True
    delimiter: str = ","
    skip_lines: int = 0


@dataclass(slots=True)
class RowBlock:
    """Rows that stand together in a file.

    `raws` holds one JSON object text a row, `lines` the number of each row's first line (from 1),
    `names` the columns.
    `end` is the byte at which the next block begins, `line` the number of its first line; `last`
    says that there is none.
    """

    raws: list[bytes] = field(default_factory=list)
    lines: Sequence[int] = ()
    refused: list[RefusedRow] = field(default_factory=list)
    end: int = 0
    line: int = 1
    last: bool = False
    names: Sequence[str] = ()


def read_rows(
    stream: BinaryIO,
    layout: CsvLayout,
    *,
    name: str = "the file",
    offset: int = 0,
    line: int = 1,
    block_bytes: int = BLOCK_BYTES,
) -> Iterator[RowBlock]:
    """The rows of a file, block by block; at least one block, and the last one is marked.

    Args:
        stream: seekable (a spooled temporary file, `io.BytesIO`).
        name: the file's name, for messages.
        offset: `end` of the block after which to go on, 0 for the first row; `line` is its `line`.
        block_bytes: bytes of a block, about; memory is bounded by a few times as many.

    Raises:
        ContractError: the file is not written as `layout` says: another character set, no row of
            column names, names that are not the contract's, no lines.
    """
    codec, bom = charset_of(stream, layout.encoding, name)
    reader = _Reader(stream, layout, name, codec, block_bytes)
    start = reader.open(bom)
    if offset:
        start = (offset, line)
    yield from reader.blocks(*start)


def refused_records(
    refused: Sequence[RefusedRow],
    identifiers: frozenset[str] = frozenset(),
    *,
    names: Sequence[str] = (),
    key: str = "",
) -> list[RefusedRecord]:
    """Rows that could not be read, as records for the quarantine.

    A row is named by the cell of the column `key` where there is no doubt which one that is, else
    by a hash of its text, taken without the 個人番号 that it may hold (`HASHED` begins it).
    """
    made = []
    for row in refused:
        masked, paths = guard_record(row.raw, identifiers)
        found = None if paths else _key_of(row, names, key)
        name = found or f"{HASHED}{hashlib.sha256(masked).hexdigest()[:16]}"
        made.append(RefusedRecord(name, row.raw, row.stage, row.rule, row.message))
    return made


def _key_of(row: RefusedRow, names: Sequence[str], key: str) -> str | None:
    """The key of a refused row: in its first cell, or in any where it has all of them."""
    if key not in names or not row.cells:
        return None
    place = names.index(key)
    if place and len(row.cells) != len(names):
        return None
    found = row.cells[place]
    known = found.isprintable() and "\\x" not in found and 0 < len(found) <= LONGEST_KEY
    return found if known else None


class _Reader:
    """Reads one file."""

    def __init__(
        self, stream: BinaryIO, layout: CsvLayout, name: str, codec: str, block_bytes: int
    ) -> None:
        self._stream = stream
        self._layout = layout
        self._name = name
        self._codec = codec
        self._block = block_bytes
        self._names: list[str] = list(layout.columns)
        self._plain: PlainRows | None = None

    def open(self, bom: int) -> tuple[int, int]:
        """Read what stands before the first row; gives the row's offset and line."""
        self._stream.seek(bom)
        offset, line = bom, 1
        for _ in range(self._layout.skip_lines):
            skipped = self._stream.readline(LONGEST_LINE)
            offset, line = offset + len(skipped), line + 1
        if not self._layout.header:
            return offset, line
        scanner = Scanner(self._name, self._codec, self._layout.delimiter, None)
        head = self._stream.read(LONGEST)
        found = scanner.scan(head, line, whole=len(head) < LONGEST, most=1)
        if not found.rows:
            raise ContractError(
                f"{self._name} has no row of column names",
                remedy="An empty or broken file says nothing, nor that records are gone",
            )
        self._names = self._checked(found.rows[0])
        return offset + found.consumed, line + found.lines

    def _checked(self, header: list[str]) -> list[str]:
        """The names of the header's columns.

        Raises:
            ContractError: it names a column twice, or none of the contract's.
        """
        names = [name or f"{UNNAMED}{index}" for index, name in enumerate(header, start=1)]
        if self._layout.columns and not {*names} & {*self._layout.columns}:
            raise ContractError(
                f"the first row of {self._name} has none of the contract's"
                f" {len(self._layout.columns)} columns",
                remedy="It may be another file, or a web page; compare it with the contract",
            )
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            shown = (
                repr(twice)
                if twice in self._layout.columns
                else "one that is none of the contract's"
            )
            raise ContractError(
                f"the header of {self._name} names {shown} twice",
                remedy="Which of them counts is not said: compare the file with the contract",
            )
        return names

    def blocks(self, offset: int, line: int) -> Iterator[RowBlock]:
        """The blocks from a place on; the next ones are decoded while one becomes JSON.

        The decoding keeps the interpreter to itself, the rest needs it hardly at all.
        """
        if len(self._names) > 1:
            self._plain = PlainRows(self._names, self._layout.delimiter)
        with ThreadPoolExecutor(AHEAD, "csv") as pool:
            ahead: deque[tuple[_Chunk, Future[RowBlock | None]]] = deque()
            while True:
                while len(ahead) <= AHEAD and not (ahead and ahead[-1][0].whole):
                    chunk = self._chunk(offset, line)
                    ahead.append((chunk, pool.submit(self._quick, chunk)))
                    offset, line = chunk.end, chunk.next_line
                chunk, begun = ahead.popleft()
                block = begun.result() or self._tolerant(chunk)
                block.names = self._names
                if (block.end, block.line) != (chunk.end, chunk.next_line):
                    ahead.clear()  # they do not begin where this block ends
                    offset, line = block.end, block.line
                if block.raws or block.refused or block.last:
                    yield block
                if block.last:
                    return

    def _chunk(self, offset: int, line: int) -> _Chunk:
        """The bytes from a place on, as text up to the end of the last row."""
        self._stream.seek(offset)
        data = self._stream.read(self._block)
        whole, quoted = len(data) < self._block, b'"' in data
        end = len(data) if whole else _end_of_rows(data, quoted)
        text = None
        if not quoted or data.count(b"\r", 0, end) == data.count(b"\r\n", 0, end):
            with suppress(UnicodeDecodeError):
                text = _in_utf8(memoryview(data)[:end], self._codec)
        feeds = data.count(b"\n", 0, end)
        return _Chunk(offset, line, data, offset + end, text, whole, feeds, quoted)

    def _tolerant(self, chunk: _Chunk) -> RowBlock:
        """The rows of a chunk, one by one; more is read where a row goes beyond it."""
        scanner = Scanner(self._name, self._codec, self._layout.delimiter, len(self._names))
        data, whole = chunk.data, chunk.whole
        while True:
            found = scanner.scan(data, chunk.line, whole=whole)
            if found.consumed or whole:
                break
            if len(data) >= LONGEST_LINE:
                raise self._no_lines(chunk.line)
            self._stream.seek(chunk.offset)
            wanted = 2 * len(data)
            data = self._stream.read(wanted)
            whole = len(data) < wanted
        columns = list(zip(*found.rows, strict=True)) or [() for _ in self._names]
        named = zip(self._names, columns, strict=True)
        frame = pl.DataFrame([pl.Series(name, cells, dtype=pl.String) for name, cells in named])
        return RowBlock(
            frame.select(JSON).to_series().to_list(),
            found.numbers,
            found.refused,
            end=chunk.offset + found.consumed,
            line=chunk.line + found.lines,
            last=whole and found.consumed == len(data),
        )

    def _quick(self, chunk: _Chunk) -> RowBlock | None:
        """The rows of a chunk that is in order; None where one of them is not.

        Polars fills a short row up with empty cells, takes an empty line for a row, drops an empty
        cell too many, and reads quotes leniently: so nothing is left to it but what is sound.
        """
        if not chunk.text:
            return None
        numbers: Sequence[int] = range(chunk.line, chunk.line + chunk.line_ends + 1)
        plain = None if chunk.quoted else self._plain
        texts = plain.read(chunk.text) if plain else None
        if texts is None:
            if not self._is_sound(chunk.text):
                return None
            cells = self._cells(chunk.text)
            try:
                texts = cells.select(JSON).collect().to_series().to_list()
            except NOT_IN_ORDER:
                return None
            if chunk.line_ends not in (len(texts), len(texts) - 1):
                feeds = pl.sum_horizontal(pl.all().str.count_matches("\n"))
                before = (cells.select(feeds).collect().to_series() + 1).cum_sum()
                numbers = (before.shift(1, fill_value=0) + chunk.line).to_list()
        return RowBlock(texts, numbers[: len(texts)], [], chunk.end, chunk.next_line, chunk.whole)

    def _cells(self, text: bytes) -> pl.LazyFrame:
        return pl.scan_csv(
            io.BytesIO(text),
            has_header=False,
            schema=dict.fromkeys(self._names, pl.String),
            separator=self._layout.delimiter,
            quote_char='"' if b'"' in text else None,
            empty_string_is_null=False,
            extra_columns="raise",
        )

    def _is_sound(self, text: bytes) -> bool:
        """Whether quotes enclose whole cells only, and every row has all columns."""
        delimiter = re.escape(self._layout.delimiter)
        cell = rf'(?:"(?:[^"]|"")*"|[^"\r\n{delimiter}]*)'
        row = rf"{cell}(?:{delimiter}{cell}){{{len(self._names) - 1}}}"
        blank = text[:1] in b"\r\n\x1a" or b"\n\n" in text or b"\n\r" in text
        if len(self._names) == 1 and blank:
            return False
        whole = pl.Series([text], dtype=pl.Binary).cast(pl.String)
        sound = whole.str.contains(rf"\A{row}(?:\r?\n{row})*(?:\r?\n)?\z")
        return bool(sound[0])

    def _no_lines(self, line: int) -> ContractError:
        return ContractError(
            f"{self._name} has no line end for {LONGEST_LINE} bytes from line {line} on",
            remedy="It is no CSV file; look at it, and ask the system's owner",
        )


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A piece of the file: its bytes, and the whole rows among them in UTF-8, up to the byte `end`.

    `text` is None where they do not decode, or lines end in a CR alone. `whole` says that the file
    ends here, `quoted` that there are quotes.
    """

    offset: int
    line: int
    data: bytes
    end: int
    text: bytes | None
    whole: bool
    line_ends: int
    quoted: bool

    @property
    def next_line(self) -> int:
        """Number of the line after the rows."""
        return self.line + self.line_ends


def _in_utf8(data: memoryview, codec: str) -> bytes:
    """A text in UTF-8, decoded piece by piece: they stay in the processor's cache.

    Raises:
        UnicodeDecodeError: it is not written in this codec.
    """
    decode = codecs.getincrementaldecoder(codec)("strict").decode
    pieces = [data[start : start + PIECE] for start in range(0, len(data), PIECE)]
    made = [decode(piece).encode() for piece in pieces]
    decode(b"", final=True)
    return b"".join(made)


def _end_of_rows(data: bytes, quoted: bool) -> int:
    """The end of the last row in a text that may break off: a line end outside of quotes."""
    end = data.rfind(b"\n") + 1
    quotes = data.count(b'"', 0, end) if quoted else 0
    while quotes % 2:
        before = data.rfind(b"\n", 0, end - 1) + 1
        quotes -= data.count(b'"', before, end)
        end = before
    return end
