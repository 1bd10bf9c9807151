"""Many rows on SQLite: staged where new rows are many, else executemany on the driver itself."""

# ruff: noqa: S608 - only names of our own tables and columns are put into statements

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import polars as pl
from polars._typing import PolarsDataType
from sqlalchemy import Connection, Table

from canonical.store import staging_sqlite
from canonical.store.frames import fetched

STAGED_FROM = 300
"""Rows from which a staging file is worth its making."""


class SqliteBulk:
    """See `Bulk`."""

    def member(self, column: str, kind: Literal["text", "bigint"]) -> str:
        """`json_each` takes one parameter however many values; SQLite allows few variables."""
        return f"{column} IN (SELECT value FROM json_each(:keys))"

    def pack(self, values: Sequence[str] | Sequence[int]) -> object:
        """A JSON array."""
        return json.dumps(list(values), ensure_ascii=False)

    def select(
        self,
        connection: Connection,
        statement: str,
        bound: Mapping[str, object],
        schema: Mapping[str, PolarsDataType],
    ) -> pl.DataFrame:
        """A cursor of the driver's own."""
        driver: Any = connection.connection.driver_connection
        cursor = driver.cursor()
        try:
            cursor.execute(statement, dict(bound))
            return fetched(cursor, schema)
        finally:
            cursor.close()

    def insert(self, connection: Connection, table: Table, frame: pl.DataFrame) -> None:
        """Staged, or one INSERT executed for every row."""
        driver: Any = connection.connection.driver_connection
        staged = frame.height >= STAGED_FROM and staging_sqlite.insert(
            driver, table.name, _as_sqlite(frame)
        )
        if frame.height and not staged:
            _many(connection, _insert(table, frame), frame)

    def update(
        self, connection: Connection, table: Table, frame: pl.DataFrame, keys: Sequence[str]
    ) -> None:
        """One UPDATE by key, executed for every row."""
        if not frame.height:
            return
        changed = [name for name in frame.columns if name not in keys]
        statement = (
            f"UPDATE {table.name} SET "
            + ", ".join(f'"{name}" = ?' for name in changed)
            + " WHERE "
            + " AND ".join(f'"{name}" = ?' for name in keys)
        )
        _many(connection, statement, frame.select(*changed, *keys))

    def upsert(
        self, connection: Connection, table: Table, frame: pl.DataFrame, keys: Sequence[str]
    ) -> None:
        """One INSERT … ON CONFLICT, executed for every row."""
        if not frame.height:
            return
        changed = [name for name in frame.columns if name not in keys]
        statement = (
            _insert(table, frame)
            + f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET "
            + ", ".join(f'"{name}" = excluded."{name}"' for name in changed)
        )
        _many(connection, statement, frame)


def _insert(table: Table, frame: pl.DataFrame) -> str:
    names = ", ".join(f'"{name}"' for name in frame.columns)
    marks = ", ".join("?" * frame.width)
    return f"INSERT INTO {table.name} ({names}) VALUES ({marks})"


def _many(connection: Connection, statement: str, frame: pl.DataFrame) -> None:
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor()
    try:
        # A few hundred rows at a time stay in the cache, and few objects live for long.
        cursor.executemany(statement, _as_sqlite(frame).iter_rows())
    finally:
        cursor.close()


def _as_sqlite(frame: pl.DataFrame) -> pl.DataFrame:
    """Dates and instants as the texts that SQLAlchemy reads back."""
    return frame.with_columns(
        pl.col(pl.Null).cast(pl.String),
        pl.col(pl.Date).dt.strftime("%Y-%m-%d"),
        pl.col(pl.Datetime).dt.strftime("%Y-%m-%d %H:%M:%S%.6f"),
    )
