"""Members and parties for tests, without any matching: who is whose is said by the test."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Row, delete, insert, select, update

from canonical.matching.frames import member_id
from canonical.store import Store
from canonical.store.claim_tables import CLAIM_TABLES
from canonical.store.party_tables import CROSSWALK, GOLDEN_PENDING, PARTY
from canonical.store.tables import SOURCE_RECORD, STREAM
from tests.canonical.builders import T0

_CLAIM = CLAIM_TABLES["party"].c

Whose = Callable[[Row[Any]], int | None]


def by_number(row: Row[Any]) -> int | None:
    """Each corporate number is a party."""
    return int(row.corporate_number) if row.corporate_number else None


def members(store: Store) -> list[Row[Any]]:
    """The current party claims of described streams, with where they come from."""
    query = (
        select(
            _CLAIM.record_id, _CLAIM.role, _CLAIM.ordinal, _CLAIM.corporate_number, _CLAIM.name,
            SOURCE_RECORD.c.record_key, STREAM.c.system, STREAM.c.stream, STREAM.c.scope,
        )
        .join(SOURCE_RECORD, SOURCE_RECORD.c.record_id == _CLAIM.record_id)
        .join(STREAM, STREAM.c.stream_id == SOURCE_RECORD.c.stream_id)
        .where(_CLAIM.recorded_to.is_(None), STREAM.c.scope.is_not(None))
    )  # fmt: skip
    with store.database.read() as connection:
        return list(connection.execute(query))


def link(store: Store, whose: Whose = by_number, *, at: datetime = T0) -> dict[str, int]:
    """Give every member its party and let the parties that changed wait; member id by record key.

    A member whose party `whose` does not know belongs to none.
    """
    found = {_id(row): (row, whose(row)) for row in members(store)}
    wanted = {member: pair for member, pair in found.items() if pair[1] is not None}
    with store.database.write() as connection:
        held = {
            row.member_id: row
            for row in connection.execute(
                select(CROSSWALK).where(CROSSWALK.c.recorded_to.is_(None))
            )
        }
        left = {m for m, row in held.items() if m not in wanted or wanted[m][1] != row.party_id}
        came = {m for m in wanted if m not in held or m in left}
        for member in left:
            connection.execute(
                update(CROSSWALK)
                .where(CROSSWALK.c.member_id == member, CROSSWALK.c.recorded_to.is_(None))
                .values(recorded_to=at)
            )
        store.database.bulk.insert(connection, CROSSWALK, _rows(wanted, came, at))
        touched = {held[m].party_id for m in left} | {party for _, party in wanted.values()}
        _found_parties(connection, {party for _, party in wanted.values() if party}, at)
    wait(store, touched)
    return {f"{row.system}.{row.stream}:{row.record_key}": member
            for member, (row, _) in found.items()}  # fmt: skip


def _id(row: Row[Any]) -> int:
    return member_id(row.system, row.stream, row.record_key, row.role, row.ordinal)


def _rows(wanted: dict[int, tuple[Row[Any], int | None]], came: set[int], at: datetime
          ) -> pl.DataFrame:  # fmt: skip
    return pl.DataFrame(
        [
            {
                "member_id": member, "recorded_from": at, "party_id": party,
                "record_id": row.record_id, "role": row.role, "ordinal": row.ordinal,
                "basis": "corporate_number", "model_no": 1, "scope": row.scope,
            }
            for member, (row, party) in wanted.items() if member in came
        ],
        schema={
            "member_id": pl.Int64, "recorded_from": pl.Datetime("us", "UTC"),
            "party_id": pl.Int64, "record_id": pl.Int64, "role": pl.String,
            "ordinal": pl.Int32, "basis": pl.String, "model_no": pl.Int32, "scope": pl.String,
        },
    )  # fmt: skip


def _found_parties(connection: Any, parties: set[int], at: datetime) -> None:
    there = set(connection.scalars(select(PARTY.c.party_id)))
    for party in parties - there:
        connection.execute(
            insert(PARTY).values(
                party_id=party, since=at, status="current", changed_at=at, confidential=False
            )
        )


def wait(store: Store, parties: Iterable[int | None]) -> None:
    """Let these parties wait for their golden record."""
    waiting = sorted({party for party in parties if party is not None})
    with store.database.write() as connection:
        connection.execute(delete(GOLDEN_PENDING).where(GOLDEN_PENDING.c.party_id.in_(waiting)))
        if waiting:
            connection.execute(insert(GOLDEN_PENDING), [{"party_id": party} for party in waiting])
