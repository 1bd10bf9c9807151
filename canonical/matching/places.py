"""How near the addresses of two members are: their levels of the comparison `place`."""

from __future__ import annotations

import re

import numpy as np
import polars as pl

from canonical.matching import similarity
from canonical.matching.coding import Coded, Flags, Index
from canonical.matching.compared import Codes, distinct_texts, filled, known
from canonical.matching.hashing import EMPTY
from canonical.matching.levels import BY_NAME

_ROOM = "^-[0-9]{3,}$"
"""What follows the block's number where a room is written behind another hyphen."""

_NAMED = re.compile("([^市区町村郡]{2,})[市区町村郡]")
"""The names before a town, as 那珂川 in 筑紫郡那珂川町; 北区 and the like tell nothing."""

_EVERYWHERE = {"中央"}


def place_levels(members: Coded, low: Index, high: Index) -> Codes:
    """The number of the level of `place` for each pair of positions."""
    level = BY_NAME["place"].code
    codes = filled("place", len(low))
    prefectures, prefecture = known(members.hashes["prefecture_code"], low, high)
    codes[prefectures] = level("differs")
    codes[prefecture] = level("prefecture")
    _, city = known(members.hashes["municipality_code"], low, high)
    codes[city] = level("city")
    blocks, block = known(members.hashes["block"], low, high)
    reformed = _reformed(members, low, high, prefecture & block)
    town = _same_town(members, low, high, city) | (reformed == level("town"))
    _, postal = known(members.hashes["postal_code"], low, high)
    codes[town | postal] = level("town")
    near = (town | postal) & blocks & ~block
    codes[near] = _near_blocks(members, low[near], high[near])
    close = reformed == level("close")
    codes[close | _close_towns(members, low, high, city & block & ~town)] = level("close")
    block &= town
    codes[block] = level("block")
    rooms, room = known(members.hashes["building"], low, high)
    codes[_other_rooms(members, low, high, block & rooms & ~room)] = level("other_room")
    codes[block & room] = level("room")
    return codes


def _same_town(members: Coded, low: Index, high: Index, city: Flags) -> Flags:
    """Where the town is the same, or the block follows the municipality in both."""
    towns, blocks = members.hashes["town"], members.hashes["block"]
    one, other = towns[low], towns[high]
    bare = (one == EMPTY) & (blocks[low] != EMPTY) & (blocks[high] != EMPTY)
    same: Flags = city & (one == other) & ((one != EMPTY) | bare)
    return same


def _reformed(members: Coded, low: Index, high: Index, where: Flags) -> Codes:
    """`town` or `close` where a municipality that is not known, as it is no more, is compared."""
    codes = filled("place", len(low))
    told = members.hashes["municipality_code"] != EMPTY
    towns = members.hashes["town"]
    stated = (towns[low] != EMPTY) & (towns[high] != EMPTY)
    rows = np.flatnonzero(where & stated & ~(told[low] & told[high]))
    if len(rows):
        one, other = low[rows], high[rows]
        old, new = np.where(told[one], other, one), np.where(told[one], one, other)
        both = zip(_addressed(members, old), _addressed(members, new), told[new], strict=True)
        codes[rows] = [_after_reform(*each) for each in both]
    return codes


def _addressed(members: Coded, rows: Index) -> list[tuple[str, str]]:
    """City and town of members."""
    return members.texts[rows].select(pl.col("city").fill_null(""), "town").rows()


def _after_reform(old: tuple[str, str], new: tuple[str, str], told: np.bool_) -> int:
    """How near a place of an unknown municipality, whose name stands in its town, is to another.

    It is the same where both write it alike, or where the municipality of today bears a name that
    stood before the town. Where nothing tells which municipality took the town over, another one
    may have a town of that name.
    """
    comparison = BY_NAME["place"]
    whole, (city, town) = "".join(old), new
    before = whole.removesuffix(town) if told else whole[:-1]
    names = set(_NAMED.findall(before)) - _EVERYWHERE
    if not told:
        return comparison.code("town") if names and whole == city + town else comparison.unknown
    if any(name in city for name in names) and whole.endswith(town):
        return comparison.code("town")
    return comparison.code("close") if names and whole.endswith(town) else comparison.unknown


def _near_blocks(members: Coded, low: Index, high: Index) -> Codes:
    """The levels of pairs in one town whose blocks differ."""
    level = BY_NAME["place"].code
    every = np.ones(len(low), dtype=np.bool_)
    first, second, inverse = distinct_texts(members, "block", low, high, every)
    found = np.where(_close_blocks(first, second, "^-"), level("close"), level("town"))
    room = _close_blocks(first, second, _ROOM)
    codes: Codes = np.where(room, level("block"), found).astype(np.int8)[inverse]
    with_room = np.flatnonzero(room[inverse])
    codes[with_room[_another_room(members, low[with_room], high[with_room])]] = level("other_room")
    return codes


def _another_room(members: Coded, low: Index, high: Index) -> Flags:
    """Whether a building ends with another room than the one behind the other member's block."""
    texts = members.texts
    frame = pl.DataFrame(
        {"a": texts["block"].gather(low), "b": texts["block"].gather(high),
         "of_a": texts["building"].gather(low), "of_b": texts["building"].gather(high)}
    )  # fmt: skip
    longer = pl.col("a").str.len_bytes() > pl.col("b").str.len_bytes()
    room = pl.when(longer).then("a").otherwise("b").str.extract("-([0-9]+)$")
    building = pl.when(longer).then("of_b").otherwise("of_a")
    told = building.str.contains("[0-9]$") & ~building.str.ends_with(room)
    return frame.select(told.fill_null(value=False).alias("x"))["x"].to_numpy()


def _other_rooms(members: Coded, low: Index, high: Index, where: Flags) -> Flags:
    """Where two buildings differ, and neither is the other with its name or its floor left out."""
    first, second, inverse = distinct_texts(members, "building", low, high, where)
    found = np.zeros(len(low), dtype=np.bool_)
    found[where] = ~similarity.contains(first, second)[inverse]
    return found


def _close_towns(members: Coded, low: Index, high: Index, where: Flags) -> Flags:
    """Where the names of two towns differ by one letter."""
    both, _ = known(members.hashes["town"], low, high)
    where = where & both
    first, second, inverse = distinct_texts(members, "town", low, high, where)
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
    goes_on = longer.str.starts_with(shorter) & more.str.contains(rest)
    return frame.select(goes_on.alias("x"))["x"].to_numpy()
