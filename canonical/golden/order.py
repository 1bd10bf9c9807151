"""The order in which claims stand for each unit, as one number a claim.

In the number stand, from the top: rank, day (the newest first), precedence, fineness, and the row.
So the winner among a party's claims is their smallest number, whose lowest bits say in which row
it stands; what makes two claims equals stands above `TIE`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import polars as pl

from canonical.golden import echoes as echoing
from canonical.golden.agreement import fineness, stated
from canonical.golden.ranking import OWN_WORD, RANKS, REGISTERS, rank, voice
from canonical.golden.units import COLUMNS, FORM, NAME, POSITION, UNITS, Unit
from canonical.model.fields import Survivorship

_ROW_BITS = 24
_FINE = 1 << _ROW_BITS
TIE = _FINE << 4
_DAY = TIE << 4
_RANK = _DAY << 24
_LATEST = (1 << 23) - 1
_UNDATED = (1 << 24) - 1
_HIGHEST = 15
SPELLED = ["301", "302", "303", "304", "305"]
"""Legal forms by name; the other codes are what the register puts all the rest under."""

MOST_CLAIMS = 1 << _ROW_BITS
"""How many claims can be looked at in one go."""

REGISTER = "#register"
OWN = "#own"


@dataclass(frozen=True, slots=True)
class Ordered:
    """Claims, each party's together, and how they stand for each unit.

    Attributes:
        rows: the claims with `#group` (the party's place in `parties`), `#row` and `voice`.
        parties: party ids.
        keys: for each unit and companion the number of each row, null where it does not state it;
            for units that a register holds also those of its own rows (`<unit>#register`) and of
            what the business says (`<unit>#own`), the newest first. Null also for an echo that is
            silent; an echo that counts has the day of the word that it repeats.
        tops: the smallest number of each party.
    """

    rows: pl.DataFrame
    parties: pl.Series
    keys: pl.DataFrame
    tops: pl.DataFrame

    def top(self, name: str) -> pl.Series:
        """The first row of each party, null where no claim states it."""
        return _row(self.tops[name])

    def day(self, name: str, rows: pl.Series) -> pl.Series:
        """As of when each of these rows counts."""
        days = _LATEST - (self.keys[name].gather(rows) // _DAY) % (_UNDATED + 1)
        dated = pl.select(pl.when(days > _LATEST - _UNDATED).then(days)).to_series()
        return dated.cast(pl.Int32).cast(pl.Date)

    def stated(self, name: str) -> bool:
        """Whether any claim states it."""
        return self.tops[name].null_count() < self.tops.height

    def best(self, name: str, rows: pl.Series) -> pl.Series:
        """The first among `rows` of each party, null where there is none."""
        some = pl.DataFrame(
            {"#group": self.rows["#group"].gather(rows), "key": self.keys[name].gather(rows)}
        )
        least = some.group_by("#group").agg(pl.col("key").min())
        groups = pl.DataFrame({"#group": pl.int_range(self.parties.len(), eager=True)})
        found = groups.cast(pl.UInt32).join(least, on="#group", how="left", maintain_order="left")
        return _row(found["key"])


def ordered(claims: pl.DataFrame, echoes: pl.DataFrame | None = None) -> Ordered:
    """The claims in order; those whose source role is null are left out.

    `echoes` as `canonical.golden.echoes.SCHEMA` has them; those of lists are not looked at.
    """
    rows = (
        claims.filter(pl.col("source_role").is_not_null())
        .sort("party_id", "member_id")
        .with_columns(
            voice().alias("voice"),
            pl.col("party_id").rle_id().alias("#group"),
        )
        .pipe(compared)
        .with_row_index("#row")
    )
    keys = rows.select(_keys())
    if echoes is not None and not echoes.is_empty():
        keys = _echoed(rows, keys, echoes.filter(pl.col("entity") == echoing.PARTY))
    tops = (
        keys.with_columns(rows["#group"])
        .group_by("#group", maintain_order=True)
        .agg(pl.all().min())
        .drop("#group")
    )
    return Ordered(rows, rows["party_id"].unique(maintain_order=True), keys, tops)


def _echoed(rows: pl.DataFrame, keys: pl.DataFrame, echoes: pl.DataFrame) -> pl.DataFrame:
    """The keys with those of echoes taken out, or put back to the word that they repeat."""
    places = rows.select("#row", "#group", "member_id")
    found = echoes.join(places, on="member_id").filter(pl.col("unit").is_in(list(COLUMNS)))
    for (unit,), some in found.group_by("unit", maintain_order=True):
        name = str(unit)
        beside = places.filter(
            pl.col("#group").is_in(some["#group"].implode()), keys[name].is_not_null()
        )
        sources = dict(some.select("member_id", "source_member").iter_rows())
        mute = pl.col("member_id").is_in(
            list(echoing.silent(sources, beside["member_id"].to_list()))
        )
        heard = some.filter(~mute)
        names = [n for n in (name, name + REGISTER, name + OWN) if n in keys.columns]
        counted = _counted(rows, heard).select(names)
        silenced = some.filter(mute)["#row"]
        keys = keys.with_columns(
            keys[n].scatter(silenced, None).scatter(heard["#row"], counted[n]) for n in names
        )
    return keys


def _counted(rows: pl.DataFrame, heard: pl.DataFrame) -> pl.DataFrame:
    """The keys of echoes that count: of the day of what they repeat, and the weaker voice."""
    own = rows[heard["#row"]].with_columns(heard["as_of"], precedence=pl.lit(0, pl.Int8))
    repeated = own.with_columns(heard["voice"])
    ours, theirs = own.select(_keys()), repeated.select(_keys())
    return pl.DataFrame(
        [
            pl.select(
                pl.when(ours[n].is_not_null()).then(pl.max_horizontal(ours[n], theirs[n]))
            ).to_series().alias(n)
            for n in ours.columns
        ]
    )  # fmt: skip


def compared(claims: pl.DataFrame) -> pl.DataFrame:
    """The claims with the columns by which alone names are compared."""
    return claims.with_columns(
        pl.coalesce("name_reduced", "name").alias(NAME),
        pl.when(pl.col("legal_form").is_in(SPELLED)).then("legal_form").alias(FORM),
        pl.col("legal_form_position").replace("none", None).alias(POSITION),
    )


@cache
def _keys() -> tuple[pl.Expr, ...]:
    """The same expressions for every frame: making them costs more than a small frame does."""
    return tuple(_each_key())


def _each_key() -> Iterator[pl.Expr]:
    for unit in UNITS:
        says = stated(unit)
        yield _key(unit.ranks, unit, says).alias(unit.name)
        for companion in unit.companions:
            has = pl.col(companion.columns[0]).is_not_null()
            yield _key(RANKS[companion.rule], None, has).alias(companion.name)
        if unit.registered:
            held = says & pl.col("voice").is_in(list(REGISTERS))
            yield _key(unit.ranks, unit, held).alias(unit.name + REGISTER)
            own = says & pl.col("voice").is_in(list(OWN_WORD))
            yield _key(RANKS[Survivorship.NEWEST_AS_OF], unit, own).alias(unit.name + OWN)


def _key(ranks: tuple[frozenset[str], ...], unit: Unit | None, says: pl.Expr) -> pl.Expr:
    days = (_LATEST - pl.col("as_of").cast(pl.Int32).cast(pl.Int64)).fill_null(_UNDATED)
    fine = fineness(unit) if unit else None
    key = (
        rank(ranks) * _RANK
        + days * _DAY
        + (_HIGHEST - pl.col("precedence").cast(pl.Int64)) * TIE
        + (0 if fine is None else (_HIGHEST - fine) * _FINE)
        + pl.col("#row").cast(pl.Int64)
    )
    return pl.when(says).then(key)


def _row(keys: pl.Series) -> pl.Series:
    return (keys & (_FINE - 1)).cast(pl.UInt32)
