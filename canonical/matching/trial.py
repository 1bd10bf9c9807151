"""A new version of the model, and what it would change before anybody takes it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import polars as pl

from base.clock import Clock
from base.errors import StoreError
from canonical.matching import versions
from canonical.matching.clustering import Evidence, partition
from canonical.matching.edges import compare_all
from canonical.matching.features import FEATURE_SCHEMA
from canonical.matching.identity import IDENTIFIER_SCHEMA
from canonical.matching.model import Model
from canonical.matching.sources import MEMBER_SCHEMA, Members
from canonical.matching.tables import EDGE_SCHEMA, Tables
from canonical.matching.training import train
from canonical.store import Store


@dataclass(frozen=True, slots=True)
class Difference:
    """What a version would change among open parties.

    `joined` parties would become part of another, `parted` ones would fall into several; `moved`
    members would have other company; `review` pairs would be for a person to look at, against
    `review_now`.
    """

    model_no: int
    members: int
    decisions: int
    parties_now: int
    parties: int
    joined: int
    parted: int
    moved: int
    review_now: int
    review: int

    def as_json(self) -> dict[str, int]:
        """The difference as plain JSON values."""
        return asdict(self)


def train_candidate(store: Store, clock: Clock) -> Difference:
    """Make a version from the open members and what people decided about them.

    It becomes a candidate: nothing is matched by it until it is activated. What confidential
    streams hold takes no part, neither in the model nor in what is told.

    Raises:
        StoreError: there is nothing to learn from.
    """
    versions.ensure(store.database, clock.now())
    with store.database.read() as connection:
        tables = Tables(connection, store.database.bulk)
        members = _open_members(tables)
        decisions = tables.decisions()
        ids = members.rows.select("member_id")
        decisions = decisions.join(ids.rename({"member_id": "low"}), on="low", how="semi").join(
            ids.rename({"member_id": "high"}), on="high", how="semi"
        )
        places = tables.current_crosswalk().filter(pl.col("scope") == "")
        now = tables.every("match_edge", EDGE_SCHEMA).filter(pl.col("outcome") == "review")
    if members.rows.is_empty():
        raise StoreError(
            "there is no claim to learn from", remedy="Run `hub sync` and `hub match run` first"
        )
    model = train(members.rows.select(FEATURE_SCHEMA.keys()), decisions)
    with store.database.write() as connection:
        model_no = versions.add(connection, model, clock.now(), status="candidate")
    reviews = _between(now, places.select("member_id", cluster="party_id"))
    return _difference(members, decisions, places, model, (model_no, reviews))


def _open_members(tables: Tables) -> Members:
    rows = tables.every("match_member", MEMBER_SCHEMA).filter(pl.col("scope") == "")
    held = tables.every("match_identifier", IDENTIFIER_SCHEMA)
    return Members(rows, held.join(rows.select("member_id"), on="member_id", how="semi"))


def _difference(
    members: Members,
    decisions: pl.DataFrame,
    places: pl.DataFrame,
    model: Model,
    told: tuple[int, int],
) -> Difference:
    model_no, reviews = told
    compared = compare_all(members, model)
    known = members.rows.select("member_id", "scope", "kind")
    after = partition(Evidence(known, members.identifiers, compared.edges, decisions))
    both = places.select("member_id", "party_id").join(
        after.select("member_id", "cluster"), on="member_id"
    )
    held = both.with_columns(
        parties=pl.col("party_id").n_unique().over("cluster"),
        clusters=pl.col("cluster").n_unique().over("party_id"),
    )
    joined = held.group_by("cluster").agg(pl.col("party_id").n_unique())
    return Difference(
        model_no=model_no,
        members=members.rows.height,
        decisions=decisions.height,
        parties_now=places["party_id"].n_unique(),
        parties=after["cluster"].n_unique(),
        joined=int((joined["party_id"] - 1).sum()),
        parted=held.filter(pl.col("clusters") > 1)["party_id"].n_unique(),
        moved=held.filter((pl.col("clusters") > 1) | (pl.col("parties") > 1)).height,
        review_now=reviews,
        review=_between(
            compared.edges.filter(pl.col("outcome") == "review"),
            after.select("member_id", "cluster"),
        ),
    )


def _between(edges: pl.DataFrame, places: pl.DataFrame) -> int:
    """How many edges lead from one party to another, of those whose ends have a place."""
    low = places.rename({"member_id": "low", "cluster": "one"})
    high = places.rename({"member_id": "high", "cluster": "other"})
    both = edges.join(low, on="low").join(high, on="high")
    return both.filter(pl.col("one") != pl.col("other")).height
