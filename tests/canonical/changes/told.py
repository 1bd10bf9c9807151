"""Events for tests: written as a transaction would, and read back as they stand in the store."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, Row, select

from canonical.changes import events
from canonical.store import Store
from canonical.store.party_tables import EVENT
from tests.canonical.builders import T0


def tell(
    store: Store,
    connection: Connection,
    *names: str,
    scope: str = "",
    kind: str = "business.changed",
    at: datetime = T0,
) -> None:
    """Write one event for each name within a transaction; the name is its cause and in its data."""
    rows = [(kind, 1, None, scope, at, f'{{"fields":["{name}"]}}', name) for name in names]
    frame = pl.DataFrame(rows, schema=events.EVENT_SCHEMA, orient="row")
    events.write(connection, store.database.bulk, frame)


def told(store: Store, *names: str, **how: Any) -> None:
    """`tell` in a transaction of its own."""
    with store.database.write() as connection:
        tell(store, connection, *names, **how)


def name(data: str) -> str:
    """The name given to `tell`."""
    return data.split('"')[3]


def rows(store: Store) -> list[Row[Any]]:
    """Every event, those without a number last."""
    query = select(EVENT).order_by(EVENT.c.sequence.is_(None), EVENT.c.sequence, EVENT.c.at)
    with store.database.read() as connection:
        return list(connection.execute(query))
