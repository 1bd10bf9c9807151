"""Pairs of members with the level that each comparison reached."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from canonical.matching.coding import Coded, Flags, Index
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
