"""Why two members are the same, or are not: each comparison with what it weighs."""

from __future__ import annotations

import numpy as np
import polars as pl

from canonical.matching.coding import coded
from canonical.matching.comparison import compare, level_codes
from canonical.matching.levels import COMPARISONS
from canonical.matching.model import Model


def explain(a: int, b: int, features: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Each comparison of two members, in its order.

    Returns:
        `comparison`, `label` (Japanese), `value_a`, `value_b` (the compared features joined by
        spaces: personal values, to be masked before they are shown), `level` and `weight`: by how
        many bits the odds change when this comparison is not known.
    """
    low, high = min(a, b), max(a, b)
    pair = pl.DataFrame({"low": [low], "high": [high]}, schema={"low": pl.Int64, "high": pl.Int64})
    both = features.filter(pl.col("member_id").is_in([low, high]))
    members = coded(both)
    one, other = members.positions(pair["low"]), members.positions(pair["high"])
    codes = level_codes(members, one, other, model).codes
    whole = model.evidence(codes)[0]
    rows = []
    for place, comparison in enumerate(COMPARISONS):
        without = codes.copy()
        without[:, place] = comparison.unknown
        rows.append(
            {
                "comparison": comparison.name,
                "label": comparison.ja,
                "value_a": _value(both, a, comparison.features),
                "value_b": _value(both, b, comparison.features),
                "level": comparison.levels[codes[0, place]],
                "weight": float(np.round(whole - model.evidence(without)[0], 3)),
            }
        )
    return pl.DataFrame(rows)


def verdict(a: int, b: int, features: pl.DataFrame, model: Model) -> pl.DataFrame:
    """The one row of `comparison.compare` for two members."""
    pair = pl.DataFrame({"low": [min(a, b)], "high": [max(a, b)]})
    return compare(pair, features.filter(pl.col("member_id").is_in([a, b])), model)


def _value(features: pl.DataFrame, member: int, columns: tuple[str, ...]) -> str:
    row = features.row(by_predicate=pl.col("member_id") == member, named=True)
    return " ".join(str(row[column]) for column in columns if row[column] is not None)
