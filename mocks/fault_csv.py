"""Faults in a CSV file: each takes the bytes of a good file and spoils them.

`record` names the row, `field` the column where a fault needs one. What a fault does not touch
keeps its value.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mocks.faults import Fault

FAR_FUTURE = "2099-01-01"

Table = list[list[str]]
Headers = list[tuple[bytes, bytes]]


def is_csv(start: MutableMapping[str, Any]) -> bool:
    """Whether an answer's head says that its body is a CSV file."""
    kinds = [value for name, value in start.get("headers", []) if name.lower() == b"content-type"]
    return any(kind.startswith(b"text/csv") for kind in kinds)


def _charset(body: bytes) -> str:
    if body.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    try:
        body.decode()
    except UnicodeDecodeError:
        return "cp932"
    return "utf-8"


def _rows(body: bytes) -> Table:
    text = body.decode(_charset(body))
    return list(csv.reader(io.StringIO(text, newline="")))


def _written(table: Table, charset: str) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(table)
    return text.getvalue().encode(charset)


def _on_table(change: Callable[[Table, Fault], None]) -> Callable[[bytes, Fault], bytes]:
    """Change the rows of a file, the header being the first."""

    def spoil(body: bytes, fault: Fault) -> bytes:
        table = _rows(body)
        if len(table) < 2:
            return body
        change(table, fault)
        return _written(table, _charset(body))

    return spoil


def _place(table: Table, fault: Fault) -> int:
    """The column that the fault names, by its number in a file without names; else the last."""
    field = str(fault.field)
    if field in table[0]:
        return table[0].index(field)
    return int(field) if field.isdecimal() else len(table[0]) - 1


def _row(table: Table, fault: Fault) -> list[str]:
    return table[1 + min(fault.record, len(table) - 2)]


def _gained(table: Table, fault: Fault) -> None:
    if not str(fault.field).isdecimal():  # else a file without names
        table[0].append(fault.field or "新しい列")
    for row in table[1:]:
        row.append("new" if fault.value is None else str(fault.value))


def _lost(table: Table, fault: Fault) -> None:
    place = _place(table, fault)
    for row in table:
        del row[place]


def _reordered(table: Table, fault: Fault) -> None:
    del fault
    for row in table:
        row.reverse()


def _more(table: Table, fault: Fault) -> None:
    _row(table, fault).append("one more")


def _less(table: Table, fault: Fault) -> None:
    _row(table, fault).pop()


def _nul(table: Table, fault: Fault) -> None:
    place = _place(table, fault)
    _row(table, fault)[place] += "\0"


def _keyless(table: Table, fault: Fault) -> None:
    _row(table, fault)[0] = ""


def _twice(table: Table, fault: Fault) -> None:
    place = _place(table, fault)
    again = list(_row(table, fault))
    again[place] = "later" if fault.value is None else str(fault.value)
    table.append(again)


def _changed(table: Table, fault: Fault) -> None:
    place = _place(table, fault)
    _row(table, fault)[place] = str(fault.value)


def _future(table: Table, fault: Fault) -> None:
    _row(table, fault)[_place(table, fault)] = str(fault.value or FAR_FUTURE)


def _withheld(table: Table, fault: Fault) -> None:
    """A row that is not shown (yet)."""
    del table[1 + min(fault.record, len(table) - 2)]


def _same_again(table: Table, fault: Fault) -> None:
    """The very same row once more."""
    table.append(list(_row(table, fault)))


def _emptied(table: Table, fault: Fault) -> None:
    """The column names alone: a file that says that everything is gone."""
    del fault
    del table[1:]


def _open_quote(body: bytes, fault: Fault) -> bytes:
    """A quote opens in the first cell of a row and is never closed."""
    lines = list(_records(body))
    place = 1 + min(fault.record, len(lines) - 2)
    lines[place] = b'"' + lines[place]
    return b"".join(lines)


def _records(body: bytes) -> Iterator[bytes]:
    """The rows of a file with their ends; a line end in quotes does not end one."""
    held = b""
    for line in io.BytesIO(body):  # at LF, which is never a part of a character
        held += line
        if held.count(b'"') % 2 == 0:
            yield held
            held = b""
    if held:
        yield held


def _mixed_line_ends(body: bytes, fault: Fault) -> bytes:
    """CR LF, LF and CR in turn, outside of quotes."""
    del fault
    ends = (b"\r\n", b"\n", b"\r")
    rows = [row.rstrip(b"\r\n") for row in _records(body)]
    return b"".join(row + ends[index % 3] for index, row in enumerate(rows))


def _other_charset(body: bytes, fault: Fault) -> bytes:
    """The file in the other character set than was agreed."""
    del fault
    charset = _charset(body)
    other = "utf-8" if charset == "cp932" else "cp932"
    return body.decode(charset).encode(other, "replace")


def _undecodable(body: bytes, fault: Fault) -> bytes:
    """Two bytes at the end of a row that are no character."""
    rows = list(_records(body))
    place = 1 + min(fault.record, len(rows) - 2)
    rows[place] = rows[place].rstrip(b"\r\n") + b"\x85\xff\r\n"
    return b"".join(rows)


def _half(body: bytes, fault: Fault) -> bytes:
    """Half of the file in an answer that is whole on the wire."""
    del fault
    return body[: len(body) // 2]


def replaced(start: MutableMapping[str, Any], body: bytes) -> bytes:
    """A file that is replaced while it is sent: the old version's marks and first half, then the
    new version's second half.
    """
    headers: Headers = start.get("headers", [])
    old = {b"etag": b'"the-version-before"', b"last-modified": b"Mon, 02 Jan 2023 00:00:00 GMT"}
    start["headers"] = [(name, old.get(name.lower(), value)) for name, value in headers]
    half = len(body) // 2
    return body[:half] + body[half + 41 :]


CSV_BODIES: dict[str, Callable[[bytes, Fault], bytes]] = {
    "wrong_encoding": _other_charset,
    "field_gained": _on_table(_gained),
    "field_lost": _on_table(_lost),
    "columns_reordered": _on_table(_reordered),
    "column_more": _on_table(_more),
    "column_less": _on_table(_less),
    "nul": _on_table(_nul),
    "key_missing": _on_table(_keyless),
    "duplicate_key_in_page": _on_table(_twice),
    "rows_gone": _on_table(_emptied),
    "field_changed": _on_table(_changed),
    "future_record": _on_table(_future),
    "record_withheld": _on_table(_withheld),
    "record_twice": _on_table(_same_again),
    "open_quote": _open_quote,
    "mixed_line_ends": _mixed_line_ends,
    "undecodable": _undecodable,
    "broken_csv": _half,
}


def bodies_of(
    start: MutableMapping[str, Any],
    others: Mapping[str, Callable[[bytes, Fault], bytes]],
) -> Mapping[str, Callable[[bytes, Fault], bytes]]:
    """The faults that an answer's body can have: those of CSV files, or else `others`."""
    return CSV_BODIES if is_csv(start) else others
