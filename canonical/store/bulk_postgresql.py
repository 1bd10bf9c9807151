"""Many rows on PostgreSQL: COPY of CSV that Polars writes, and a temporary table for changes."""

# ruff: noqa: S608 - only names of our own tables and columns are put into statements

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import polars as pl
from sqlalchemy import Connection, Table

_INCOMING = "hub_incoming"
_CHUNK = 1 << 20
_PARAMETER = re.compile(r":([a-z]+)")
_WORTH_ANALYSING = 2_000
"""Rows. Below this the planner's guess for a new table is near enough."""


class PostgresBulk:
    """See `Bulk`."""

    def member(self, column: str, kind: Literal["text", "bigint"]) -> str:
        """`= ANY(array)`: one parameter however many values."""
        return f"{column} = ANY(CAST(:keys AS {kind}[]))"

    def pack(self, values: Sequence[str] | Sequence[int]) -> object:
        """psycopg sends a list as an array."""
        return list(values)

    def rows(
        self, connection: Connection, statement: str, bound: Mapping[str, object]
    ) -> list[tuple[Any, ...]]:
        """A cursor of the driver's own."""
        driver: Any = connection.connection.driver_connection
        cursor = driver.cursor()
        try:
            return list(
                cursor.execute(_PARAMETER.sub(r"%(\1)s", statement), dict(bound)).fetchall()
            )
        finally:
            cursor.close()

    def insert(self, connection: Connection, table: Table, frame: pl.DataFrame) -> None:
        """COPY straight into the table."""
        if frame.height:
            _copy(connection, table.name, frame)

    def update(
        self, connection: Connection, table: Table, frame: pl.DataFrame, keys: Sequence[str]
    ) -> None:
        """COPY into a temporary table, then one UPDATE."""
        if not frame.height:
            return
        _stage(connection, table.name, frame)
        changed = [name for name in frame.columns if name not in keys]
        connection.exec_driver_sql(
            f"UPDATE {table.name} AS t SET "
            + ", ".join(f'"{name}" = i."{name}"' for name in changed)
            + f" FROM {_INCOMING} AS i WHERE "
            + " AND ".join(f't."{name}" = i."{name}"' for name in keys)
        )
        connection.exec_driver_sql(f"DROP TABLE {_INCOMING}")

    def upsert(
        self, connection: Connection, table: Table, frame: pl.DataFrame, keys: Sequence[str]
    ) -> None:
        """COPY into a temporary table, then one INSERT … ON CONFLICT."""
        if not frame.height:
            return
        _stage(connection, table.name, frame)
        names = _names(frame)
        changed = [name for name in frame.columns if name not in keys]
        connection.exec_driver_sql(
            f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {_INCOMING} "
            f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET "
            + ", ".join(f'"{name}" = excluded."{name}"' for name in changed)
        )
        connection.exec_driver_sql(f"DROP TABLE {_INCOMING}")


def _names(frame: pl.DataFrame) -> str:
    return ", ".join(f'"{name}"' for name in frame.columns)


def _stage(connection: Connection, table: str, frame: pl.DataFrame) -> None:
    connection.exec_driver_sql(
        f"CREATE TEMPORARY TABLE {_INCOMING} ON COMMIT DROP AS "
        f"SELECT {_names(frame)} FROM {table} LIMIT 0"
    )
    _copy(connection, _INCOMING, frame)
    if frame.height >= _WORTH_ANALYSING:
        connection.exec_driver_sql(f"ANALYZE {_INCOMING}")


def _copy(connection: Connection, table: str, frame: pl.DataFrame) -> None:
    driver: Any = connection.connection.driver_connection
    buffer = io.BytesIO()
    _as_csv(frame).write_csv(buffer, include_header=False, datetime_format="%Y-%m-%dT%H:%M:%S%.6fZ")
    rows = buffer.getbuffer()
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {table} ({_names(frame)}) FROM STDIN (FORMAT csv)") as copy,
    ):
        for start in range(0, len(rows), _CHUNK):
            copy.write(rows[start : start + _CHUNK])


def _as_csv(frame: pl.DataFrame) -> pl.DataFrame:
    """Bytes as PostgreSQL spells them (`\\x…`); Polars writes null as nothing and "" as `""`."""
    binary = [name for name, kind in frame.schema.items() if kind == pl.Binary]
    return frame.with_columns(
        (pl.lit("\\x") + pl.col(name).bin.encode("hex")).alias(name) for name in binary
    )
