"""Reading the relations that stand."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from canonical.store.party_tables import RELATION


def standing(
    connection: Connection,
    party_id: int | None,
    *,
    status: str | None = None,
    scopes: Collection[str] = (),
    limit: int = 20,
) -> tuple[list[Row[Any]], int]:
    """The relations that stand now, of one party or of all, and how many the scopes let see.

    `limit` is the most that are given: what is confirmed first, the newest first.
    """
    table = RELATION.c
    query = select(RELATION).where(table.recorded_to.is_(None))
    if party_id is not None:
        query = query.where(or_(table.from_party == party_id, table.to_party == party_id))
    if status is not None:
        query = query.where(table.status == status)
    by = (table.recorded_from.desc(), table.from_party, table.to_party, table.kind, table.scope)
    allowed = set(scopes)
    seen = [
        row for row in connection.execute(query.order_by(*by)) if set(row.scope.split()) <= allowed
    ]
    ranked = sorted(seen, key=lambda row: row.status != "confirmed")
    return ranked[:limit], len(ranked)
