"""Compares pairs of members: a level for each comparison, and what they weigh together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from canonical.matching import similarity
from canonical.matching.coding import NO_DAY, Coded, Flags, Index, coded, in_chunks
from canonical.matching.compared import Codes, Compared
from canonical.matching.hashing import EMPTY, Hashes
from canonical.matching.levels import BY_NAME, COMPARISONS, NAMES, OUTCOMES
from canonical.matching.model import Model, Numbers
from canonical.matching.rules import judged

_ROOM = r"-[0-9]{3,}$"
"""What follows the block's number where a room is written behind another hyphen."""


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
        "birth": _date("birth", members.days["birth_on"], low, high),
        "begun": _date("begun", members.days["established_on"], low, high),
        "place": _place(members, low, high),
        "phone": _phone(members, low, high),
        "email": _email(members, low, high, model),
    }
    both = members.individual[low] & members.individual[high]
    return np.stack([*(table[name] for name in NAMES), both.astype(np.int8)], axis=1)


def _known(column: Hashes, low: Index, high: Index) -> tuple[Flags, Flags]:
    """Where both have a value, and where it is the same one."""
    one, other = column[low], column[high]
    both = (one != EMPTY) & (other != EMPTY)
    return both, both & (one == other)


def _filled(name: str, count: int) -> Codes:
    return np.full(count, BY_NAME[name].unknown, dtype=np.int8)


def _texts(
    members: Coded, column: str, low: Index, high: Index, where: Flags
) -> tuple[pl.Series, pl.Series, Index]:
    """The different pairs of texts among some rows, and to which of them each row belongs."""
    hashes = members.hashes[column]
    one, other = hashes[low[where]], hashes[high[where]]
    swap = one > other
    first, second = np.where(swap, high[where], low[where]), np.where(swap, low[where], high[where])
    packed = np.minimum(one, other) * np.uint64(0x9E3779B97F4A7C15) ^ np.maximum(one, other)
    _, at, inverse = np.unique(packed, return_index=True, return_inverse=True)
    texts = members.texts[column]
    return texts.gather(first[at]), texts.gather(second[at]), inverse


def _name(members: Coded, low: Index, high: Index, model: Model) -> Codes:
    level = BY_NAME["name"].code
    codes = _filled("name", len(low))
    both, same = _known(members.hashes["name_core"], low, high)
    codes[both] = level("differs")
    reading = _readings(members, "name_core", "name_kana", low, high)
    codes[reading] = level("same_reading")
    rest = both & ~same & ~reading & members.alike_at_an_end("name_core", low, high)
    first, second, inverse = _texts(members, "name_core", low, high, rest)
    alike, part = similarity.close(first, second), similarity.contains(first, second)
    found = np.where(part, level("part"), level("differs"))
    codes[rest] = np.where(alike, level("close"), found)[inverse]
    codes[same] = model.rarity("name_core", members.hashes["name_core"][low[same]])
    return codes


def _readings(members: Coded, name: str, kana: str, low: Index, high: Index) -> Flags:
    """Where the readings are the same, or the name of one is the reading of the other."""
    names, kanas = members.hashes[name], members.hashes[kana]
    _, same = _known(kanas, low, high)
    return same | _crossed(names, kanas, low, high)


def _crossed(column: Hashes, other: Hashes, low: Index, high: Index) -> Flags:
    """Where the value of one member stands in another column of the other member."""
    one, two = column[low], column[high]
    found: Flags = (one != EMPTY) & (one == other[high])
    found |= (two != EMPTY) & (two == other[low])
    return found


def _form(members: Coded, low: Index, high: Index) -> Codes:
    comparison = BY_NAME["form"]
    codes = _filled("form", len(low))
    both, same = _known(members.hashes["legal_form"], low, high)
    sides, side = _known(members.hashes["legal_form_position"], low, high)
    codes[both] = comparison.code("differs")
    codes[same] = comparison.code("same")
    codes[same & sides & ~side] = comparison.code("other_side")
    return codes


def _trade_name(members: Coded, low: Index, high: Index) -> Codes:
    comparison = BY_NAME["trade_name"]
    codes = _filled("trade_name", len(low))
    both, same = _known(members.hashes["trade_name"], low, high)
    codes[both] = comparison.code("differs")
    rest = both & ~same & members.alike_at_an_end("trade_name", low, high)
    first, second, inverse = _texts(members, "trade_name", low, high, rest)
    alike = similarity.close(first, second)
    codes[rest] = np.where(alike, comparison.code("close"), comparison.code("differs"))[inverse]
    codes[same | _shop_for_person(members, low, high)] = comparison.code("same")
    return codes


def _shop_for_person(members: Coded, low: Index, high: Index) -> Flags:
    """Where one member's shop stands for a person's name in the other."""
    return _crossed(members.hashes["trade_name"], members.hashes["person_name"], low, high)


def _person(members: Coded, low: Index, high: Index, model: Model) -> Codes:
    level = BY_NAME["person"].code
    codes = _filled("person", len(low))
    both, same = _known(members.hashes["person_name"], low, high)
    reading = _readings(members, "person_name", "person_kana", low, high)
    codes[both] = level("differs")
    rest = both & ~same & ~reading & members.alike_at_an_end("person_name", low, high)
    first, second, inverse = _texts(members, "person_name", low, high, rest)
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


def _date(name: str, days: npt.NDArray[np.int32], low: Index, high: Index) -> Codes:
    """Dates: equal; equal as far as the coarser is known; one part mistaken; different."""
    comparison = BY_NAME[name]
    one, other = days[low], days[high]
    both = (one != NO_DAY) & (other != NO_DAY)
    codes = _filled(name, len(low))
    codes[both] = comparison.code("differs")
    near = np.flatnonzero(both & (one != other))
    if len(near):
        codes[near] = _near_dates(comparison.name, one[near], other[near])
    codes[both & (one == other)] = comparison.code("same")
    return codes


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


def _place(members: Coded, low: Index, high: Index) -> Codes:
    level = BY_NAME["place"].code
    codes = _filled("place", len(low))
    prefectures, prefecture = _known(members.hashes["prefecture_code"], low, high)
    codes[prefectures] = level("differs")
    codes[prefecture] = level("prefecture")
    _, city = _known(members.hashes["municipality_code"], low, high)
    codes[city] = level("city")
    town = _same_town(members, low, high, city, prefecture)
    _, postal = _known(members.hashes["postal_code"], low, high)
    codes[town | postal] = level("town")
    blocks, block = _known(members.hashes["block"], low, high)
    near = (town | postal) & blocks & ~block
    first, second, inverse = _texts(members, "block", low, high, near)
    found = np.where(_close_blocks(first, second, "-"), level("close"), level("town"))
    found = np.where(_close_blocks(first, second, _ROOM), level("block"), found)
    codes[near] = found[inverse]
    codes[_close_towns(members, low, high, city & block & ~town)] = level("close")
    block &= town
    codes[block] = level("block")
    rooms, room = _known(members.hashes["building"], low, high)
    codes[_other_rooms(members, low, high, block & rooms & ~room)] = level("other_room")
    codes[block & room] = level("room")
    return codes


def _same_town(members: Coded, low: Index, high: Index, city: Flags, prefecture: Flags) -> Flags:
    """Where the town is the same, or the block follows the municipality in both.

    A municipality that is no more is not known as one: its name stands in the town then, alike in
    both, or before the town of the one whose municipality is known.
    """
    towns, blocks = members.hashes["town"], members.hashes["block"]
    one, other = towns[low], towns[high]
    told = members.hashes["municipality_code"] != EMPTY
    neither = prefecture & ~told[low] & ~told[high]
    same: Flags = (city | neither) & (one == other) & (one != EMPTY)
    same |= city & (one == EMPTY) & (other == EMPTY)
    same &= (one != EMPTY) | ((blocks[low] != EMPTY) & (blocks[high] != EMPTY))
    half = prefecture & (told[low] != told[high]) & (one != EMPTY) & (other != EMPTY)
    half &= (blocks[low] != EMPTY) & (blocks[low] == blocks[high])
    first, second, inverse = _texts(members, "town", low, high, half)
    same[half] = similarity.contains(first, second)[inverse]
    return same


def _other_rooms(members: Coded, low: Index, high: Index, where: Flags) -> Flags:
    """Where two buildings differ, and neither is the other with its name or its floor left out."""
    first, second, inverse = _texts(members, "building", low, high, where)
    found = np.zeros(len(low), dtype=np.bool_)
    found[where] = ~similarity.contains(first, second)[inverse]
    return found


def _close_towns(members: Coded, low: Index, high: Index, where: Flags) -> Flags:
    """Where the names of two towns differ by one letter."""
    both, _ = _known(members.hashes["town"], low, high)
    where = where & both
    first, second, inverse = _texts(members, "town", low, high, where)
    found = np.zeros(len(low), dtype=np.bool_)
    found[where] = (similarity.distances(first, second) <= 1)[inverse]
    return found


def _close_blocks(first: pl.Series, second: pl.Series, rest: str) -> Flags:
    """Whether one number goes on where the other stops, with `rest`: as 3-12 and 3-12-4."""
    frame = pl.DataFrame({"a": first, "b": second})
    a, b = pl.col("a"), pl.col("b")
    longer, shorter = (
        pl.when(a.str.len_bytes() > b.str.len_bytes()).then(one).otherwise(other)
        for one, other in ((a, b), (b, a))
    )
    more = longer.str.strip_prefix(shorter)
    goes_on = longer.str.starts_with(shorter) & more.str.contains(f"^{rest}")
    return frame.select(goes_on.alias("x"))["x"].to_numpy()


def _phone(members: Coded, low: Index, high: Index) -> Codes:
    ends = members.alike_at_an_end("phone", low, high)
    return _contact("phone", members, low, high, ends)


def _contact(name: str, members: Coded, low: Index, high: Index, may: Flags) -> Codes:
    """Equal, one letter mistaken (where it `may` be), or different."""
    comparison = BY_NAME[name]
    codes = _filled(name, len(low))
    both, same = _known(members.hashes[name], low, high)
    codes[both] = comparison.code("differs")
    rest = both & ~same & may
    first, second, inverse = _texts(members, name, low, high, rest)
    one = similarity.distances(first, second) <= 1
    codes[rest] = np.where(one, comparison.code("close"), comparison.code("differs"))[inverse]
    codes[same] = comparison.code("same")
    return codes


def _email(members: Coded, low: Index, high: Index, model: Model) -> Codes:
    comparison = BY_NAME["email"]
    codes = _contact("email", members, low, high, np.ones(len(low), dtype=np.bool_))
    domains = members.hashes["email_domain"]
    _, same = _known(domains, low, high)
    own = same & (codes == comparison.code("differs"))
    own &= model.rarity("email_domain", domains[low]) == 0
    codes[own] = comparison.code("same_domain")
    return codes
