"""Compares pairs of members: a level for each comparison, and what they weigh together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from canonical.matching import similarity
from canonical.matching.coding import NO_DAY, Coded, Flags, Index, coded, in_chunks
from canonical.matching.compared import Codes, Compared, distinct_texts, filled, known
from canonical.matching.hashing import EMPTY, Hashes
from canonical.matching.levels import BY_NAME, COMPARISONS, NAMES, OUTCOMES
from canonical.matching.model import Model, Numbers
from canonical.matching.places import place_levels
from canonical.matching.rules import judged


def compare(pairs: pl.DataFrame, features: pl.DataFrame, model: Model) -> pl.DataFrame:
    """What the model says about pairs, in their order.

    Args:
        pairs: `low` and `high`, members whose features are given.
        features: as `canonical.matching.features.features` makes them.
        model: the version that decides.

    Returns:
        `low`, `high`, a column for each comparison (its level), `weight` (log odds, in bits),
        `probability`, `outcome` (`same`, `review`, `related` or `different`).
    """
    members = coded(features)
    low, high = members.positions(pairs["low"]), members.positions(pairs["high"])
    compared = level_codes(members, low, high, model)
    weight = weights(compared.codes, model)
    return as_frame(compared, weight, judged(compared, weight, model))


def as_frame(compared: Compared, weight: Numbers, outcome: Codes) -> pl.DataFrame:
    """The answer of `compare` for positions of members."""
    ids = compared.members.ids
    levels = [
        pl.Series(comparison.name, comparison.levels, dtype=pl.Enum(comparison.levels)).gather(
            compared.codes[:, place]
        )
        for place, comparison in enumerate(COMPARISONS)
    ]
    return pl.DataFrame(
        [
            pl.Series("low", ids[compared.low]),
            pl.Series("high", ids[compared.high]),
            *levels,
            pl.Series("weight", weight),
            pl.Series("probability", probabilities(weight)),
            pl.Series("outcome", OUTCOMES, dtype=pl.String).gather(outcome),
        ]
    )


def probabilities(weight: Numbers) -> Numbers:
    """The probability that goes with log odds in bits."""
    found: Numbers = 1.0 / (1.0 + np.exp2(-weight.clip(-200, 200)))
    return found


def weights(codes: Codes, model: Model) -> Numbers:
    """The log odds of rows of levels, each different row computed once."""
    _, first, inverse = np.unique(packed(codes), return_index=True, return_inverse=True)
    found: Numbers = model.evidence(codes[first])[inverse]
    return found


def packed(codes: Codes) -> npt.NDArray[np.int64]:
    """Each row of levels as one number."""
    number = codes[:, -1].astype(np.int64)
    for place, comparison in enumerate(COMPARISONS):
        number *= len(comparison.levels)
        number += codes[:, place]
    return number


def level_codes(members: Coded, low: Index, high: Index, model: Model) -> Compared:
    """Pairs of positions with the level of each comparison."""
    codes = np.empty((len(low), len(COMPARISONS) + 1), dtype=np.int8)

    def work(part: slice) -> None:
        codes[part] = _levels(members, low[part], high[part], model)

    in_chunks(len(low), work)
    return Compared(members, low, high, codes)


def _levels(members: Coded, low: Index, high: Index, model: Model) -> Codes:
    table = {
        "name": _name(members, low, high, model),
        "form": _form(members, low, high),
        "trade_name": _trade_name(members, low, high),
        "person": _person(members, low, high, model),
        "birth": _date("birth", members, low, high),
        "begun": _date("begun", members, low, high),
        "place": place_levels(members, low, high),
        "phone": _phone(members, low, high),
        "email": _email(members, low, high, model),
    }
    both = members.individual[low] & members.individual[high]
    return np.stack([*(table[name] for name in NAMES), both.astype(np.int8)], axis=1)


def _name(members: Coded, low: Index, high: Index, model: Model) -> Codes:
    level = BY_NAME["name"].code
    codes = filled("name", len(low))
    both, same = known(members.hashes["name_core"], low, high)
    codes[both] = level("differs")
    reading = _readings(members, "name_core", "name_kana", low, high)
    codes[reading] = level("same_reading")
    rest = both & ~same & ~reading & members.alike_at_an_end("name_core", low, high)
    first, second, inverse = distinct_texts(members, "name_core", low, high, rest)
    alike, part = similarity.close(first, second), similarity.contains(first, second)
    found = np.where(part, level("part"), level("differs"))
    codes[rest] = np.where(alike, level("close"), found)[inverse]
    codes[same] = model.rarity("name_core", members.hashes["name_core"][low[same]])
    return codes


def _readings(members: Coded, name: str, kana: str, low: Index, high: Index) -> Flags:
    """Where the readings are the same, or the name of one is the reading of the other."""
    names, kanas = members.hashes[name], members.hashes[kana]
    _, same = known(kanas, low, high)
    return same | _crossed(names, kanas, low, high)


def _crossed(column: Hashes, other: Hashes, low: Index, high: Index) -> Flags:
    """Where the value of one member stands in another column of the other member."""
    one, two = column[low], column[high]
    found: Flags = (one != EMPTY) & (one == other[high])
    found |= (two != EMPTY) & (two == other[low])
    return found


def _form(members: Coded, low: Index, high: Index) -> Codes:
    comparison = BY_NAME["form"]
    codes = filled("form", len(low))
    both, same = known(members.hashes["legal_form"], low, high)
    sides, side = known(members.hashes["legal_form_position"], low, high)
    codes[both] = comparison.code("differs")
    codes[same] = comparison.code("same")
    codes[same & sides & ~side] = comparison.code("other_side")
    return codes


def _trade_name(members: Coded, low: Index, high: Index) -> Codes:
    comparison = BY_NAME["trade_name"]
    codes = filled("trade_name", len(low))
    both, same = known(members.hashes["trade_name"], low, high)
    codes[both] = comparison.code("differs")
    rest = both & ~same & members.alike_at_an_end("trade_name", low, high)
    first, second, inverse = distinct_texts(members, "trade_name", low, high, rest)
    alike = similarity.close(first, second)
    codes[rest] = np.where(alike, comparison.code("close"), comparison.code("differs"))[inverse]
    codes[same | _shop_for_person(members, low, high)] = comparison.code("same")
    return codes


def _shop_for_person(members: Coded, low: Index, high: Index) -> Flags:
    """Where one member's shop stands for a person's name in the other."""
    return _crossed(members.hashes["trade_name"], members.hashes["person_name"], low, high)


def _person(members: Coded, low: Index, high: Index, model: Model) -> Codes:
    level = BY_NAME["person"].code
    codes = filled("person", len(low))
    both, same = known(members.hashes["person_name"], low, high)
    reading = _readings(members, "person_name", "person_kana", low, high)
    codes[both] = level("differs")
    rest = both & ~same & ~reading & members.alike_at_an_end("person_name", low, high)
    first, second, inverse = distinct_texts(members, "person_name", low, high, rest)
    given = (first.str.tail(2) == second.str.tail(2)).to_numpy()[inverse]
    longer = np.maximum(first.str.len_chars().to_numpy(), second.str.len_chars().to_numpy())
    one_off = (similarity.distances(first, second) <= 1)[inverse]
    family = members.share_family(low[rest], high[rest])
    found = np.where(given, level("same_given"), level("differs"))
    found[one_off] = level("close")
    found[family] = level("same_family")
    found[family & one_off & (longer >= 4)[inverse]] = level("close_given")
    codes[rest] = found
    codes[_shop_for_person(members, low, high)] = BY_NAME["person"].unknown
    codes[reading] = level("same_reading")
    codes[same] = model.rarity("person_name", members.hashes["person_name"][low[same]])
    return codes


_DAYS = {"birth": ("birth_on", "birth_precision"),
         "begun": ("established_on", "established_precision")}  # fmt: skip


def _date(name: str, members: Coded, low: Index, high: Index) -> Codes:
    """Dates: equal; equal as far as the coarser is known; one part mistaken; different."""
    comparison = BY_NAME[name]
    column, precision = _DAYS[name]
    days, to_month = members.days[column], members.hashes[precision] != EMPTY
    one, other = days[low], days[high]
    both = (one != NO_DAY) & (other != NO_DAY)
    coarse = both & (to_month[low] | to_month[high])
    codes = filled(name, len(low))
    codes[both] = comparison.code("differs")
    codes[both & (one == other)] = comparison.code("same")
    near = np.flatnonzero(both & (one != other) & ~coarse)
    if len(near):
        codes[near] = _near_dates(comparison.name, one[near], other[near])
    one_month = _months(one[coarse]) == _months(other[coarse])
    codes[coarse] = np.where(one_month, comparison.code("month"), comparison.code("differs"))
    return codes


def _months(days: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Months since 1970-01."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _parts(days: npt.NDArray[np.int32]) -> tuple[Index, Index, Index]:
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    number = months.astype(np.int64)
    day = (dates - months.astype("datetime64[D]")).astype(np.int64) + 1
    return number // 12, number % 12 + 1, day


def _near_dates(
    name: str, one: npt.NDArray[np.int32], other: npt.NDArray[np.int32]
) -> npt.NDArray[np.int8]:
    comparison = BY_NAME[name]
    year_a, month_a, day_a = _parts(one)
    year_b, month_b, day_b = _parts(other)
    year, month, day = year_a == year_b, month_a == month_b, day_a == day_b
    first = (day_a == 1) | (day_b == 1)
    january = (day_a == 1) & (month_a == 1) | (day_b == 1) & (month_b == 1)
    coarse = year & (month & first | january)
    swapped = year & (month_a == day_b) & (day_a == month_b)
    one_part = (year & month) | (year & day) | (month & day)
    found = np.full(len(one), comparison.code("differs"), dtype=np.int8)
    found[one_part | swapped] = comparison.code("close")
    found[coarse] = comparison.code("month")
    return found


def _phone(members: Coded, low: Index, high: Index) -> Codes:
    ends = members.alike_at_an_end("phone", low, high)
    return _contact("phone", members, low, high, ends)


def _contact(name: str, members: Coded, low: Index, high: Index, may: Flags) -> Codes:
    """Equal, one letter mistaken (where it `may` be), or different."""
    comparison = BY_NAME[name]
    codes = filled(name, len(low))
    both, same = known(members.hashes[name], low, high)
    codes[both] = comparison.code("differs")
    rest = both & ~same & may
    first, second, inverse = distinct_texts(members, name, low, high, rest)
    one = similarity.distances(first, second) <= 1
    codes[rest] = np.where(one, comparison.code("close"), comparison.code("differs"))[inverse]
    codes[same] = comparison.code("same")
    return codes


def _email(members: Coded, low: Index, high: Index, model: Model) -> Codes:
    comparison = BY_NAME["email"]
    codes = _contact("email", members, low, high, np.ones(len(low), dtype=np.bool_))
    domains = members.hashes["email_domain"]
    _, same = known(domains, low, high)
    own = same & (codes == comparison.code("differs"))
    own &= model.rarity("email_domain", domains[low]) == 0
    codes[own] = comparison.code("same_domain")
    return codes
