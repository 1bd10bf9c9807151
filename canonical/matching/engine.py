"""Everything over one set of members in memory: features in, edges out."""

from __future__ import annotations

import numpy as np
import polars as pl

from canonical.matching.blocking import key_arrays, pair_arrays
from canonical.matching.coding import Coded, Index, coded
from canonical.matching.comparison import as_frame, level_codes, weights
from canonical.matching.levels import OUTCOMES
from canonical.matching.model import Model
from canonical.matching.rules import judged, kept_apart

_AT_ONCE = 1 << 20
"""Pairs whose levels are held together."""


def edges(features: pl.DataFrame, model: Model) -> pl.DataFrame:
    """What is to be known of the compared pairs, as `kept` gives it."""
    members = coded(features)
    low, high = pair_arrays(*key_arrays(members, model), members, model)
    return kept(members, low, high, model)


def kept(members: Coded, low: Index, high: Index, model: Model) -> pl.DataFrame:
    """The pairs that are not simply different, and as `different` those that a rule keeps apart.

    The latter are what keeps a third member, which is like both, from bringing them together.

    Args:
        members: who is compared.
        low, high: positions of the pairs.
        model: the version that decides.

    Returns:
        The columns of `comparison.compare`, in the order of the pairs.
    """
    starts = range(0, max(len(low), 1), _AT_ONCE)
    parts = (slice(start, start + _AT_ONCE) for start in starts)
    return pl.concat([_kept(members, low[part], high[part], model) for part in parts])


def _kept(members: Coded, low: Index, high: Index, model: Model) -> pl.DataFrame:
    compared = level_codes(members, low, high, model)
    weight = weights(compared.codes, model)
    outcome = judged(compared, weight, model)
    told = (outcome != OUTCOMES.index("different")) | kept_apart(compared)
    rows = np.flatnonzero(told)
    return as_frame(compared.of(rows), weight[rows], outcome[rows])
