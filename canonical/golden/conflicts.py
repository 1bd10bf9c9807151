"""Where claims are at odds: what no rule should settle, and what is not registered yet.

`equal_rank`: another claim of the winner's rank, day and precedence says something else.
`unregistered` (登記未反映): a register says one thing, and the newest word of the business or of
those who checked it, newer than the register's, another; of individuals nothing is registered.
One conflict a unit; a person has to settle the first, so it goes before the second.
"""

from __future__ import annotations

import polars as pl

from canonical.golden.agreement import agree
from canonical.golden.order import OWN, REGISTER, TIE, Ordered
from canonical.golden.ranking import SECOND_HAND
from canonical.golden.units import UNITS, Unit
from canonical.model.party import INDIVIDUAL_KINDS

EQUAL_RANK = "equal_rank"
UNREGISTERED = "unregistered"
SCHEMA = {
    "party_id": pl.Int64(),
    "field": pl.String(),
    "kind": pl.String(),
    "members": pl.List(pl.Int64),
}


def find(ordered: Ordered) -> pl.DataFrame:
    """All conflicts: party_id, field, kind, members (the winner's or the register's first)."""
    pairs = [pair for unit in UNITS for pair in _of_unit(unit, ordered) if pair.height]
    if not pairs:
        return pl.DataFrame(schema=SCHEMA)
    found = pl.concat(pairs)
    members = ordered.rows["member_id"]
    return (
        found.select(
            "field",
            "kind",
            party_id=ordered.parties.gather(found["#group"]),
            first=members.gather(found["row"]),
            other=members.gather(found["other"]),
        )
        .group_by("party_id", "field", "kind")
        .agg(pl.col("first").first(), pl.col("other").sort())
        .select("party_id", "field", "kind", members=pl.concat_list("first", "other"))
        .sort("party_id", "field")
    )


def _of_unit(unit: Unit, ordered: Ordered) -> list[pl.DataFrame]:
    if not ordered.stated(unit.name):
        return []
    equals = _equals(unit, ordered) if unit.settled else None
    late = _late(unit, ordered) if unit.registered else None
    if equals is not None and late is not None:
        late = late.join(equals, on="#group", how="anti")
    return [pairs for pairs in (equals, late) if pairs is not None]


def _equals(unit: Unit, ordered: Ordered) -> pl.DataFrame:
    """Claims that stand as high as the winner and say something else."""
    keys = ordered.keys[unit.name]
    some = ordered.rows.select("#group", other="#row", voice="voice", key=keys).drop_nulls("key")
    some = some.with_columns(top=ordered.tops[unit.name].gather(some["#group"])).filter(
        pl.col("key") // TIE == pl.col("top") // TIE,
        pl.col("key") != pl.col("top"),
        pl.col("voice") != SECOND_HAND,
    )
    rows = ordered.top(unit.name).gather(some["#group"])
    return _differing(unit, ordered, some.with_columns(row=rows), EQUAL_RANK)


def _late(unit: Unit, ordered: Ordered) -> pl.DataFrame:
    """The newest own word where it is newer than the register's; individuals are in none."""
    kinds = ordered.rows["kind"].gather(ordered.top("kind"))
    pairs = pl.DataFrame(
        {
            "#group": pl.int_range(ordered.parties.len(), eager=True, dtype=pl.UInt32),
            "row": ordered.top(unit.name + REGISTER),
            "other": ordered.top(unit.name + OWN),
        }
    )
    pairs = pairs.filter(~kinds.is_in(list(INDIVIDUAL_KINDS)).fill_null(value=False)).drop_nulls()
    pairs = pairs.with_columns(
        registered=ordered.day(unit.name + REGISTER, pairs["row"]),
        said=ordered.day(unit.name + OWN, pairs["other"]),
    ).filter(pl.col("said") > pl.col("registered").fill_null(pl.date(1, 1, 1)))
    return _differing(unit, ordered, pairs, UNREGISTERED)


def _differing(unit: Unit, ordered: Ordered, pairs: pl.DataFrame, kind: str) -> pl.DataFrame:
    same = agree(unit, ordered.rows, pairs["row"], pairs["other"])
    return pairs.filter(~same).select(
        "#group", "row", "other", field=pl.lit(unit.name), kind=pl.lit(kind)
    )
