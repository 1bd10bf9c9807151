"""Who matches the claims: each reads the same frames and answers with clusters.

Nobody is given the truth: it stays with the process that judges.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from benchmarks.matching import splink_stock
from canonical.matching import clustering, engine, training
from canonical.matching.features import features
from canonical.matching.model import Model

NAMES = ("hub", "hub_trained", "hub_decided", "splink")
"""`hub` takes the model that ships, as a first `hub match run` does; `hub_trained` learns from the
claims without labels, as Splink does; `hub_decided` from the claims and a person's decisions."""


@dataclass(slots=True)
class Given:
    """What a contender sees: claims as frames, and decisions (`low`, `high`, `verdict`) if any."""

    party: pl.DataFrame
    trade_name: pl.DataFrame
    decisions: pl.DataFrame | None = None

    def features(self) -> pl.DataFrame:
        """What the claims are compared by; the claims themselves are let go, for any contender."""
        party, self.party = self.party, self.party.clear()
        return features(party, self.trade_name)


@dataclass(frozen=True, slots=True)
class Answer:
    """`clusters` (member_id, cluster), `pairs` scored (low, high, probability), and those of them
    that a person is asked about (`review`)."""

    clusters: pl.DataFrame
    pairs: pl.DataFrame
    review: pl.DataFrame


def contender(name: str) -> Callable[[Given], Answer]:
    """The contender of this name."""
    found = {"hub": hub, "hub_trained": trained, "hub_decided": trained, "splink": splink}
    return found[name]


def hub(given: Given) -> Answer:
    """The hub's engine and partition, by the model that ships."""
    return _matched(given.features(), Model.shipped(), None)


def trained(given: Given) -> Answer:
    """The hub's engine and partition, by a model trained on the claims and decisions, if any."""
    compared = given.features()
    return _matched(compared, training.train(compared, given.decisions), given.decisions)


def _matched(compared: pl.DataFrame, model: Model, decided: pl.DataFrame | None) -> Answer:
    decisions = _decisions(decided)
    edges = engine.edges(compared, model)
    members = compared.select("member_id", "kind", scope=pl.lit(""))
    evidence = clustering.Evidence(members, _no_identifiers(), edges, decisions)
    clusters = clustering.partition(evidence).select("member_id", "cluster")
    scored = edges.filter(pl.col("outcome") != "different")
    pairs = scored.select("low", "high", "probability")
    return Answer(clusters, pairs, _to_review(edges, clusters, decisions))


def splink(given: Given) -> Answer:
    """Splink's stock settings; it asks nobody."""
    table = splink_stock.shaped(given.features())
    clusters, pairs = splink_stock.match(table)
    return Answer(clusters, pairs, pairs.select("low", "high").clear())


def _to_review(
    edges: pl.DataFrame, clusters: pl.DataFrame, decisions: pl.DataFrame
) -> pl.DataFrame:
    """Pairs for a person: not yet decided, and not of one party anyway."""
    asked = edges.filter(pl.col("outcome") == "review").join(
        decisions, on=["low", "high"], how="anti"
    )
    low = asked.join(clusters, left_on="low", right_on="member_id")
    both = low.join(clusters, left_on="high", right_on="member_id", suffix="_high")
    apart = both.filter(pl.col("cluster") != pl.col("cluster_high"))
    return apart.select("low", "high", "probability").sort("low", "high")


def _decisions(told: pl.DataFrame | None) -> pl.DataFrame:
    """Decisions as the store holds them: the later a row, the later it was decided."""
    pairs = told if told is not None else pl.DataFrame(
        schema={"low": pl.Int64, "high": pl.Int64, "verdict": pl.String}
    )  # fmt: skip
    return pairs.select(
        "low", "high", "verdict",
        decision_no=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
        leaves=pl.lit(None, pl.Int64),
    )  # fmt: skip


def _no_identifiers() -> pl.DataFrame:
    return pl.DataFrame(schema={"kind": pl.String, "value": pl.String, "member_id": pl.Int64})
