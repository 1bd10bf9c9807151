"""Pairs of members with the level that each comparison reached."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from canonical.matching.coding import Coded, Flags, Index
from canonical.matching.hashing import EMPTY, Hashes
from canonical.matching.levels import BY_NAME, NAMES

Codes = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Compared:
    """Pairs as positions of members, and a row of the numbers of levels for each.

    The columns of `codes` are those of `levels.COMPARISONS`, and `levels.WHO` behind them.
    """

    members: Coded
    low: Index
    high: Index
    codes: Codes

    def __len__(self) -> int:
        return len(self.low)

    def of(self, rows: Index | Flags) -> Compared:
        """Some of the pairs."""
        return Compared(self.members, self.low[rows], self.high[rows], self.codes[rows])

    def at(self, name: str, *levels: str) -> Flags:
        """Where a comparison reached one of these levels."""
        comparison = BY_NAME[name]
        reached = np.zeros(len(comparison.levels), dtype=np.bool_)
        reached[[comparison.code(level) for level in levels]] = True
        found: Flags = reached[self.codes[:, NAMES.index(name)]]
        return found


def known(column: Hashes, low: Index, high: Index) -> tuple[Flags, Flags]:
    """Where both have a value, and where it is the same one."""
    one, other = column[low], column[high]
    both = (one != EMPTY) & (other != EMPTY)
    return both, both & (one == other)


def filled(name: str, count: int) -> Codes:
    """The level `unknown` of a comparison for so many pairs."""
    return np.full(count, BY_NAME[name].unknown, dtype=np.int8)


def distinct_texts(
    members: Coded, column: str, low: Index, high: Index, where: Flags
) -> tuple[pl.Series, pl.Series, Index]:
    """The different pairs of texts among some rows, and to which of them each row belongs."""
    hashes = members.hashes[column]
    one, other = hashes[low[where]], hashes[high[where]]
    swap = one > other
    first, second = np.where(swap, high[where], low[where]), np.where(swap, low[where], high[where])
    packed = np.minimum(one, other) * np.uint64(0x9E3779B97F4A7C15) ^ np.maximum(one, other)
    _, at, inverse = np.unique(packed, return_index=True, return_inverse=True)
    texts = members.texts[column]
    return texts.gather(first[at]), texts.gather(second[at]), inverse
