"""`golden_party.sources`: who says each value, in one small text a record.

`{"members": [[123, "2025-06-01"], …], "fields": {"name": 0, "address": 0, …}}`: the members that
the record's values come from with the day of their word (null where it tells none; a member stands
there twice where some of its words repeat older ones), and for every
unit or companion (`canonical.golden.units`) the place of its member in that list.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from canonical.golden.units import COLUMNS

_PLACE = {name: place for place, name in enumerate(COLUMNS)}


@dataclass(frozen=True, slots=True)
class Source:
    """Whose value it is, and the day on which it was asserted."""

    member_id: int
    as_of: date | None


def written(winners: pl.DataFrame) -> pl.DataFrame:
    """party_id and sources of every party, from party_id, unit, member_id and as_of."""
    numbered = winners.with_columns(
        index=pl.struct("member_id", "as_of").rank("dense").over("party_id") - 1,
        place=pl.col("unit").replace_strict(_PLACE, return_dtype=pl.Int32),
    )
    day = pl.col("as_of").dt.strftime('"%Y-%m-%d"').fill_null("null")
    members = (
        numbered.unique(["party_id", "index"])
        .sort("party_id", "index")
        .select("party_id", text=pl.format("[{},{}]", "member_id", day))
        .group_by("party_id")
        .agg(members=pl.col("text").str.join(","))
    )
    fields = (
        numbered.sort("party_id", "place")
        .select("party_id", text=pl.format('"{}":{}', "unit", "index"))
        .group_by("party_id")
        .agg(fields=pl.col("text").str.join(","))
    )
    return members.join(fields, on="party_id").select(
        "party_id",
        sources=pl.concat_str(
            pl.lit('{"members":['),
            "members",
            pl.lit('],"fields":{'),
            "fields",
            pl.lit("}}"),
        ),
    )


def read(text: str) -> Mapping[str, Source]:
    """By unit and companion whose value holds."""
    told = json.loads(text)
    members = [
        Source(member, None if day is None else date.fromisoformat(day))
        for member, day in told["members"]
    ]
    return {name: members[place] for name, place in told["fields"].items()}
