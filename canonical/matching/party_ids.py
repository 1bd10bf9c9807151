"""Which party id a cluster bears: that of the member which founded it, for as long as it lasts.

Where clusters merge, the elder party survives and the other redirects to it; where they part
again, an id goes back to the part that its founding member is in. An id whose founding member is
gone stays with the part that holds most of the members that bore it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

import polars as pl
from polars._typing import PolarsDataType

from canonical.matching.identity import STRENGTH

MOMENT = pl.Datetime("us", "UTC")
PARTY_SCHEMA: dict[str, PolarsDataType] = {
    "party_id": pl.Int64,
    "since": MOMENT,
    "status": pl.String,
    "merged_into": pl.Int64,
    "changed_at": MOMENT,
    "confidential": pl.Boolean,
}
CURRENT, MERGED, GONE = "current", "merged", "gone"


@dataclass(frozen=True, slots=True)
class Named:
    """The clusters with their ids.

    Args:
        clusters: cluster, party_id.
        parties: `PARTY_SCHEMA`; every party that these clusters found, keep, merge or end.
    """

    clusters: pl.DataFrame
    parties: pl.DataFrame


def named(
    places: pl.DataFrame, before: pl.DataFrame, parties: pl.DataFrame, now: datetime
) -> Named:
    """Give every cluster its party id.

    Args:
        places: member_id, scope, cluster, basis of all members of the clusters concerned.
        before: member_id, scope, party_id as they were, members that are gone included.
        parties: the parties that members bore or founded, as they were.
        now: since when parties that are new exist.
    """
    open_places, open_before = _tier(places, before, "")
    public = parties.filter(~pl.col("confidential"))
    founders = parties.join(open_places, left_on="party_id", right_on="member_id", how="semi")
    known = pl.concat([public, founders]).unique("party_id")
    done = [_named(open_places, open_before, known, now, taken=set(), confidential=False)]
    hidden = places.filter(pl.col("scope") != "")
    alone = hidden.join(open_places, on="cluster", how="anti")
    rest = parties.join(done[0].parties, on="party_id", how="anti")
    taken = set(done[0].parties["party_id"].to_list())
    redirects = _guests(hidden, open_places, done[0].clusters, rest, now)
    rest = rest.filter(pl.col("confidential")).join(redirects, on="party_id", how="anti")
    was_hidden = before.filter(pl.col("scope") != "").join(rest, on="party_id", how="semi")
    done.append(_named(alone, was_hidden, rest, now, taken=taken, confidential=True))
    return Named(
        pl.concat([part.clusters for part in done]),
        pl.concat([*(part.parties for part in done), redirects]).sort("party_id"),
    )


def _tier(
    places: pl.DataFrame, before: pl.DataFrame, scope: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What one tier may know of itself."""
    return places.filter(pl.col("scope") == scope), before.filter(pl.col("scope") == scope)


def _guests(
    hidden: pl.DataFrame,
    open_places: pl.DataFrame,
    clusters: pl.DataFrame,
    parties: pl.DataFrame,
    now: datetime,
) -> pl.DataFrame:
    """Confidential parties whose founding member joined an open one redirect to it."""
    guests = hidden.join(open_places, on="cluster", how="semi").join(clusters, on="cluster")
    into = guests.select("member_id", into="party_id")
    merged = parties.filter("confidential").join(into, left_on="party_id", right_on="member_id")
    return _ended(merged, MERGED, pl.col("into"), now)


def _named(
    places: pl.DataFrame,
    before: pl.DataFrame,
    parties: pl.DataFrame,
    now: datetime,
    *,
    taken: set[int],
    confidential: bool,
) -> Named:
    claims = _claims(places, before, parties)
    elders = claims.sort("since", "party_id").unique("cluster", keep="first", maintain_order=True)
    held = elders.select("cluster", "party_id")
    without = places.join(held, on="cluster", how="anti")
    new = _founded(without, taken)
    clusters = pl.concat([held, new])
    founded = new.select(
        "party_id",
        since=pl.lit(now, MOMENT),
        status=pl.lit(CURRENT),
        merged_into=pl.lit(None, pl.Int64),
        changed_at=pl.lit(now, MOMENT),
        confidential=pl.lit(confidential),
    )
    kept = _kept(parties.join(held, on="party_id", how="semi"), now, confidential=confidential)
    losers = claims.join(held, on="party_id", how="anti").join(
        held.select("cluster", into="party_id"), on="cluster"
    )
    claimless = parties.join(claims, on="party_id", how="anti").filter(pl.col("status") == CURRENT)
    return Named(
        clusters,
        pl.concat(
            [
                founded,
                kept,
                _ended(losers, MERGED, pl.col("into"), now),
                _ended(claimless, GONE, pl.lit(None, pl.Int64), now),
            ]
        ),
    )


def _claims(places: pl.DataFrame, before: pl.DataFrame, parties: pl.DataFrame) -> pl.DataFrame:
    """Which party has a claim on which cluster: the columns of parties, and cluster."""
    cluster = places.select("member_id", "cluster")
    founding = parties.join(cluster, left_on="party_id", right_on="member_id")
    orphans = parties.filter(pl.col("status") == CURRENT).join(founding, on="party_id", how="anti")
    most = (
        before.join(orphans, on="party_id", how="semi")
        .select("member_id", "party_id")
        .join(cluster, on="member_id")
        .group_by("party_id", "cluster")
        .agg(pl.len().alias("held"), pl.col("member_id").min().alias("least"))
        .sort("party_id", "held", "least", descending=[False, True, False])
        .unique("party_id", keep="first", maintain_order=True)
        .select("party_id", "cluster")
    )
    return pl.concat([founding, orphans.join(most, on="party_id")])


def _founded(without: pl.DataFrame, taken: set[int]) -> pl.DataFrame:
    """The members that found the parties of clusters: cluster, party_id.

    Of a cluster that is the smallest of those that its strongest identifier holds: who founded a
    party is seldom taken out of it again.
    """
    ranks = {kind: place for place, kind in enumerate(STRENGTH)}
    strength = pl.col("basis").replace_strict(ranks, default=len(STRENGTH), return_dtype=pl.Int32)
    founders = (
        without.sort(strength, "member_id")
        .unique("cluster", keep="first", maintain_order=True)
        .select("cluster", party_id="member_id")
    )
    if not taken:
        return founders
    free = [_free(found, taken) for found in founders["party_id"].to_list()]
    return founders.with_columns(pl.Series("party_id", free, dtype=pl.Int64))


def _free(found: int, taken: set[int]) -> int:
    """Another id where an open party keeps the one that its confidential founder gave it."""
    while found in taken:
        found = int.from_bytes(blake2b(str(found).encode(), digest_size=8).digest(), "big") >> 1
    return found


def _kept(parties: pl.DataFrame, now: datetime, *, confidential: bool) -> pl.DataFrame:
    """The parties that stand, changed only where they did not."""
    stood = (pl.col("status") == CURRENT) & (pl.col("confidential") == confidential)
    return parties.with_columns(
        status=pl.lit(CURRENT),
        merged_into=pl.lit(None, pl.Int64),
        changed_at=pl.when(stood).then("changed_at").otherwise(pl.lit(now, MOMENT)),
        confidential=pl.lit(confidential),
    ).select(PARTY_SCHEMA.keys())


def _ended(parties: pl.DataFrame, status: str, into: pl.Expr, now: datetime) -> pl.DataFrame:
    """The parties with another end, changed only where they did not have it."""
    same = (pl.col("status") == status) & pl.col("merged_into").eq_missing(into)
    return parties.with_columns(
        status=pl.lit(status),
        merged_into=into,
        changed_at=pl.when(same).then("changed_at").otherwise(pl.lit(now, MOMENT)),
    ).select(PARTY_SCHEMA.keys())
