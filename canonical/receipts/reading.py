"""What the store holds of receipts, for the parties that are looked at."""

# ruff: noqa: S608 - only names of our own tables and columns are put into statements

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import polars as pl
from polars._typing import PolarsDataType
from sqlalchemy import Connection, text

from canonical.golden.ranking import voice
from canonical.model import ENTITIES, ColumnType
from canonical.receipts.answers import Expected, Found, find
from canonical.store.bulk import Bulk

_INSTANT = pl.Datetime("us", "UTC")
_SCHEMA: dict[str, PolarsDataType] = {
    "party_id": pl.Int64(), "receipt_id": pl.String(), "stream_id": pl.Int64(), "day": pl.Date(),
    "at": _INSTANT, "path": pl.String(), "field": pl.String(), "concept": pl.String(),
    "member_id": pl.Int64(), "record_id": pl.Int64(), "as_of": pl.Date(),
    "source_role": pl.String(), "claim_role": pl.String(), "entity": pl.String(),
    "role": pl.String(), "element": pl.String(), "unit": pl.String(), "read_as": pl.String(),
    "own_columns": pl.String(),
}  # fmt: skip


def expected(
    connection: Connection, bulk: Bulk, parties: Sequence[int], known_at: datetime | None = None
) -> dict[int, list[Expected]]:
    """By party what may come back of all that was filled in for it, or for one merged into it."""
    if not connection.scalar(text("SELECT EXISTS (SELECT 1 FROM receipt)")):
        return {}
    current = _merged_into(connection, bulk, parties)
    rows = bulk.select(
        connection,
        "SELECT r.party_id, r.receipt_id, s.stream_id, r.day, r.at, f.path, f.field, f.concept,"
        " f.member_id, f.record_id, f.as_of, f.source_role, f.claim_role, f.entity, f.role,"
        " f.element, f.unit, f.read_as, f.own_columns FROM receipt r"
        " JOIN stream s ON s.system = r.system AND s.stream = r.stream"
        " JOIN receipt_field f ON f.receipt_id = r.receipt_id"
        f" WHERE {bulk.member('r.party_id', 'bigint')}",
        {"keys": bulk.pack(list(current))},
        _SCHEMA,
    )
    if known_at is not None:
        rows = rows.filter(pl.col("at") <= pl.lit(known_at, dtype=_INSTANT))
    spoken = rows.drop("role").rename({"claim_role": "role"}).select(voice=voice())
    found: dict[int, list[Expected]] = {}
    for row in rows.with_columns(spoken["voice"].fill_null("")).iter_rows(named=True):
        found.setdefault(current[row["party_id"]], []).append(_expected(row))
    return found


def returned(
    connection: Connection,
    bulk: Bulk,
    members: pl.DataFrame,
    children: Mapping[str, pl.DataFrame],
    known_at: datetime | None = None,
) -> dict[int, Found]:
    """What came back to each of the parties of these members, where anything was filled in."""
    parties = members["party_id"].unique().to_list()
    some = expected(connection, bulk, parties, known_at)
    if not some:
        return {}
    rows = {
        entity: _by_party(frame, some) for entity, frame in {"party": members, **children}.items()
    }
    return {
        party: find(party, of, {entity: found.get(party, []) for entity, found in rows.items()})
        for party, of in some.items()
    }


def _by_party(frame: pl.DataFrame, parties: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in frame.filter(pl.col("party_id").is_in(list(parties))).iter_rows(named=True):
        found.setdefault(row["party_id"], []).append(row)
    return found


def _merged_into(connection: Connection, bulk: Bulk, parties: Sequence[int]) -> dict[int, int]:
    """The parties and all that were merged into them, each with the one that it is now."""
    current = {party: party for party in parties}
    newest = list(parties)
    while newest:
        rows = bulk.select(
            connection,
            f"SELECT party_id, merged_into FROM party WHERE {bulk.member('merged_into', 'bigint')}",
            {"keys": bulk.pack(newest)},
            {"party_id": pl.Int64(), "merged_into": pl.Int64()},
        )
        came = {party: current[into] for party, into in rows.iter_rows() if party not in current}
        current |= came
        newest = list(came)
    return current


def _expected(row: Mapping[str, Any]) -> Expected:
    return Expected(
        row["receipt_id"], row["stream_id"], row["day"], row["at"], row["path"], row["field"],
        row["concept"], row["member_id"], row["record_id"], row["as_of"], row["voice"],
        row["entity"], row["role"], row["element"], row["unit"],
        _values(row["entity"], row["read_as"]), tuple(row["own_columns"].split()),
    )  # fmt: skip


def _values(entity: str, written: str) -> dict[str, Any]:
    kinds = ENTITIES[entity].columns()
    return {
        name: date.fromisoformat(value)
        if kinds.get(name) is ColumnType.DATE
        else datetime.fromisoformat(value)
        if kinds.get(name) is ColumnType.INSTANT
        else value
        for name, value in json.loads(written).items()
    }
