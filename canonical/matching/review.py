"""Pairs of parties that a person has to look at, and why.

What was decided is not asked again, whichever records of the two parties it was about. Two
parties with different numbers, or a person and a corporation, are never one: only an identifier
that both of them carry is worth a look then.
"""

# ruff: noqa: S608 - only names of our own tables and columns are put into statements

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection

from canonical.matching.identity import CORPORATE_NUMBER, NUMBER_AND_NAME, REGISTRY_NUMBER, anchors
from canonical.matching.tables import Tables
from canonical.store.bulk import Bulk

LIKELY = "likely"
AMBIGUOUS = "ambiguous"
SHARED = "shared_identifier"
COMPLETED = "twelve_digits"
REASONS = {
    LIKELY: "alike, but not enough to be sure",
    AMBIGUOUS: "alike enough, but another candidate or a rule stands against it",
    SHARED: "both carry one identifier, and something stands against joining them",
    COMPLETED: "12 digits that would be the other's 法人番号, but its name does not agree",
}

_PAIR_SCHEMA = {
    "low": pl.Int64,
    "high": pl.Int64,
    "party_low": pl.Int64,
    "party_high": pl.Int64,
    "probability": pl.Float64,
    "reason": pl.String,
    "detail": pl.String,
    "scope": pl.String,
}


@dataclass(frozen=True, slots=True)
class Pending:
    """What waits for a person.

    `pairs`: low, high (members), party_low, party_high, probability (null where nothing was
    compared), reason (`REASONS`), detail (the kind of identifier), scope; the likeliest first, one
    pair of members for each pair of parties.
    """

    pairs: pl.DataFrame


def pending(connection: Connection, bulk: Bulk, scopes: Collection[str] = ()) -> Pending:
    """All pairs of parties that wait, as far as the scopes let see."""
    tables = Tables(connection, bulk)
    found = pl.concat(
        [
            _compared(connection, bulk),
            _sharing(connection, bulk),
            _uncompleted(connection, bulk),
        ]
    )
    allowed = ["", *scopes]
    found = found.filter(
        pl.col("scope_low").is_in(allowed) & pl.col("scope_high").is_in(allowed)
    ).with_columns(scope=pl.max_horizontal("scope_low", "scope_high"))
    found = _undecided(tables, _possible(tables, found, allowed), allowed)
    best = found.sort(
        "probability", "low", "high", descending=[True, False, False], nulls_last=True
    ).unique(["one", "other"], keep="first", maintain_order=True)
    return Pending(best.select(_PAIR_SCHEMA.keys()))


_CURRENT = "recorded_to IS NULL"


def _compared(connection: Connection, bulk: Bulk) -> pl.DataFrame:
    """Compared pairs that are alike and are not in one party."""
    statement = (
        "SELECT e.low, e.high, a.party_id AS party_low, b.party_id AS party_high, e.probability,"
        " e.outcome, a.scope AS scope_low, b.scope AS scope_high FROM match_edge e"
        f" JOIN crosswalk a ON a.member_id = e.low AND a.{_CURRENT}"
        f" JOIN crosswalk b ON b.member_id = e.high AND b.{_CURRENT}"
        " WHERE e.outcome IN ('same', 'review') AND a.party_id <> b.party_id"
    )
    schema = {
        **{name: _PAIR_SCHEMA[name] for name in ("low", "high", "party_low", "party_high")},
        "probability": pl.Float64,
        "outcome": pl.String,
        "scope_low": pl.String,
        "scope_high": pl.String,
    }
    rows = bulk.select(connection, statement, {}, schema)
    reason = pl.when(pl.col("outcome") == "same").then(pl.lit(AMBIGUOUS)).otherwise(pl.lit(LIKELY))
    return rows.with_columns(reason=reason, detail=pl.lit(None, pl.String)).drop("outcome")


def _sharing(connection: Connection, bulk: Bulk) -> pl.DataFrame:
    """Identifiers that members of several parties carry: each party with the first of them."""
    statement = (
        "SELECT i.kind, i.value, i.member_id, c.party_id, c.scope FROM match_identifier i"
        f" JOIN crosswalk c ON c.member_id = i.member_id AND c.{_CURRENT}"
        " WHERE i.kind NOT IN (:kind, :alone, :named) AND EXISTS (SELECT 1 FROM match_identifier j"
        f" JOIN crosswalk d ON d.member_id = j.member_id AND d.{_CURRENT}"
        " WHERE j.kind = i.kind AND j.value = i.value AND d.party_id <> c.party_id)"
    )
    schema = {
        "kind": pl.String,
        "value": pl.String,
        "member_id": pl.Int64,
        "party_id": pl.Int64,
        "scope": pl.String,
    }
    bound = {"kind": CORPORATE_NUMBER, "alone": REGISTRY_NUMBER, "named": NUMBER_AND_NAME}
    rows = bulk.select(connection, statement, bound, schema)
    each = rows.sort("scope", "member_id").unique(
        ["kind", "value", "party_id"], keep="first", maintain_order=True
    )
    by = ["kind", "value"]
    firsts = each.unique(by, keep="first", maintain_order=True)
    pairs = firsts.join(each, on=by, suffix="_high").filter(
        pl.col("party_id") != pl.col("party_id_high")
    )
    low_first = pl.col("member_id") < pl.col("member_id_high")
    return pairs.select(
        low=pl.min_horizontal("member_id", "member_id_high"),
        high=pl.max_horizontal("member_id", "member_id_high"),
        party_low=pl.when(low_first).then("party_id").otherwise("party_id_high"),
        party_high=pl.when(low_first).then("party_id_high").otherwise("party_id"),
        probability=pl.lit(None, pl.Float64),
        scope_low=pl.when(low_first).then("scope").otherwise("scope_high"),
        scope_high=pl.when(low_first).then("scope_high").otherwise("scope"),
        reason=pl.lit(SHARED),
        detail="kind",
    )


def _uncompleted(connection: Connection, bulk: Bulk) -> pl.DataFrame:
    """Members whose 12 digits would be the 法人番号 of a party that they are not in."""
    statement = (
        "SELECT i.member_id, c.party_id, c.scope, j.member_id AS other, d.party_id AS other_party,"
        " d.scope AS other_scope FROM match_identifier i"
        " JOIN match_identifier j ON j.kind = :number AND j.value = i.value"
        f" JOIN crosswalk c ON c.member_id = i.member_id AND c.{_CURRENT}"
        f" JOIN crosswalk d ON d.member_id = j.member_id AND d.{_CURRENT}"
        " WHERE i.kind = :kind AND c.party_id <> d.party_id"
    )
    schema = {
        "member_id": pl.Int64,
        "party_id": pl.Int64,
        "scope": pl.String,
        "other": pl.Int64,
        "other_party": pl.Int64,
        "other_scope": pl.String,
    }
    bound = {"kind": REGISTRY_NUMBER, "number": CORPORATE_NUMBER}
    rows = bulk.select(connection, statement, bound, schema)
    low_first = pl.col("member_id") < pl.col("other")

    def ends(mine: str, its: str) -> tuple[pl.Expr, pl.Expr]:
        low = pl.when(low_first).then(mine).otherwise(its)
        return low, pl.when(low_first).then(its).otherwise(mine)

    low, high = ends("member_id", "other")
    party_low, party_high = ends("party_id", "other_party")
    scope_low, scope_high = ends("scope", "other_scope")
    return rows.select(
        low=low,
        high=high,
        party_low=party_low,
        party_high=party_high,
        probability=pl.lit(None, pl.Float64),
        scope_low=scope_low,
        scope_high=scope_high,
        reason=pl.lit(COMPLETED),
        detail=pl.lit(REGISTRY_NUMBER),
    )


def _possible(tables: Tables, found: pl.DataFrame, allowed: list[str]) -> pl.DataFrame:
    """Without compared pairs of parties that could never be one."""
    parties = pl.concat([found["party_low"], found["party_high"]]).unique()
    mates = tables.crosswalk("party_id", parties).filter(pl.col("scope").is_in(allowed))
    known = tables.known(mates["member_id"])
    held = anchors(known.select("member_id", "kind"), tables.identifiers(mates["member_id"]))
    by_party = (
        mates.select("member_id", "party_id")
        .join(held, on="member_id")
        .group_by("party_id")
        .agg(pl.col("number").drop_nulls().first(), pl.col("nature").drop_nulls().first())
    )
    for end in ("low", "high"):
        found = found.join(
            by_party.rename(
                {"party_id": f"party_{end}", "number": f"number_{end}", "nature": f"nature_{end}"}
            ),
            on=f"party_{end}",
            how="left",
        )
    never = (pl.col("number_low") != pl.col("number_high")).fill_null(value=False) | (
        pl.col("nature_low") != pl.col("nature_high")
    ).fill_null(value=False)
    return found.filter(~never | pl.col("reason").is_in([SHARED, COMPLETED])).with_columns(
        one=pl.min_horizontal("party_low", "party_high"),
        other=pl.max_horizontal("party_low", "party_high"),
    )


def _undecided(tables: Tables, found: pl.DataFrame, allowed: list[str]) -> pl.DataFrame:
    """Without pairs of parties about which a person decided, as far as the scopes let know."""
    decided = tables.decisions().select("low", "high")
    ends = pl.concat([decided["low"], decided["high"]]).unique()
    places = tables.crosswalk("member_id", ends).filter(pl.col("scope").is_in(allowed))
    places = places.select("member_id", "party_id")
    told = decided.join(places.rename({"member_id": "low", "party_id": "a"}), on="low").join(
        places.rename({"member_id": "high", "party_id": "b"}), on="high"
    )
    settled = told.select(one=pl.min_horizontal("a", "b"), other=pl.max_horizontal("a", "b"))
    return found.join(settled, on=["one", "other"], how="anti")
