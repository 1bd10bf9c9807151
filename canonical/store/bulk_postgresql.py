"""Many rows on PostgreSQL: COPY for new rows, JSON for changes; Polars writes both."""

# ruff: noqa: S608 - only names of our own tables and columns are put into statements

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import polars as pl
from polars._typing import PolarsDataType
from sqlalchemy import Connection, Table

from canonical.store.frames import fetched

_CHUNK = 1 << 20
_SEPARATOR = "\x1f"
_PARAMETER = re.compile(r":([a-z]+)")


class PostgresBulk:
    """See `Bulk`."""

    def member(self, column: str, kind: Literal["text", "bigint"]) -> str:
        """`= ANY(array)`: one parameter however many values."""
        array = f"string_to_array(CAST(:keys AS text), chr({ord(_SEPARATOR)}))"
        return f"{column} = ANY(CAST({array} AS {kind}[]))"

    def pack(self, values: Sequence[str] | Sequence[int]) -> object:
        """One text, which costs a fifth of an array that psycopg writes value by value.

        No key holds the separator: a key that does not print is refused when it is read.
        """
        return _SEPARATOR.join(map(str, values))

    def select(
        self,
        connection: Connection,
        statement: str,
        bound: Mapping[str, object],
        schema: Mapping[str, PolarsDataType],
    ) -> pl.DataFrame:
        """A cursor of the driver's own, and no table read from end to end.

        Until autovacuum has analysed a table that is being filled, the planner takes a thousand
        keys for most of it; a look-up by key would cost more with every batch.
        """
        driver: Any = connection.connection.driver_connection
        cursor = driver.cursor()
        try:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(_PARAMETER.sub(r"%(\1)s", statement), dict(bound))
            return fetched(cursor, schema)
        finally:
            cursor.close()

    def insert(self, connection: Connection, table: Table, frame: pl.DataFrame) -> None:
        """COPY straight into the table."""
        if frame.height:
            _copy(connection, table.name, frame)

    def update(
        self, connection: Connection, table: Table, frame: pl.DataFrame, keys: Sequence[str]
    ) -> None:
        """One UPDATE from the rows as JSON."""
        if not frame.height:
            return
        changed = [name for name in frame.columns if name not in keys]
        statement = (
            f"UPDATE {table.name} AS t SET "
            + ", ".join(f'"{name}" = i."{name}"' for name in changed)
            + f" FROM {_incoming(connection, table, frame)} WHERE "
            + " AND ".join(f't."{name}" = i."{name}"' for name in keys)
        )
        connection.exec_driver_sql(statement, {"rows": _as_text(frame).write_json()})

    def upsert(
        self, connection: Connection, table: Table, frame: pl.DataFrame, keys: Sequence[str]
    ) -> None:
        """One INSERT … ON CONFLICT from the rows as JSON."""
        if not frame.height:
            return
        names = _names(frame)
        changed = [name for name in frame.columns if name not in keys]
        statement = (
            f"INSERT INTO {table.name} ({names}) "
            f"SELECT {names} FROM {_incoming(connection, table, frame)} "
            f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET "
            + ", ".join(f'"{name}" = excluded."{name}"' for name in changed)
        )
        connection.exec_driver_sql(statement, {"rows": _as_text(frame).write_json()})


def _names(frame: pl.DataFrame) -> str:
    return ", ".join(f'"{name}"' for name in frame.columns)


def _incoming(connection: Connection, table: Table, frame: pl.DataFrame) -> str:
    """The parameter `rows` as the relation `i`, typed as the table's columns.

    No temporary table: making and dropping one costs more than a hundred rows do, and one that
    nobody analysed misleads the planner.
    """
    typed = (f'"{name}" {table.c[name].type.compile(connection.dialect)}' for name in frame.columns)
    return f"json_to_recordset(CAST(%(rows)s AS json)) AS i ({', '.join(typed)})"


def _copy(connection: Connection, table: str, frame: pl.DataFrame) -> None:
    driver: Any = connection.connection.driver_connection
    rows, form = _plain_rows(frame), "text"
    if rows is None:
        rows, form = memoryview(_written(_as_text(frame))), "csv"
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {table} ({_names(frame)}) FROM STDIN (FORMAT {form})") as copy,
    ):
        for start in range(0, len(rows), _CHUNK):
            copy.write(rows[start : start + _CHUNK])


def _plain_rows(frame: pl.DataFrame) -> memoryview | None:
    """The rows as COPY's text format, None where a value holds what that would have to escape.

    It costs both sides a sixth less than CSV. Whether it can be written so is counted afterwards:
    there are as many tabs, line feeds and backslashes as the format itself puts there, and no
    carriage return.
    """
    spelled = _as_text(frame, bytes_start="\\\\x")
    rows = _written(spelled, separator="\t", quote_style="never", null_value="\\N")
    nulls = frame.null_count()
    binary = nulls.select(frame.height - pl.col(name) for name in _binary(frame))
    backslashes = sum(nulls.rows()[0]) + 2 * sum(sum(row) for row in binary.rows())
    fits = (
        rows.count(b"\n") == frame.height
        and rows.count(b"\t") == frame.height * (frame.width - 1)
        and rows.count(b"\\") == backslashes
        and b"\r" not in rows
    )
    return memoryview(rows) if fits else None


def _written(spelled: pl.DataFrame, **options: Any) -> bytes:
    buffer = io.BytesIO()
    spelled.write_csv(buffer, include_header=False, **options)
    return buffer.getvalue()


def _binary(frame: pl.DataFrame) -> list[str]:
    return [name for name, kind in frame.schema.items() if kind == pl.Binary]


def _as_text(frame: pl.DataFrame, bytes_start: str = "\\x") -> pl.DataFrame:
    """Bytes (`\\x…`), dates and instants as PostgreSQL spells them."""
    hexadecimal = (
        (pl.lit(bytes_start) + pl.col(name).bin.encode("hex")).alias(name)
        for name in _binary(frame)
    )
    return frame.with_columns(
        *hexadecimal,
        pl.col(pl.Date).cast(pl.String),
        pl.col(pl.Datetime).dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ"),
    )
