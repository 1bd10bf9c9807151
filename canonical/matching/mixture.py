"""Expectation maximisation over kinds of pairs, without or with decisions.

A pair's levels are independent within its kind (Fellegi and Sunter 1969; Winkler 1988 for
learning without labels). Pairs with the same levels are counted once, so a round costs as many
steps as there are different patterns. What the starting figures say counts as some pairs of each
kind: a kind of which there are few keeps its meaning. The kinds that are the same differ from one
another in what a move changes alone.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from canonical.matching.levels import COMPARISONS
from canonical.matching.model import Numbers, PairKind

Codes = npt.NDArray[np.int8]


_OF_A_MOVE = frozenset({"place", "phone"})
"""What changes when a business moves; all else is alike in every kind that is the same."""


def fitted(
    start: tuple[PairKind, ...],
    codes: Codes,
    counts: Numbers,
    *,
    prior: float = 200.0,
    rounds: int = 200,
    tolerance: float = 1e-5,
) -> tuple[PairKind, ...]:
    """Kinds of pairs as the patterns show them.

    Args:
        start: where to begin, and what `prior` pairs of each kind are taken to have shown.
        codes: different rows of level numbers.
        counts: how many pairs have each row.
        prior: pairs that the starting figures of each kind count as.
        rounds: most rounds.
        tolerance: ends when the log likelihood per pair rises by less.
    """
    shares = np.array([kind.share for kind in start])
    same = np.array([kind.same for kind in start])
    tables = [
        np.stack([np.append(kind.levels[comparison.name], 1.0) for kind in start])
        for comparison in COMPARISONS
    ]
    first = [table.copy() for table in tables]
    last, total = -np.inf, counts.sum()
    if not total:
        return start
    for _ in range(rounds):
        logs = np.log(shares)[:, None] + sum(
            np.log(table[:, codes[:, place]]) for place, table in enumerate(tables)
        )
        top = logs.max(axis=0)
        whole = np.exp(logs - top)
        sums = whole.sum(axis=0)
        likelihood = float(((np.log(sums) + top) * counts).sum() / total)
        belongs = whole / sums * counts
        shares = (belongs.sum(axis=1) + prior * shares) / (total + prior)
        tables = [
            _shares_of_levels(
                _pooled(belongs, same) if comparison.name not in _OF_A_MOVE else belongs,
                codes[:, place],
                first[place],
                prior,
            )
            for place, comparison in enumerate(COMPARISONS)
        ]
        if likelihood - last < tolerance:
            break
        last = likelihood
    return tuple(
        PairKind(
            kind.name, kind.same, float(shares[row]),
            {
                comparison.name: tuple(float(share) for share in tables[place][row, :-1])
                for place, comparison in enumerate(COMPARISONS)
            },
        )
        for row, kind in enumerate(start)
    )  # fmt: skip


def _pooled(belongs: Numbers, same: npt.NDArray[np.bool_]) -> Numbers:
    """All kinds that are the same count together: none of them can turn into another thing."""
    pooled = belongs.copy()
    pooled[same] = belongs[same].sum(axis=0)
    return pooled


def _shares_of_levels(
    belongs: Numbers, levels: npt.NDArray[np.int8], first: Numbers, prior: float
) -> Numbers:
    known = first.shape[1] - 1
    sums = np.stack([np.bincount(levels, weights=row, minlength=known + 1) for row in belongs])
    table = sums[:, :known] + prior * first[:, :known]
    return np.concatenate(
        (table / table.sum(axis=1, keepdims=True), np.ones((len(first), 1))), axis=1
    )
