"""Rows of a driver as Polars frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl
from polars._typing import PolarsDataType

from canonical.model import ColumnType

_AT_ONCE = 500


TYPES: dict[ColumnType, PolarsDataType] = {
    ColumnType.TEXT: pl.String(),
    ColumnType.BIGINT: pl.Int64(),
    ColumnType.INTEGER: pl.Int32(),
    ColumnType.DATE: pl.Date(),
    ColumnType.INSTANT: pl.Datetime("us", "UTC"),
    ColumnType.BOOLEAN: pl.Boolean(),
}
"""How a frame holds the values of the model's columns."""


def framed(rows: Sequence[Sequence[Any]], schema: Mapping[str, PolarsDataType]) -> pl.DataFrame:
    """The rows with these columns in order; column by column, which is what Polars does fast."""
    if not rows:
        return pl.DataFrame(schema=schema)
    return _frame(zip(*rows, strict=True), schema)


def fetched(cursor: Any, schema: Mapping[str, PolarsDataType]) -> pl.DataFrame:
    """The result of a driver's cursor with these columns in order.

    Rows are taken few at a time, so that none lives long enough to set off the garbage collector:
    it would go through everything the process holds, and take longer than the database.
    """
    columns: list[list[Any]] = [[] for _ in schema]
    while rows := cursor.fetchmany(_AT_ONCE):
        for column, values in zip(columns, zip(*rows, strict=True), strict=True):
            column.extend(values)
    return _frame(columns, schema)


def _frame(columns: Iterable[Sequence[Any]], schema: Mapping[str, PolarsDataType]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            _series(name, column, kind)
            for (name, kind), column in zip(schema.items(), columns, strict=True)
        ]
    )


def _series(name: str, values: Sequence[Any], kind: PolarsDataType) -> pl.Series:
    """A column; SQLite's driver gives days and instants as text, and 0 or 1 for a truth."""
    found = next((value for value in values if value is not None), None)
    if isinstance(found, str) and kind == pl.Date:
        return pl.Series(name, values, dtype=pl.String).str.to_date("%Y-%m-%d")
    if isinstance(found, str) and isinstance(kind, pl.Datetime):
        texts = pl.Series(name, values, dtype=pl.String)
        return texts.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", time_zone="UTC")
    if type(found) is int and kind == pl.Boolean:
        return pl.Series(name, values, dtype=pl.Int64).cast(pl.Boolean)
    return pl.Series(name, values, dtype=kind)
