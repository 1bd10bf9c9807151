"""How alike two names are that are not equal: computed once for each pair of texts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from canonical.matching.coding import Flags

_NO_NUMBER = "[^0-9〇一二三四五六七八九十百]"

_LATIN = "^[0-9A-Z]+$"

Distances = npt.NDArray[np.int32]


def distances(first: pl.Series, second: pl.Series) -> Distances:
    """Letters typed wrongly, left out, added or swapped between two texts, row by row."""
    if first.is_empty():
        return np.empty(0, dtype=np.int32)
    return np.asarray(
        cpdist(first.to_list(), second.to_list(), scorer=OSA.distance, dtype=np.int32, workers=2)
    )


def close(first: pl.Series, second: pl.Series) -> Flags:
    """Whether two names may be one with a typing mistake: one letter in five at most.

    A name of three letters, or of six Latin ones, is another name with one letter changed; and
    numbers are no mistakes: 第一 and 第二, 1号 and 2号 are two.
    """
    frame = pl.DataFrame({"a": first, "b": second})
    longer = pl.max_horizontal(pl.col("a", "b").str.len_chars())
    latin = pl.any_horizontal(pl.col("a", "b").str.contains(_LATIN))
    bare = [pl.col(name).str.replace_all(_NO_NUMBER, "") for name in ("a", "b")]
    told = frame.select(
        may=(longer >= pl.when(latin).then(7).otherwise(4)) & (bare[0] == bare[1]),
        most=longer.clip(5) // 5,
    )
    alike: Flags = distances(first, second) <= told["most"].to_numpy()
    alike &= told["may"].to_numpy()
    return alike


def contains(first: pl.Series, second: pl.Series) -> Flags:
    """Whether one of two texts, of two letters at least, begins or ends the other."""
    frame = pl.DataFrame({"a": first, "b": second})
    a, b = pl.col("a"), pl.col("b")
    inside = b.str.starts_with(a) | b.str.ends_with(a) | a.str.starts_with(b) | a.str.ends_with(b)
    short = pl.min_horizontal(a.str.len_chars(), b.str.len_chars())
    return frame.select((inside & (short >= 2)).alias("x"))["x"].to_numpy()
