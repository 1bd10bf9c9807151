"""Moving a store to another database, such as from SQLite to PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Table, func, insert, select

from base.errors import StoreError
from canonical.store.claim_tables import CLAIM_TABLES
from canonical.store.store import Store
from canonical.store.tables import LEASE, METADATA

_CHUNK = 5_000


def copy_store(source: Store, target: Store) -> dict[str, int]:
    """Copy every table into an empty store at the newest migration; rows copied, by table.

    One transaction on each side: what arrives is one consistent state, or nothing. Leases stay
    behind. StoreError when the target has rows already, or when a count differs afterwards.
    """
    target.upgrade()
    with source.database.read() as reading, target.database.write() as writing:
        tables = [table for table in METADATA.sorted_tables if table is not LEASE]
        if full := [table.name for table in tables if _count(writing, table)]:
            raise StoreError(
                f"the store to copy to is not empty: {full[0]} has rows",
                remedy="Copy into a new database.",
            )
        copied = {table.name: _copy(reading, writing, table) for table in tables}
        for table in tables:
            arrived, sent = _count(writing, table), _count(reading, table)
            if not arrived == sent == copied[table.name]:
                raise StoreError(f"{table.name}: {sent} rows, of which {arrived} arrived")
    return copied


def _copy(reading: Connection, writing: Connection, table: Table) -> int:
    copied = 0
    for rows in _chunks(reading, table):
        writing.execute(insert(table), [dict(row._mapping) for row in rows])
        copied += len(rows)
    return copied


def _chunks(reading: Connection, table: Table) -> Iterator[Sequence[Row[Any]]]:
    streamed = reading.execution_options(stream_results=True, yield_per=_CHUNK)
    return streamed.execute(select(table)).partitions()


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


assert CLAIM_TABLES  # noqa: S101 - imported for the tables it declares
