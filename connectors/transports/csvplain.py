"""Rows of plain text as JSON texts: a row is a line, a cell is what stands between two delimiters.

Text is plain where it holds no quote and nothing that JSON writes as an escape. Then no reader of
CSV files is needed, nor one of JSON: names are put between the cells, in one native call.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

JSON = pl.struct(pl.all()).struct.json_encode().cast(pl.Binary)
"""Every row as a JSON object's text."""

_TEXT = "text"
_CELL = "field_{}"
"""What `split_exact` calls a cell."""

_MARKS = [bytes([code]) for code in (*range(0x20), *b'"\\') if code not in b"\r\n"]
"""What is not plain in a text; looking for one after the other takes less than one look for all."""


class PlainRows:
    """Reads the plain rows of one file: those with a cell for each of `names`, two at least."""

    def __init__(self, names: Sequence[str], delimiter: str) -> None:
        cells = [pl.col(_CELL.format(index)) for index in range(len(names))]
        beyond = pl.col(_CELL.format(len(names)))
        self._delimiter, self._width = delimiter, len(names)
        self._row = [
            _joined(names, [*cells[:-1], cells[-1].str.strip_suffix("\r")]).alias(_TEXT),
            cells[-1].is_null().any().alias("short"),
            beyond.is_not_null().any().alias("long"),
            cells[-1].str.ends_with("\r").sum().alias("returns"),
        ]

    def read(self, text: bytes) -> list[bytes] | None:
        """The rows of a text in UTF-8, each as one JSON object; None where one is not plain.

        They are the very bytes that `JSON` makes of the cells.
        """
        if any(mark in text for mark in _MARKS):
            return None
        whole = pl.Series([text], dtype=pl.Binary).cast(pl.String)
        lines = whole.str.split("\n").explode()
        if text.endswith(b"\n"):
            lines = lines.head(-1)
        cells = lines.str.split_exact(self._delimiter, self._width).struct.unnest()
        rows = cells.select(self._row)
        told = rows.row(0, named=True)
        if told["short"] or told["long"] or told["returns"] != text.count(b"\r"):
            return None
        return rows[_TEXT].to_list()


def _joined(names: Sequence[str], cells: Sequence[pl.Expr]) -> pl.Expr:
    """Cells between their names; null where a cell is."""
    before = [f',{_named(name)}:"' for name in names]
    before = [f"{{{before[0][1:]}", *(f'"{name}' for name in before[1:])]
    parts = [
        part for name, cell in zip(before, cells, strict=True) for part in (pl.lit(name), cell)
    ]
    return pl.concat_str([*parts, pl.lit('"}')]).cast(pl.Binary)


def _named(name: str) -> str:
    """A name as `JSON` writes it, in quotes."""
    text: str = pl.DataFrame({name: [""]}).select(JSON).item().decode()
    return text[1 : -len(':""}')]
