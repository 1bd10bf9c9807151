"""The partition of members into parties: a pure function of members, links and decisions.

What is certain comes first: people's decisions, then identifiers from the strongest kind to the
weakest, then compared pairs in descending probability. No step joins members of two different
numbers, a person and a corporation, or members that a person or a rule of comparison keeps apart;
a member with several candidates about as good that exclude each other takes none. Ties are broken
by member ids.

Members of confidential streams come after the open ones and change nothing about them: each joins
an open party by its own links, and those left make parties of their own within their scope.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from canonical.matching.components import components, linked
from canonical.matching.contested import Contest, Links
from canonical.matching.identity import CORPORATE_NUMBER, STRENGTH, anchors, joining
from canonical.matching.joining import joined

ALONE = "alone"
MATCH = "match"
DECISION = "decision"
APART = ("different", "related")
"""Outcomes and verdicts under which two members are not one party."""

PLACE_SCHEMA = {
    "member_id": pl.Int64,
    "scope": pl.String,
    "cluster": pl.Int64,
    "basis": pl.String,
    "probability": pl.Float64,
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known about some members; links to members that are not here are left out.

    Args:
        members: member_id, scope, kind.
        identifiers: kind, value, member_id.
        edges: low, high, probability, outcome; an edge `different` is one that a rule of
            comparison forbids, whatever its probability.
        decisions: low, high, verdict, decision_no, leaves; those in force, one a pair.
    """

    members: pl.DataFrame
    identifiers: pl.DataFrame
    edges: pl.DataFrame
    decisions: pl.DataFrame

    def among(self, members: pl.DataFrame) -> Evidence:
        """The evidence about some of the members alone."""
        ids = members.select("member_id")
        return Evidence(
            members,
            self.identifiers.join(ids, on="member_id", how="semi"),
            _within(self.edges, ids),
            _within(self.decisions, ids),
        )


def partition(evidence: Evidence) -> pl.DataFrame:
    """The place of every member: member_id, scope, cluster, basis, probability.

    `cluster` is a label: the smallest open member of the party, or the smallest at all where
    nobody open speaks of it. `basis` is the strongest kind of identifier that the member shares
    with another of its party, else `decision`, `match` (with the highest probability) or `alone`.
    """
    is_open = pl.col("scope") == ""
    public = evidence.among(evidence.members.filter(is_open))
    clusters = _clusters(public)
    placed = [_explained(public, clusters)]
    hidden = evidence.members.filter(~is_open)
    for scope in sorted(hidden["scope"].unique().to_list()):
        own = hidden.filter(pl.col("scope") == scope)
        touched = clusters.join(_touched(evidence, own, clusters), on="cluster", how="semi")
        near = public.members.join(touched, on="member_id", how="semi")
        seen = evidence.among(pl.concat([near, own]))
        told = _with_scope(seen, own, touched)
        ids = own.select("member_id")
        placed.append(_explained(seen, told).join(ids, on="member_id", how="semi"))
    return pl.concat(placed).sort("member_id")


def _touched(evidence: Evidence, own: pl.DataFrame, clusters: pl.DataFrame) -> pl.DataFrame:
    """The open clusters that any link leads to from the members of one scope: cluster."""
    ids = own.select("member_id")
    values = evidence.identifiers.join(ids, on="member_id", how="semi")
    reached = [
        evidence.identifiers.join(values, on=["kind", "value"], how="semi").select("member_id")
    ]
    for pairs in (evidence.edges, evidence.decisions):
        for here, there in (("low", "high"), ("high", "low")):
            near = pairs.join(ids.rename({"member_id": here}), on=here, how="semi")
            reached.append(near.select(member_id=there))
    return clusters.join(pl.concat(reached), on="member_id", how="semi").select("cluster").unique()


def _with_scope(seen: Evidence, own: pl.DataFrame, clusters: pl.DataFrame) -> pl.DataFrame:
    """The clusters of the open members near a scope and of its own: member_id, cluster."""
    guests = joined(_links(seen), own, clusters)
    left = seen.among(own.join(guests, on="member_id", how="anti"))
    return pl.concat([clusters, guests, _clusters(left)])


def _clusters(evidence: Evidence) -> pl.DataFrame:
    """The clusters of members of one tier: member_id, cluster.

    A component in which nothing contradicts is one cluster; the others are settled link by link.
    """
    found = _components(evidence)
    contested = _contested(evidence, found)
    rest = found.join(contested, on="component", how="anti")
    clean = rest.select("member_id", cluster="component")
    if contested.is_empty():
        return clean
    inside = found.join(contested, on="component", how="semi")
    disputed = evidence.among(evidence.members.join(inside, on="member_id", how="semi"))
    settled = Contest(_links(disputed), inside["member_id"].to_list()).settle()
    return pl.concat([clean, settled])


def _components(evidence: Evidence) -> pl.DataFrame:
    links = [
        linked(joining(evidence.identifiers), ["kind", "value"]),
        evidence.edges.filter(pl.col("outcome") == "same").select("low", "high"),
        evidence.decisions.filter(pl.col("verdict") == "same").select("low", "high"),
    ]
    every = pl.concat(links)
    ids = evidence.members["member_id"]
    return pl.DataFrame(
        {"member_id": ids, "component": components(ids, every["low"], every["high"])}
    )


def _contested(evidence: Evidence, found: pl.DataFrame) -> pl.DataFrame:
    """Components in which there are two numbers, both natures, or members to be kept apart."""
    held = anchors(evidence.members, evidence.identifiers).join(found, on="member_id")
    several = (
        held.group_by("component")
        .agg(pl.col("number").drop_nulls().n_unique(), pl.col("nature").drop_nulls().n_unique())
        .filter((pl.col("number") > 1) | (pl.col("nature") > 1))
        .select("component")
    )
    apart = pl.concat(
        [
            evidence.edges.filter(pl.col("outcome").is_in(APART)).select("low", "high"),
            evidence.decisions.filter(pl.col("verdict").is_in(APART)).select("low", "high"),
        ]
    )
    low = found.select(low="member_id", component="component")
    high = found.select(high="member_id", other="component")
    inside = (
        apart.join(low, on="low")
        .join(high, on="high")
        .filter(pl.col("component") == pl.col("other"))
        .select("component")
    )
    return pl.concat([several, inside]).unique()


def _links(evidence: Evidence) -> Links:
    return Links.of(
        anchors(evidence.members, evidence.identifiers),
        joining(evidence.identifiers),
        evidence.edges,
        evidence.decisions,
    )


def _explained(evidence: Evidence, clusters: pl.DataFrame) -> pl.DataFrame:
    """Why each member is where it is."""
    members = evidence.members.select("member_id", "scope").join(clusters, on="member_id")
    reasons = pl.concat([_shared(evidence, clusters), _linked_inside(evidence, clusters)])
    best = (
        reasons.sort("member_id", "rank", pl.col("probability"), descending=[False, False, True])
        .unique("member_id", keep="first", maintain_order=True)
        .select("member_id", "basis", "probability")
    )
    return (
        members.join(best, on="member_id", how="left")
        .with_columns(pl.col("basis").fill_null(ALONE))
        .select(PLACE_SCHEMA.keys())
    )


def _shared(evidence: Evidence, clusters: pl.DataFrame) -> pl.DataFrame:
    """Identifiers that members share with others of their cluster and with nobody else's."""
    ranks = {kind: place for place, kind in enumerate(STRENGTH)}
    held = joining(evidence.identifiers).join(clusters, on="member_id")
    value = ["kind", "value"]
    one_party = pl.col("cluster").n_unique().over(value) == 1
    several = pl.len().over([*value, "cluster"]) > 1
    return held.filter(several & (one_party | (pl.col("kind") == CORPORATE_NUMBER))).select(
        "member_id",
        rank=pl.col("kind").replace_strict(ranks, default=len(STRENGTH), return_dtype=pl.Int32),
        basis="kind",
        probability=pl.lit(None, pl.Float64),
    )


def _linked_inside(evidence: Evidence, clusters: pl.DataFrame) -> pl.DataFrame:
    """Decisions and compared pairs that hold members inside their cluster."""
    low = clusters.select(low="member_id", cluster="cluster")
    high = clusters.select(high="member_id", other="cluster")
    decided = evidence.decisions.filter(pl.col("verdict") == "same").select(
        "low",
        "high",
        rank=pl.lit(len(STRENGTH) + 1, pl.Int32),
        basis=pl.lit(DECISION),
        probability=pl.lit(None, pl.Float64),
    )
    matched = evidence.edges.filter(pl.col("outcome") == "same").select(
        "low",
        "high",
        rank=pl.lit(len(STRENGTH) + 2, pl.Int32),
        basis=pl.lit(MATCH),
        probability="probability",
    )
    inside = (
        pl.concat([decided, matched])
        .join(low, on="low")
        .join(high, on="high")
        .filter(pl.col("cluster") == pl.col("other"))
    )
    told = ("rank", "basis", "probability")
    return pl.concat(
        [inside.select(pl.col(end).alias("member_id"), *told) for end in ("low", "high")]
    )


def _within(pairs: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    """The pairs of which both ends are among `ids`."""
    low, high = ids.rename({"member_id": "low"}), ids.rename({"member_id": "high"})
    return pairs.join(low, on="low", how="semi").join(high, on="high", how="semi")
