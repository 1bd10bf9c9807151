"""Source frames for tests, as the decoder makes them, from plain records."""

from __future__ import annotations

from typing import Any

import polars as pl

from base.records import ABSENT, ORDINAL, ROW, VALUE, SourceFrame


def source_frame(*records: dict[str, Any]) -> SourceFrame:
    """Records as nested dicts and lists become a root frame and child frames of text."""
    roots: list[dict[str, str | None]] = []
    children: dict[str, list[dict[str, Any]]] = {}
    for row, record in enumerate(records):
        flat: dict[str, str | None] = {}
        _flatten(record, "", flat, row, children)
        roots.append(flat)
    return SourceFrame(
        _frame([{ROW: row} | flat for row, flat in enumerate(roots)]),
        {path: _frame(elements) for path, elements in children.items()},
    )


def _flatten(
    record: dict[str, Any],
    prefix: str,
    flat: dict[str, str | None],
    row: int,
    children: dict[str, list[dict[str, Any]]],
) -> None:
    for name, value in record.items():
        path = prefix + name
        if isinstance(value, dict):
            _flatten(value, f"{path}.", flat, row, children)
        elif isinstance(value, list):
            for ordinal, element in enumerate(value):
                place = {ROW: row, ORDINAL: ordinal}
                inner = element if isinstance(element, dict) else {VALUE: element}
                leaves: dict[str, str | None] = {}
                _flatten(inner, "", leaves, row, children)
                children.setdefault(path, []).append(place | leaves)
        else:
            flat[path] = _text(value)


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    names = dict.fromkeys(name for row in rows for name in row)
    whole = {ROW: pl.UInt32, ORDINAL: pl.UInt32}
    columns = {
        name: pl.Series(
            name, [row.get(name, ABSENT) for row in rows], dtype=whole.get(name, pl.String)
        )
        for name in names
    }
    return pl.DataFrame(columns)
