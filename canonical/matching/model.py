"""A version of the model: how likely each level of each comparison is, and where the cuts are.

Pairs come in kinds. The same business may be written down twice (`restated`) or have moved or
changed its name in between; two businesses may be strangers, namesakes, or neighbours: relatives
at one address, a company and its head's other company. Within one kind the comparisons are
independent; over all of them they are not, which is what makes relatives at one address look like
one person to a model that knows two kinds only.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from base.errors import StoreError
from canonical.matching.coding import Flags
from canonical.matching.hashing import Hashes
from canonical.matching.levels import COMPARISONS, WHO

Numbers = npt.NDArray[np.float64]

FORMAT = 3
"""Goes up when features, comparisons, levels or blocking rules change their meaning."""


@dataclass(frozen=True, slots=True)
class PairKind:
    """One way in which two members come to share a key.

    `levels` holds, for each comparison, the probability of each level but `unknown` (their sum
    is 1); `share` is the kind's share of all pairs that are compared.
    """

    name: str
    same: bool
    share: float
    levels: dict[str, tuple[float, ...]]

    @classmethod
    def from_json(cls, kind: dict[str, Any]) -> PairKind:
        """The kind that became a JSON object."""
        levels = {name: tuple(shares) for name, shares in kind["levels"].items()}
        return cls(kind["name"], kind["same"], kind["share"], levels)


@dataclass(frozen=True)
class Model:
    """Everything that decides about pairs. Equal models give equal results, on any machine.

    Args:
        kinds: the kinds of pairs of organisations, and those of individuals (`levels.WHO`).
        same_at: probability from which a pair is the same business.
        review_at: probability from which a person is asked.
        slope, intercept, corrections: what decisions changed: the log odds are
            `intercept + slope * x + corrections`, the last by comparison and level, in bits.
        frequent: for the columns whose values are rare or common, hashes of values and how many
            of a million members have them; only values that at least `_KNOWN` have are kept.
        crowded: keys of blocks that were over-full when the model was made.
        cap: the most members of a block that are all compared with one another.
        trained_on: how many members and pairs it was made from.
    """

    kinds: dict[str, tuple[PairKind, ...]]
    same_at: float = 0.9
    review_at: float = 0.5
    slope: float = 1.0
    intercept: float = 0.0
    corrections: dict[str, tuple[float, ...]] = field(default_factory=dict)
    frequent: dict[str, dict[int, int]] = field(default_factory=dict)
    crowded: frozenset[int] = frozenset()
    cap: int = 40
    trained_on: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> str:
        """The model as text: the same text for the same model."""
        return self._text

    @cached_property
    def _text(self) -> str:
        whole = asdict(replace(self, frequent={}, crowded=frozenset()))
        whole["format"] = FORMAT
        whole["crowded"] = sorted(self.crowded)
        whole["frequent"] = {
            column: [[key, often[key]] for key in sorted(often)]
            for column, often in sorted(self.frequent.items())
        }
        return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Model:
        """The model of `to_json`.

        Raises:
            StoreError: the text is of another format, so members must be matched anew.
        """
        whole: dict[str, Any] = json.loads(text)
        if whole.pop("format", None) != FORMAT:
            raise StoreError(
                "the model was made by another version of the hub",
                remedy="Train a new one with `hub match train`.",
            )
        kinds = {
            who: tuple(PairKind.from_json(kind) for kind in listed)
            for who, listed in whole.pop("kinds").items()
        }
        whole["crowded"] = frozenset(whole["crowded"])
        whole["frequent"] = {
            column: {int(key): int(count) for key, count in rows}
            for column, rows in whole["frequent"].items()
        }
        whole["corrections"] = {
            name: tuple(values) for name, values in whole["corrections"].items()
        }
        return cls(kinds=kinds, **whole)

    @staticmethod
    @cache
    def shipped() -> Model:
        """The version that comes with the hub, made from synthetic members."""
        return Model.from_json(
            files("canonical.matching").joinpath("shipped.json").read_text(encoding="utf-8")
        )

    def changed(self, **values: Any) -> Model:
        """The same model with other values."""
        return replace(self, **values)

    def is_crowded(self, keys: Hashes) -> Flags:
        """Which keys were over-full when the model was made."""
        if not len(self._crowded):
            return np.zeros(len(keys), dtype=np.bool_)
        at = np.searchsorted(self._crowded, keys).clip(max=len(self._crowded) - 1)
        found: Flags = self._crowded[at] == keys
        return found

    def rarity(self, column: str, hashes: Hashes) -> npt.NDArray[np.int8]:
        """0 for a rare value, then 1, 2 and 3 for one that ever more have (`RARITIES`)."""
        values, classes = self._rarities.get(column, (None, None))
        if values is None or classes is None:
            return np.zeros(len(hashes), dtype=np.int8)
        at = np.searchsorted(values, hashes).clip(max=len(values) - 1)
        return np.where(values[at] == hashes, classes[at], 0).astype(np.int8)

    @cached_property
    def _crowded(self) -> Hashes:
        return np.sort(np.array(sorted(self.crowded), dtype=np.int64).view(np.uint64))

    @cached_property
    def _rarities(self) -> dict[str, tuple[Hashes, npt.NDArray[np.int8]]]:
        found = {}
        for column, often in self.frequent.items():
            if not often:
                continue
            values = np.array(list(often), dtype=np.int64).view(np.uint64)
            counts = np.array(list(often.values()))
            order = np.argsort(values)
            classes = np.searchsorted(RARITIES, counts, side="right").astype(np.int8)
            found[column] = (values[order], classes[order])
        return found

    def evidence(self, codes: npt.NDArray[np.int8]) -> Numbers:
        """The log odds (base 2) that two members are the same.

        Args:
            codes: rows of the numbers of levels, and of `levels.WHO` behind them.
        """
        odds = np.empty(len(codes))
        for number, who in enumerate(WHO):
            rows = codes[:, -1] == number
            odds[rows] = _odds(self.kinds[who], codes[rows])
        return self.intercept + self.slope * odds + self._corrected(codes)

    def _corrected(self, codes: npt.NDArray[np.int8]) -> Numbers:
        total = np.zeros(len(codes))
        for place, comparison in enumerate(COMPARISONS):
            if values := self.corrections.get(comparison.name):
                total += np.append(values, 0.0)[codes[:, place]]
        return total


def _odds(kinds: tuple[PairKind, ...], codes: npt.NDArray[np.int8]) -> Numbers:
    same = np.full(len(codes), -np.inf)
    other = np.full(len(codes), -np.inf)
    for kind in kinds:
        total = np.full(len(codes), np.log2(kind.share))
        for place, comparison in enumerate(COMPARISONS):
            table = np.log2(np.append(kind.levels[comparison.name], 1.0))
            total += table[codes[:, place]]
        target = same if kind.same else other
        np.logaddexp2(target, total, out=target)
    odds: Numbers = same - other
    return odds


RARITIES = (4, 20, 100)
"""Businesses in a million from which a value is no longer rare, is often met, is common."""
