"""Rows of a driver as a Polars frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from polars._typing import PolarsDataType


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
