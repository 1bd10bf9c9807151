"""CSV records one by one, for the blocks that hold one which is not as it should be.

What a good record is follows Python's csv module in its strict mode. A record that is none is
refused with its bytes, and reading goes on behind it:

- a wrong number of columns: the record as its quotes delimit it
- a quote that never closes, or closes in the middle of a cell: that one line
- bytes that the character set does not know: the record
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field

from base.errors import Stage

LONGEST = 131_072
"""Bytes of a record with open quotes after which its quote counts as never closed."""

NEVER_CLOSED = ("unbalanced_quote", "a quote opens that is never closed")
MISPLACED = (
    "unbalanced_quote",
    "a quote closes in the middle of a cell, or one before it was not closed",
)
TOO_LONG = ("too_long", f"a cell is longer than {csv.field_size_limit()} characters")

_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_END_OF_FILE = "\x1a"
"""Ctrl-Z, with which programs of DOS days end a file."""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that cannot be read: the number of its first line, its text, and why.

    `raw` is the row in UTF-8; bytes that its character set does not know stand as `\\x` escapes.
    `cells` are what it holds, empty where its quotes do not tell.
    """

    line: int
    raw: bytes
    rule: str
    message: str
    stage: Stage = Stage.READ
    cells: tuple[str, ...] = ()


@dataclass(slots=True)
class Scanned:
    """The records found in some bytes: cells, the line of each, what was refused, where it ended.

    `consumed` bytes belong to them; what follows is a record whose end is not there yet. `lines`
    counts the line ends among the consumed bytes.
    """

    rows: list[list[str]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    consumed: int = 0
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Scanner:
    """Reads records one by one; `columns` is how many each must have, None for any number."""

    name: str
    codec: str
    delimiter: str
    columns: int | None

    def scan(self, data: bytes, line: int, *, whole: bool, most: int | None = None) -> Scanned:
        """Read the records of `data`.

        Args:
            line: number of its first line.
            whole: whether the file ends with `data`.
            most: read this many records only.
        """
        found = Scanned()
        while found.consumed < len(data):
            if most is not None and len(found.rows) + len(found.refused) >= most:
                break
            taken = self._record(data, found.consumed, whole)
            if taken is None:
                break
            raw = data[found.consumed : taken.end]
            self._place(found, taken, raw, line + found.lines)
            found.consumed = taken.end
            found.lines += taken.lines
        return found

    def _record(self, data: bytes, start: int, whole: bool) -> _Taken | None:
        """The record that begins at a place; None where its end is not there."""
        feed = _Feed(data, start, self.codec)
        try:
            cells = next(csv.reader(feed, delimiter=self.delimiter, strict=True), [])
            taken = _Taken(feed.end, feed.lines, cells, self._unknown() if feed.broken else None)
        except _StillOpen:
            if len(data) - start <= LONGEST and not whole:
                return None
            return _Taken(feed.first, 1, [], NEVER_CLOSED)
        except csv.Error as error:
            longer = "field larger" in str(error)
            one = TOO_LONG if longer and feed.lines == 1 else NEVER_CLOSED
            taken = _Taken(feed.first, 1, [], one if longer else MISPLACED)
        more = taken.end == len(data) and not whole and not data.endswith(b"\n")
        return None if more else taken

    def _unknown(self) -> tuple[str, str]:
        return "encoding", f"it holds bytes that are no {self.codec.upper()}"

    def _place(self, found: Scanned, taken: _Taken, raw: bytes, line: int) -> None:
        cells, fault = taken.cells, taken.fault
        if fault is None:
            if not cells or cells == [_END_OF_FILE]:
                return
            if self.columns is None or len(cells) == self.columns:
                found.rows.append(cells)
                found.numbers.append(line)
                return
            fault = ("columns", f"{len(cells)} columns where there must be {self.columns}")
        text = raw.decode(self.codec, "backslashreplace").rstrip("\r\n").encode()
        message = f"{self.name} line {line}: {fault[1]}"
        found.refused.append(RefusedRow(line, text, fault[0], message, cells=tuple(cells)))


@dataclass(frozen=True, slots=True)
class _Taken:
    """Where a record ends, how many lines it has, its cells, and what is wrong with it."""

    end: int
    lines: int
    cells: list[str]
    fault: tuple[str, str] | None = None


class _StillOpen(Exception):
    """A quote is open at the end of what there is, or for longer than `LONGEST`."""


@dataclass(slots=True)
class _Feed:
    """Hands the csv module one physical line (CR LF, LF or CR) after the other."""

    data: bytes
    start: int
    codec: str
    end: int = 0
    first: int = 0
    lines: int = 0
    broken: bool = False

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        at = self.end or self.start
        if at == len(self.data) or at - self.start > LONGEST:
            raise _StillOpen
        match = _LINE.match(self.data, at)
        assert match is not None  # noqa: S101
        self.end, self.lines = match.end(), self.lines + 1
        self.first = self.first or self.end
        try:
            return match[0].decode(self.codec)
        except UnicodeDecodeError:
            self.broken = True
            return match[0].decode(self.codec, "backslashreplace")
