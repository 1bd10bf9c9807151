"""Makes a model from members, without labels; with people's decisions it becomes a better one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from canonical.matching import blocking, hashing
from canonical.matching.coding import Coded, Index, coded
from canonical.matching.compared import Codes
from canonical.matching.comparison import level_codes, packed, probabilities
from canonical.matching.decided import corrected
from canonical.matching.hashing import EMPTY, Hashes
from canonical.matching.kinds import starting_kinds
from canonical.matching.levels import WHO
from canonical.matching.mixture import fitted
from canonical.matching.model import RARITIES, Model, Numbers, PairKind

_SAMPLE = 1_500_000
_RARITIES = ("name_core", "person_name", "email_domain")


def untrained() -> Model:
    """The model before it has seen a member."""
    return Model(kinds=starting_kinds())


def train(features: pl.DataFrame, decisions: pl.DataFrame | None = None) -> Model:
    """A model made from members and, where there are any, from decisions about pairs of them.

    Args:
        features: open members alone; the model holds frequencies of their names, as hashes.
        decisions: `low`, `high` and `verdict` (`same`, `different` or `related`); decisions
            about members that are not in `features` are left out.
    """
    members = coded(features)
    model = untrained().changed(frequent=_frequent(members))
    found, owners = blocking.key_arrays(members, model)
    model = model.changed(crowded=_crowded(found, model))
    found, owners = blocking.key_arrays(members, model)
    low, high = blocking.pair_arrays(found, owners, members, model)
    sample = _sampled(low, high, members)
    codes = level_codes(members, low[sample], high[sample], model).codes
    patterns, counts = _patterns(codes)
    scale = len(low) / max(int(sample.sum()), 1)
    model = model.changed(kinds=_learnt(model, patterns, counts * scale))
    model = corrected(model, members, decisions)
    return model.changed(
        **_cuts(model, patterns, counts * scale, len(members)),
        trained_on={"members": len(members), "pairs": len(low),
                    "decisions": 0 if decisions is None else decisions.height},
    )  # fmt: skip


def _frequent(members: Coded) -> dict[str, dict[int, int]]:
    """How many businesses of a million have a value, for values that are not rare.

    Businesses are told apart by their municipality: one that ten systems know counts once.
    """
    million = max(len(members), 1) / 1_000_000
    found = {}
    for column in _RARITIES:
        values = members.hashes[column]
        both = hashing.combined(0, values, members.hashes["municipality_code"])
        _, first = np.unique(both[both != EMPTY], return_index=True)
        distinct, counts = np.unique(values[both != EMPTY][first], return_counts=True)
        rates = np.rint((counts - 1) / million).astype(np.int64)
        often = (rates >= RARITIES[0]) & (counts > 1)
        found[column] = dict(
            zip(distinct[often].view(np.int64).tolist(), rates[often].tolist(), strict=True)
        )
    return found


def _crowded(found: Hashes, model: Model) -> frozenset[int]:
    values, counts = np.unique(found, return_counts=True)
    return frozenset(values[counts > model.cap].view(np.int64).tolist())


def _sampled(low: Index, high: Index, members: Coded) -> npt.NDArray[np.bool_]:
    """At most about `_SAMPLE` pairs, chosen by their ids."""
    if len(low) <= _SAMPLE:
        return np.ones(len(low), dtype=np.bool_)
    mixed = (members.ids[low] ^ (members.ids[high] * 31)).view(np.uint64)
    mixed *= np.uint64(0x9E3779B97F4A7C15)
    return mixed < np.uint64(int(_SAMPLE / len(low) * (1 << 64)))


def _patterns(codes: Codes) -> tuple[Codes, Numbers]:
    _, first, counts = np.unique(packed(codes), return_index=True, return_counts=True)
    return codes[first], counts.astype(np.float64)


def _learnt(model: Model, patterns: Codes, counts: Numbers) -> dict[str, tuple[PairKind, ...]]:
    """The kinds of pairs, those of organisations and those of individuals by themselves."""
    found = {}
    for number, who in enumerate(WHO):
        rows = patterns[:, -1] == number
        found[who] = fitted(model.kinds[who], patterns[rows], counts[rows])
    return found


def _cuts(model: Model, patterns: Codes, counts: Numbers, members: int) -> dict[str, float]:
    """Cuts by expectation: few of those taken as the same are wrong, and few are asked about."""
    chance = probabilities(model.evidence(patterns))
    order = np.argsort(-chance)
    chance, counts = chance[order], counts[order]
    wrong = np.cumsum((1 - chance) * counts) / np.cumsum(counts)
    taken = (wrong <= EXPECTED_WRONG) & (chance >= 0.5)
    same_at = float(chance[taken].min()) if taken.any() else 0.95
    asked = np.cumsum(np.where(chance < same_at, counts, 0.0))
    within = (chance < same_at) & (asked <= REVIEW_SHARE * members) & (chance >= 0.02)
    review_at = float(chance[within].min()) if within.any() else same_at
    return {"same_at": same_at, "review_at": review_at}


EXPECTED_WRONG = 0.016
"""Share of the pairs taken as the same that may be expected to be wrong."""
REVIEW_SHARE = 0.0045
"""Pairs for review for each member, at most."""
