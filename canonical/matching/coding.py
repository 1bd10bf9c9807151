"""Features as numbers: what is compared millions of times is compared as 64 bits, not as text."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from canonical.matching import hashing
from canonical.matching.frames import FEATURE_COLUMNS
from canonical.matching.hashing import Hashes
from canonical.model import ColumnType
from canonical.model.party import INDIVIDUAL_KINDS

Index = npt.NDArray[np.int64]
Days = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

_HEADS = 5
_ENDS = {"name_core": 1, "person_name": 1, "trade_name": 1, "phone": 4}
"""Columns whose texts are compared letter by letter, if they begin or end alike: with so many."""

NO_DAY = int(np.iinfo(np.int32).min)
"""The day of a date that is not there."""

_BRANCH = "(?:支店|支社|支部|支所|営業所|出張所|事業所|工場)$"
_TEXTS = tuple(name for name, kind in FEATURE_COLUMNS.items() if kind is ColumnType.TEXT)
_DATES = tuple(name for name, kind in FEATURE_COLUMNS.items() if kind is ColumnType.DATE)


@dataclass(frozen=True, slots=True)
class Coded:
    """Members in the order of their ids: hashes of texts, days of dates, and the texts.

    `heads` are hashes of the first letters of a person's name, `family_letters` how many of them
    are known to be the family's, `ends` hashes of how texts begin and end. `individual`,
    `corporation` and `branch` tell which members are natural persons, corporations, and named as
    a branch of one.
    """

    ids: npt.NDArray[np.int64]
    hashes: dict[str, Hashes]
    days: dict[str, Days]
    texts: pl.DataFrame = field(repr=False)
    heads: npt.NDArray[np.uint64] = field(repr=False)
    family_letters: npt.NDArray[np.uint8] = field(repr=False)
    ends: dict[str, tuple[Hashes, Hashes]] = field(repr=False)
    individual: Flags = field(repr=False)
    corporation: Flags = field(repr=False)
    branch: Flags = field(repr=False)

    def __len__(self) -> int:
        return len(self.ids)

    def share_family(self, low: Index, high: Index) -> Flags:
        """Whether two people, row by row, have one family name.

        Where a space told it for one of them, the other's name begins with it; where it told it
        for neither, the first two letters are the same.
        """
        names, heads = self.hashes["family_name"], self.heads
        one, other = names[low], names[high]
        told_one, told_other = one != hashing.EMPTY, other != hashing.EMPTY
        both = told_one & told_other & (one == other)
        first = told_one & ~told_other & (heads[high, self.family_letters[low]] == one)
        second = told_other & ~told_one & (heads[low, self.family_letters[high]] == other)
        neither = ~told_one & ~told_other & (heads[low, 2] == heads[high, 2])
        shared: Flags = both | first | second | neither
        return shared

    def alike_at_an_end(self, column: str, low: Index, high: Index) -> Flags:
        """Where two texts begin or end alike: what is one but for a letter does."""
        first, last = self.ends[column]
        found: Flags = (first[low] == first[high]) | (last[low] == last[high])
        return found

    def positions(self, ids: pl.Series) -> Index:
        """Where the members of these ids stand.

        Raises:
            KeyError: for an id that is not among the members.
        """
        wanted = ids.to_numpy()
        found = np.searchsorted(self.ids, wanted)
        inside = found < len(self.ids)
        if not inside.all() or not (self.ids[found] == wanted).all():
            raise KeyError("a pair names a member whose features are not given")
        return found


def coded(features: pl.DataFrame) -> Coded:
    """Features as numbers, ordered by `member_id`."""
    ordered = features.sort("member_id")
    with ThreadPoolExecutor(2) as pool:
        hashed = pool.map(lambda name: hashing.text_hashes(ordered[name]), _TEXTS)
        hashes = dict(zip(_TEXTS, hashed, strict=True))
    domain = ordered["email"].str.split_exact("@", 1).struct.field("field_1")
    hashes["email_domain"] = hashing.text_hashes(domain)
    days = {
        name: ordered[name].cast(pl.Int32).fill_null(NO_DAY).to_numpy().copy() for name in _DATES
    }
    letters = ordered["family_name"].str.len_chars().fill_null(0).clip(0, _HEADS - 1)
    return Coded(
        ordered["member_id"].to_numpy().copy(),
        hashes,
        days,
        ordered,
        _heads(ordered),
        letters.cast(pl.UInt8).to_numpy(),
        {name: _ends(ordered[name], letters) for name, letters in _ENDS.items()},
        _flags(ordered["kind"].is_in(list(INDIVIDUAL_KINDS))),
        _flags(ordered["kind"] == "corporation"),
        _flags(ordered["name_core"].str.contains(_BRANCH)),
    )


def _ends(texts: pl.Series, letters: int) -> tuple[Hashes, Hashes]:
    return (
        hashing.text_hashes(texts.str.head(letters)),
        hashing.text_hashes(texts.str.tail(letters)),
    )


def _flags(told: pl.Series) -> Flags:
    return told.fill_null(value=False).to_numpy()


def _heads(ordered: pl.DataFrame) -> npt.NDArray[np.uint64]:
    """Hashes of the first 0 to 4 letters of each person's name."""
    names = ordered["person_name"]
    columns = [hashing.text_hashes(names.str.head(count)) for count in range(1, _HEADS)]
    return np.stack([np.zeros(len(ordered), dtype=np.uint64), *columns], axis=1)


def in_chunks(count: int, work: Callable[[slice], None], size: int = 1 << 19) -> None:
    """Do the work for every slice of `count` rows, on two threads; memory stays that of two."""
    slices = [slice(start, min(start + size, count)) for start in range(0, count, size)]
    with ThreadPoolExecutor(2) as pool:
        for _ in pool.map(work, slices):
            pass
