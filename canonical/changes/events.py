"""Writing events: in the transaction that causes them, under an id that follows from the cause."""

# ruff: noqa: S608 - only names of our own tables and columns are put into statements

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b

import polars as pl
from polars._typing import PolarsDataType
from sqlalchemy import Connection

from canonical.changes.kinds import BUSINESS, PARTY, RELATION
from canonical.store.bulk import Bulk
from canonical.store.party_tables import EVENT

EVENT_SCHEMA: dict[str, PolarsDataType] = {
    "kind": pl.String(),
    "party_id": pl.Int64(),
    "record_id": pl.Int64(),
    "scope": pl.String(),
    "at": pl.Datetime("us", "UTC"),
    "data": pl.String(),
    "cause": pl.String(),
}
"""What `write` takes: the columns of the table, and the cause that makes the id."""

PARTY_STATE: dict[str, PolarsDataType] = {
    "party_id": pl.Int64(),
    "status": pl.String(),
    "merged_into": pl.Int64(),
    "confidential": pl.Boolean(),
}
_BETWEEN = "\x1f"


def write(connection: Connection, bulk: Bulk, events: pl.DataFrame) -> int:
    """Add events (`EVENT_SCHEMA`); how many.

    The id is a hash of kind and cause. Where the same cause was told before, as it may be under a
    clock that stands still, the next one gets an id of its own.
    """
    if events.is_empty():
        return 0
    causes = events.select(pl.concat_str("kind", "cause", separator=_BETWEEN)).to_series()
    ids = [event_id(cause) for cause in causes]
    again = 0
    while taken := _taken(connection, bulk, ids):
        again += 1
        ids = [
            event_id(f"{cause}{_BETWEEN}{again}") if known in taken else known
            for known, cause in zip(ids, causes, strict=True)
        ]
    rows = events.drop("cause").with_columns(event_id=pl.Series(ids, dtype=pl.String))
    bulk.insert(connection, EVENT, rows)
    return rows.height


def event_id(cause: str) -> str:
    """32 hexadecimal digits that follow from the cause."""
    return blake2b(cause.encode(), digest_size=16).hexdigest()


def _taken(connection: Connection, bulk: Bulk, ids: list[str]) -> frozenset[str]:
    found = bulk.select(
        connection,
        f"SELECT event_id FROM event WHERE {bulk.member('event_id', 'text')}",
        {"keys": bulk.pack(ids)},
        {"event_id": pl.String()},
    )
    return frozenset(found["event_id"])


def golden_changed(connection: Connection, bulk: Bulk, told: pl.DataFrame, at: datetime) -> None:
    """Tell that golden records changed; `canonical.golden.build` calls it within its transaction.

    A change names its fields, and none where only their sources changed; of a golden record that
    is new or no more, all of them are.

    Args:
        connection, bulk: the transaction.
        told: party_id, fields (list of names of what changed), change (`created`, `changed`,
            `removed`).
        at: the instant of the new versions.
    """
    names = pl.col("fields").list.join('","')
    listed = pl.concat_str(pl.lit('{"fields":["'), names, pl.lit('"]}'))
    data = (
        pl.when(pl.col("change") != "changed")
        .then(pl.lit("{}"))
        .when(pl.col("fields").list.len() > 0)
        .then(listed)
        .otherwise(pl.lit('{"fields":[]}'))
    )
    kind = pl.concat_str(pl.lit(f"{BUSINESS}."), "change")
    rows = told.select("party_id", kind=kind, data=data)
    write(connection, bulk, _of_parties(rows, at))


def parties_changed(
    connection: Connection, bulk: Bulk, before: pl.DataFrame, after: pl.DataFrame, at: datetime
) -> None:
    """Tell of parties that were merged, are back, or are gone; matching calls it once it has
    written crosswalk and parties, in the same transaction.

    A party that is new is told of by its golden record. What concerns a confidential party alone
    is told under the scope of its members.

    Args:
        connection, bulk: the transaction.
        before, after: rows of the table of parties (`PARTY_STATE` and more), as they were and
            are; parties that stayed as they were may be among them.
        at: the instant of the change.
    """
    states = list(PARTY_STATE)
    was = before.select(states).rename({name: f"was_{name}" for name in states[1:]})
    now = after.select(states).join(was, on="party_id", how="inner")
    changed = now.filter(
        pl.any_horizontal(pl.col(n).ne_missing(pl.col(f"was_{n}")) for n in states[1:3])
    )
    what = pl.col("status").replace_strict(
        {"merged": "merged", "gone": "gone", "current": "restored"}, return_dtype=pl.String
    )
    into = pl.concat_str(pl.lit('{"into":"'), "merged_into", pl.lit('"}'))
    rows = changed.select(
        "party_id",
        "confidential",
        kind=pl.concat_str(pl.lit(f"{PARTY}."), what),
        data=pl.when(pl.col("merged_into").is_not_null()).then(into).otherwise(pl.lit("{}")),
    )
    hidden = rows.filter("confidential").select("party_id")
    scopes = _scopes(connection, bulk, hidden["party_id"].to_list())
    rows = rows.join(scopes, on="party_id", how="left")
    write(connection, bulk, _of_parties(rows.drop("confidential"), at))


def _scopes(connection: Connection, bulk: Bulk, parties: list[int]) -> pl.DataFrame:
    """The scopes that it takes to know of confidential parties: party_id, scope."""
    schema: Mapping[str, PolarsDataType] = {"party_id": pl.Int64(), "scope": pl.String()}
    if not parties:
        return pl.DataFrame(schema=schema)
    found = bulk.select(
        connection,
        "SELECT DISTINCT party_id, scope FROM crosswalk"
        f" WHERE {bulk.member('party_id', 'bigint')} AND scope <> ''",
        {"keys": bulk.pack(parties)},
        schema,
    )
    return found.group_by("party_id").agg(pl.col("scope").sort().str.join(" "))


def relations_changed(
    connection: Connection, bulk: Bulk, relations: pl.DataFrame, at: datetime
) -> None:
    """Tell that relations were confirmed or ended: each of the two parties has its event.

    Args:
        connection, bulk: the transaction that writes the relations.
        relations: from_party, to_party, kind (of the relation), scope (those that it takes to know
            of it, by spaces), change (`confirmed`, `ended`).
        at: the instant of the change.
    """
    if relations.is_empty():
        return
    ends = (("from", "from_party", "to_party"), ("to", "to_party", "from_party"))
    rows = pl.concat(
        relations.select(
            scope=_ordered(pl.col("scope")),
            party_id=pl.col(one),
            kind=pl.concat_str(pl.lit(f"{RELATION}."), "change"),
            data=pl.concat_str(
                pl.lit('{"relation":"'),
                "kind",
                pl.lit(f'","end":"{end}","other":"'),
                other,
                pl.lit('"}'),
            ),
        )
        for end, one, other in ends
    )
    write(connection, bulk, _of_parties(rows, at))


def _ordered(scopes: pl.Expr) -> pl.Expr:
    """The scopes in one order, each once: readers compare them as text."""
    return scopes.str.split(" ").list.unique().list.sort().list.join(" ").str.strip_chars()


def _of_parties(rows: pl.DataFrame, at: datetime) -> pl.DataFrame:
    """Events about parties; one that has no scope is open to all."""
    scope = pl.col("scope").fill_null("") if "scope" in rows.columns else pl.lit("")
    moment = at.isoformat()
    return rows.with_columns(
        record_id=pl.lit(None, pl.Int64),
        scope=scope,
        at=pl.lit(at, pl.Datetime("us", "UTC")),
        cause=pl.concat_str("party_id", "data", pl.lit(moment), separator=_BETWEEN),
    ).select(EVENT_SCHEMA.keys())
