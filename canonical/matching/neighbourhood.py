"""Everything that hangs together with some members: what has to be settled again with them."""

from __future__ import annotations

import polars as pl

from canonical.matching.clustering import Evidence
from canonical.matching.tables import EDGE_SCHEMA, KNOWN_SCHEMA, Tables

_IDENTIFIER = ["kind", "value"]


def party_mates(tables: Tables, members: pl.Series) -> pl.Series:
    """The members of the parties that these are in, or founded."""
    theirs = tables.crosswalk("member_id", members)["party_id"]
    parties = pl.concat([theirs, members]).unique()
    return tables.crosswalk("party_id", parties)["member_id"]


def around(
    tables: Tables, seeds: pl.Series, decisions: pl.DataFrame
) -> tuple[pl.DataFrame, Evidence]:
    """The members that any chain of links leads to from `seeds`, and all that is known of them.

    The frame has the columns of `KNOWN_SCHEMA`; members that are gone are left out.
    """
    must = decisions.filter(pl.col("verdict") == "same").select("low", "high")
    known = pl.DataFrame(schema={"member_id": pl.Int64})
    frontier = seeds.unique()
    rows, held, edges = [], [], []
    while frontier.len():
        found = tables.known(frontier)
        rows.append(found)
        known = pl.concat([known, pl.DataFrame({"member_id": frontier})])
        own = tables.identifiers(frontier)
        held.append(own)
        near = tables.edges(frontier)
        edges.append(near)
        reached = pl.concat(
            [
                tables.sharing(own.select(_IDENTIFIER).unique())["member_id"],
                _ends(near.filter(pl.col("outcome") == "same")),
                _ends(must.filter(_touches(frontier))),
            ]
        )
        frontier = (
            pl.DataFrame({"member_id": reached})
            .unique()
            .join(known, on="member_id", how="anti")["member_id"]
        )
    members = pl.concat(rows) if rows else pl.DataFrame(schema=KNOWN_SCHEMA)
    every = pl.concat(edges).unique(["low", "high"]) if edges else pl.DataFrame(schema=EDGE_SCHEMA)
    return members, Evidence(
        members.select("member_id", "scope", "kind"),
        pl.concat(held) if held else tables.identifiers(seeds.clear()),
        every,
        decisions,
    ).among(members.select("member_id", "scope", "kind"))


def _ends(pairs: pl.DataFrame) -> pl.Series:
    return pl.concat([pairs["low"], pairs["high"]]).alias("member_id")


def _touches(members: pl.Series) -> pl.Expr:
    inside = members.implode()
    return pl.col("low").is_in(inside) | pl.col("high").is_in(inside)
