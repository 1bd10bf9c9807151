"""Rows of a driver as Polars frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from polars._typing import PolarsDataType

_AT_ONCE = 500


def framed(rows: Sequence[Sequence[Any]], schema: Mapping[str, PolarsDataType]) -> pl.DataFrame:
    """The rows with these columns in order; column by column, which is what Polars does fast."""
    if not rows:
        return pl.DataFrame(schema=schema)
    columns = zip(*rows, strict=True)
    return pl.DataFrame(
        [
            pl.Series(name, column, dtype=kind)
            for (name, kind), column in zip(schema.items(), columns, strict=True)
        ]
    )


def fetched(cursor: Any, schema: Mapping[str, PolarsDataType]) -> pl.DataFrame:
    """The result of a driver's cursor with these columns in order.

    Rows are taken few at a time, so that none lives long enough to set off the garbage collector:
    it would go through everything the process holds, and take longer than the database.
    """
    columns: list[list[Any]] = [[] for _ in schema]
    while rows := cursor.fetchmany(_AT_ONCE):
        for column, values in zip(columns, zip(*rows, strict=True), strict=True):
            column.extend(values)
    return pl.DataFrame(
        [
            pl.Series(name, column, dtype=kind)
            for (name, kind), column in zip(schema.items(), columns, strict=True)
        ]
    )
