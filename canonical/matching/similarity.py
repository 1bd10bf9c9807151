"""How alike two names are that are not equal: computed once for each pair of texts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from canonical.matching.coding import Flags

Distances = npt.NDArray[np.int32]


def distances(first: pl.Series, second: pl.Series) -> Distances:
    """Letters typed wrongly, left out, added or swapped between two texts, row by row."""
    if first.is_empty():
        return np.empty(0, dtype=np.int32)
    return np.asarray(
        cpdist(first.to_list(), second.to_list(), scorer=OSA.distance, dtype=np.int32, workers=2)
    )


def close(first: pl.Series, second: pl.Series) -> Flags:
    """Whether two texts may be one text with a typing mistake: one letter in five at most."""
    longer = np.maximum(
        first.str.len_chars().to_numpy().astype(np.int32),
        second.str.len_chars().to_numpy().astype(np.int32),
    )
    return distances(first, second) * 5 <= np.maximum(longer, 5)


def contains(first: pl.Series, second: pl.Series) -> Flags:
    """Whether one of two texts, of two letters at least, begins or ends the other."""
    frame = pl.DataFrame({"a": first, "b": second})
    a, b = pl.col("a"), pl.col("b")
    inside = b.str.starts_with(a) | b.str.ends_with(a) | a.str.starts_with(b) | a.str.ends_with(b)
    short = pl.min_horizontal(a.str.len_chars(), b.str.len_chars())
    return frame.select((inside & (short >= 2)).alias("x"))["x"].to_numpy()
