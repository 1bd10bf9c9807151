"""What people decided about pairs corrects the model: a logistic regression over its levels.

The regression starts from the model's own log odds, and every correction is held near nothing by
a normal prior, so a handful of decisions changes little. Decisions are mostly about doubtful
pairs; as the regression is conditional on the levels, that does not bias it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from canonical.matching.coding import Coded
from canonical.matching.compared import Codes
from canonical.matching.comparison import level_codes
from canonical.matching.levels import COMPARISONS
from canonical.matching.model import Model, Numbers

_SPREADS = {"slope": 0.1, "intercept": 1.0, "correction": 0.7}
"""Standard deviations of the prior: of the slope, and in bits of the others."""
_ROUNDS = 50
_MOST = 8.0
"""Bits beyond which a decision against the model is taken as no more surprising: somebody erred."""


def corrected(model: Model, members: Coded, decisions: pl.DataFrame | None) -> Model:
    """The model with corrections that fit the decisions; without decisions, the model itself.

    Args:
        model: without corrections.
        members: decisions about others are left out.
        decisions: `low`, `high`, `verdict`; a pair that is `related` is not the same.
    """
    told = _known(members, decisions)
    if told is None or told.is_empty():
        return model
    low, high = members.positions(told["low"]), members.positions(told["high"])
    codes = level_codes(members, low, high, model).codes
    same = (told["verdict"] == "same").to_numpy().astype(np.float64)
    found = _fitted(model.evidence(codes).clip(-_MOST, _MOST) * np.log(2), _indicators(codes), same)
    corrections = found[2:] / np.log(2)
    sizes = [len(comparison.levels) - 1 for comparison in COMPARISONS]
    parts = np.split(corrections, np.cumsum(sizes)[:-1])
    return model.changed(
        slope=round(float(found[0]), 6),
        intercept=round(float(found[1] / np.log(2)), 6),
        corrections={
            comparison.name: tuple(round(float(value), 6) for value in part)
            for comparison, part in zip(COMPARISONS, parts, strict=True)
        },
    )


def _known(members: Coded, decisions: pl.DataFrame | None) -> pl.DataFrame | None:
    if decisions is None:
        return None
    ids = pl.Series(members.ids)
    known = pl.col("low").is_in(ids.implode()) & pl.col("high").is_in(ids.implode())
    return decisions.filter(known).sort("low", "high")


def _indicators(codes: Codes) -> npt.NDArray[np.float64]:
    """A column for each level but `unknown`, 1 where the comparison reached it."""
    columns = [
        codes[:, place] == level
        for place, comparison in enumerate(COMPARISONS)
        for level in range(comparison.unknown)
    ]
    return np.stack(columns, axis=1).astype(np.float64)


def _fitted(odds: Numbers, levels: npt.NDArray[np.float64], same: Numbers) -> Numbers:
    """Slope, intercept and corrections (natural log odds) by Newton's method."""
    design = np.column_stack((odds, np.ones(len(odds)), levels))
    centre = np.zeros(design.shape[1])
    centre[0] = 1.0
    bits = np.log(2)
    spread = np.full(design.shape[1], _SPREADS["correction"] * bits)
    spread[:2] = _SPREADS["slope"], _SPREADS["intercept"] * bits
    held = np.diag(1 / spread**2)
    found = centre.copy()

    def loss(at: Numbers) -> float:
        odds = design @ at
        held_by = ((at - centre) ** 2 / spread**2).sum() / 2
        return float((np.logaddexp(0, odds) - same * odds).sum() + held_by)

    for _ in range(_ROUNDS):
        chance = 1 / (1 + np.exp(-(design @ found).clip(-40, 40)))
        slope = design.T @ (same - chance) - held @ (found - centre)
        curve = (design * (chance * (1 - chance))[:, None]).T @ design + held
        step = np.linalg.solve(curve, slope)
        while loss(found + step) > loss(found) and np.abs(step).max() > 1e-8:
            step /= 2
        found = found + step
        if np.abs(step).max() < 1e-6:
            break
    return found
