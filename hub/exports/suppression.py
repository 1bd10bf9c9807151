"""No published cell has fewer than k businesses: rows of smaller cells tell less, or nothing.

A cell is what rows have in common in all published columns. Rows whose cell is too small climb a
ladder: step by step one column is made coarser, then suppressed, and whoever then stands in a cell
that is large enough stays there. What is too small even at the top is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

SUPPRESSED = "suppressed"
K = 10


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a ladder: a column's values made coarser; suppressed where `wider` is None."""

    column: str
    wider: Mapping[str, str] | None = None

    def applied(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows after this step."""
        if self.wider is None:
            return frame.with_columns(pl.lit(SUPPRESSED).alias(self.column))
        return frame.with_columns(pl.col(self.column).replace(dict(self.wider)))


def hide(*columns: str) -> tuple[Step, ...]:
    """Steps that suppress these columns, one after the other."""
    return tuple(Step(column) for column in columns)


def suppressed(
    frame: pl.DataFrame, cell: Sequence[str], ladder: Sequence[Step], unit: str, k: int = K
) -> pl.DataFrame:
    """The rows, each in a cell of at least `k` different values of `unit`; others are left out.

    Args:
        cell: the columns that make a cell, as text.
        ladder: which of them are made coarser, the least important first.
    """
    left = frame
    settled = []
    for step in (None, *ladder):
        left = left if step is None else step.applied(left)
        enough = pl.col(unit).n_unique().over(cell) >= k
        settled.append(left.filter(enough))
        left = left.filter(~enough)
    return pl.concat(settled)
