"""Writing where members belong: crosswalk, parties, and what golden records have to follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from canonical.changes.events import parties_changed
from canonical.matching import party_ids
from canonical.matching.counts import party_changes
from canonical.matching.party_ids import MOMENT
from canonical.matching.tables import CROSSWALK_SCHEMA, Tables
from canonical.store.party_tables import RELATION_PENDING

_CONTENT = [name for name in CROSSWALK_SCHEMA if name not in {"recorded_from", "model_no"}]


@dataclass(frozen=True, slots=True)
class Placed:
    """What changed: members that came, went or moved (member_id, scope), where they were and
    where they are; and what became of parties (`counts.party_changes`)."""

    moved: pl.DataFrame
    parties: pl.DataFrame


def place(
    tables: Tables,
    members: pl.DataFrame,
    places: pl.DataFrame,
    before: pl.DataFrame,
    stated: pl.Series,
    *,
    model_no: int,
    now: datetime,
) -> Placed:
    """Write the places of members that hang together.

    Args:
        tables: the transaction.
        members: member_id and the place of the claim (`tables.KNOWN_SCHEMA`).
        places: of `clustering.partition`.
        before: the current rows of the crosswalk of these members, and of those that are gone.
        stated: members whose claims changed, wherever they are.
        model_no: the version that decided.
        now: since when we know.
    """
    borne = pl.concat([before["party_id"], places["member_id"]]).unique()
    parties = tables.parties(borne)
    named = party_ids.named(places, before, parties, now)
    rows = _rows(members, places, named.clusters, model_no, now)
    same = ["member_id"]
    begun = rows.join(before, on=_CONTENT, how="anti", nulls_equal=True)
    ended = pl.concat(
        [
            before.join(begun, on=same, how="semi"),
            before.join(rows, on=same, how="anti"),
        ]
    ).with_columns(recorded_to=pl.lit(now, MOMENT))
    tables.write_crosswalk(ended, begun)
    tables.write_parties(named.parties)
    parties_changed(tables.connection, tables.bulk, parties, named.parties, now)
    moved = pl.concat(
        [
            rows.join(before, on=["member_id", "party_id", "scope"], how="anti"),
            before.join(rows, on=["member_id", "party_id", "scope"], how="anti"),
        ],
        how="diagonal",
    )
    told = rows.filter(pl.col("member_id").is_in(stated.implode()))
    elsewhere = stated.filter(~stated.is_in(rows["member_id"].implode()))
    unmoved = tables.crosswalk("member_id", elsewhere)
    heard = pl.concat([moved, told, unmoved], how="diagonal")
    tables.pend(heard.filter(pl.col("scope") == "")["party_id"])
    tables.pend(heard["party_id"], RELATION_PENDING)
    bearing = pl.concat([frame.select("party_id", "scope") for frame in (rows, before)])
    return Placed(moved, party_changes(parties, named.parties, bearing))


def _rows(
    members: pl.DataFrame,
    places: pl.DataFrame,
    clusters: pl.DataFrame,
    model_no: int,
    now: datetime,
) -> pl.DataFrame:
    return (
        places.join(clusters, on="cluster")
        .join(members.drop("scope"), on="member_id")
        .with_columns(recorded_from=pl.lit(now, MOMENT), model_no=pl.lit(model_no, dtype=pl.Int32))
        .select(CROSSWALK_SCHEMA.keys())
    )
