"""Why two parties or records are one, or are not: what was compared, shared and decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import Connection

from base.errors import StoreError
from canonical.matching import versions
from canonical.matching.comparison import compare
from canonical.matching.explain import explain
from canonical.matching.features import FEATURE_SCHEMA
from canonical.matching.parties import Found
from canonical.matching.tables import Tables
from canonical.store.bulk import Bulk

_MOST = 200
"""Members of a party that are compared to find the two that are most alike."""
_NAMES = ("name_core", "trade_name", "person_name")


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known about two members, the most alike of those that were named.

    Attributes:
        low, high: the members.
        kinds: their kinds of party.
        together: whether they are in one party, and `basis` why each is where it is.
        outcome, probability, weight: of comparing them under the active model, in bits.
        comparisons: rows of `explain.explain`, with personal values.
        shared: kinds of identifier that both parties carry with one value.
        decision: the last decision about a pair of the two names.
        model_no: the version that compared.
    """

    low: int
    high: int
    kinds: tuple[str | None, str | None]
    together: bool
    basis: tuple[str, str]
    outcome: str
    probability: float
    weight: float
    comparisons: list[dict[str, Any]]
    shared: list[str]
    decision: dict[str, Any] | None
    model_no: int


def explained(connection: Connection, bulk: Bulk, one: Found, other: Found) -> Explanation:
    """The explanation of what two names stand for.

    Raises:
        StoreError: both stand for the same claim.
    """
    tables = Tables(connection, bulk)
    model_no, model = versions.active(connection)
    mine, theirs = one.members[:_MOST], tuple(m for m in other.members if m not in one.members)
    if not theirs:
        raise StoreError(
            "both names stand for the same claims", remedy="Name two records or two parties"
        )
    every = pl.Series("member_id", [*mine, *theirs[:_MOST]], dtype=pl.Int64)
    rows = tables.members("member_id", every)
    features = rows.select(FEATURE_SCHEMA.keys())
    pairs = pl.DataFrame(
        [(min(m, t), max(m, t)) for m in mine for t in theirs[:_MOST]],
        schema={"low": pl.Int64, "high": pl.Int64},
        orient="row",
    )
    told = _most_alike(compare(pairs, features, model), features)
    low, high = told["low"], told["high"]
    a, b = (low, high) if low in mine else (high, low)
    places = {row["member_id"]: row for row in tables.crosswalk("member_id", every).to_dicts()}
    kinds = dict(rows.select("member_id", "kind").iter_rows())
    return Explanation(
        low=a,
        high=b,
        kinds=(kinds[a], kinds[b]),
        together=places[a]["party_id"] == places[b]["party_id"],
        basis=(places[a]["basis"], places[b]["basis"]),
        outcome=told["outcome"],
        probability=told["probability"],
        weight=told["weight"],
        comparisons=explain(a, b, features, model).to_dicts(),
        shared=_shared(tables, one, other),
        decision=_decision(tables, one, other),
        model_no=model_no,
    )


def _most_alike(compared: pl.DataFrame, features: pl.DataFrame) -> dict[str, Any]:
    """The pair most alike of those that name somebody: who says nothing is unlike nobody."""
    named = features.filter(pl.any_horizontal(pl.col(_NAMES).is_not_null()))["member_id"].implode()
    telling = pl.col("low").is_in(named) & pl.col("high").is_in(named)
    order = compared.with_columns(telling=telling).sort(
        "telling", "weight", "low", "high", descending=[True, True, False, False]
    )
    return order.row(0, named=True)


def _shared(tables: Tables, one: Found, other: Found) -> list[str]:
    mine, theirs = (
        tables.identifiers(pl.Series("member_id", found.members, dtype=pl.Int64))
        for found in (one, other)
    )
    both = mine.join(theirs, on=["kind", "value"], how="semi")
    return sorted(both["kind"].unique().to_list())


def _decision(tables: Tables, one: Found, other: Found) -> dict[str, Any] | None:
    mine, theirs = (pl.Series(found.members, dtype=pl.Int64).implode() for found in (one, other))
    between = (pl.col("low").is_in(mine) & pl.col("high").is_in(theirs)) | (
        pl.col("low").is_in(theirs) & pl.col("high").is_in(mine)
    )
    last = tables.decisions().filter(between).sort("decision_no").tail(1)
    return last.row(0, named=True) if last.height else None
