"""Survivorship: which claim's value holds for each party, and where claims are at odds.

Pure functions on frames. For each unit of a party (`canonical.golden.units`) the winner is the
claim of the strongest word (`canonical.golden.ranking`), then of the newest *as of*, then the one
that states it most finely, then that of the smallest member id. The time at which the hub came to
know a claim decides nothing: in whatever order claims arrive, the same one wins. A claim that
agrees with the winner and is finer takes its place.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from canonical.golden import agreement, conflicts, order
from canonical.golden.order import Ordered
from canonical.golden.units import COLUMNS, UNITS, Companion, Unit
from canonical.model import ENTITIES

VALUES = tuple(ENTITIES["party"].columns())
_PICKED = {"party_id": pl.Int64(), "row": pl.UInt32(), "unit": pl.String(), "as_of": pl.Date()}


@dataclass(frozen=True, slots=True)
class Survival:
    """What holds for some parties.

    Attributes:
        values: party_id and the columns of a party; one row a party that has claims.
        winners: party_id, unit String (a unit or a companion of one), member_id, as_of; one row a
            unit that somebody states.
        conflicts: party_id, field (a unit's name), kind (`unregistered`, `equal_rank`), members
            (list of member ids, the winner's or the register's first).
    """

    values: pl.DataFrame
    winners: pl.DataFrame
    conflicts: pl.DataFrame


def survive(claims: pl.DataFrame, echoes: pl.DataFrame | None = None) -> Survival:
    """The winner of every unit of every party.

    `claims` holds party_id and member_id (Int64), source_role and role (String), as_of (Date),
    precedence (Int8, 0 to 15: among claims of one rank and day the highest goes first) and the
    columns of a party; at most `order.MOST_CLAIMS` rows, in any order. A claim whose source role
    is null counts for nothing. `echoes` are units that repeat another claim
    (`canonical.golden.echoes`).
    """
    ordered = order.ordered(claims, echoes)
    rows = ordered.rows
    picked: dict[str, pl.Series] = {}
    for unit in UNITS:
        winner = _finest(unit, ordered)
        picked[unit.name] = winner
        for companion in unit.companions:
            picked[companion.name] = _companion(unit, companion, ordered, winner)
    values = {
        column: rows[column].gather(row) for name, row in picked.items() for column in COLUMNS[name]
    }
    return Survival(
        pl.DataFrame({"party_id": ordered.parties, **values}).select("party_id", *VALUES),
        _winners(ordered, picked),
        conflicts.find(ordered),
    )


def _finest(unit: Unit, ordered: Ordered) -> pl.Series:
    """The row of each party's winner, after every finer claim that agrees with it had its turn."""
    winner = ordered.top(unit.name)
    fineness = agreement.fineness(unit)
    if fineness is None or not ordered.stated(unit.name):
        return winner
    every = ordered.rows.select(fineness.alias("fine"))["fine"]
    states = ordered.rows.select("#group", "#row", fine=every).filter(
        ordered.keys[unit.name].is_not_null()
    )
    while True:
        holds = winner.gather(states["#group"])
        finer = states.with_columns(holds=holds).filter(pl.col("fine") > every.gather(holds))
        agreeing = agreement.agree(unit, ordered.rows, finer["#row"], finer["holds"])
        rows = finer.filter(agreeing)["#row"]
        if rows.is_empty():
            return winner
        winner = _else(ordered.best(unit.name, rows), winner)


def _companion(unit: Unit, companion: Companion, ordered: Ordered, winner: pl.Series) -> pl.Series:
    """The row that a companion is taken from: the winner's own, else the best that agrees with it.

    Where nobody states the unit itself, the best of all.
    """
    if not ordered.stated(companion.name):
        return ordered.top(companion.name)
    said = ordered.rows.select(
        "#group", "#row", names=ordered.keys[unit.name].is_not_null()
    ).filter(ordered.keys[companion.name].is_not_null())
    said = said.with_columns(holds=winner.gather(said["#group"]))
    own = said.filter(pl.col("holds") == pl.col("#row"))["#row"]
    named = said.filter(pl.col("holds").is_not_null() & pl.col("names"))
    agreeing = agreement.agree(unit, ordered.rows, named["#row"], named["holds"])
    free = said.filter(pl.col("holds").is_null())["#row"]
    fitting = pl.concat([named.filter(agreeing)["#row"], free])
    return _else(ordered.best(companion.name, own), ordered.best(companion.name, fitting))


def _else(first: pl.Series, second: pl.Series) -> pl.Series:
    return pl.select(pl.coalesce(first, second)).to_series()


def _winners(ordered: Ordered, picked: dict[str, pl.Series]) -> pl.DataFrame:
    said = [
        pl.DataFrame({"party_id": ordered.parties, "row": row})
        .drop_nulls("row")
        .with_columns(unit=pl.lit(name), as_of=ordered.day(name, row.drop_nulls()))
        for name, row in picked.items()
        if ordered.stated(name)
    ]
    found = pl.concat(said) if said else pl.DataFrame(schema=_PICKED)
    return found.select("party_id", "unit", ordered.rows["member_id"].gather(found["row"]), "as_of")
