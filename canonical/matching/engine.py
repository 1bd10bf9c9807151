"""Everything over one set of members in memory: features in, edges out."""

from __future__ import annotations

import numpy as np
import polars as pl

from canonical.matching.blocking import key_arrays, pair_arrays
from canonical.matching.coding import coded
from canonical.matching.comparison import as_frame, level_codes, weights
from canonical.matching.levels import OUTCOMES
from canonical.matching.model import Model
from canonical.matching.rules import judged


def edges(features: pl.DataFrame, model: Model) -> pl.DataFrame:
    """The compared pairs that are not simply different, as `comparison.compare` gives them."""
    members = coded(features)
    low, high = pair_arrays(*key_arrays(members, model), members, model)
    compared = level_codes(members, low, high, model)
    weight = weights(compared.codes, model)
    outcome = judged(compared, weight, model)
    kept = np.flatnonzero(outcome != OUTCOMES.index("different"))
    return as_frame(compared.of(kept), weight[kept], outcome[kept])
