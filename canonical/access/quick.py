"""Short reads by the driver beneath SQLAlchemy: one statement, no transaction around it.

A connection that is free is used again, on PostgreSQL with its prepared statements; there are as
many as threads ever read at once. One that broke is replaced, so a database that was restarted
is not an error to whoever asks.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from base.errors import HubError
from canonical.store.database import BUSY_MS, Database
from canonical.store.failures import translated

Rows = list[dict[str, Any]]
_PREPARE_AFTER = 3
_CONNECT_SECONDS = 5


class Quick:
    """Reads of one database. Threads may share it; statements have `?` for parameters."""

    def __init__(self, database: Database) -> None:
        self._name = database.name
        self._url = database.engine.url
        self._postgresql = database.dialect == "postgresql"
        self._idle: deque[Any] = deque()

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> Rows:
        """All rows, by column.

        Raises:
            StoreUnreachable: the database does not answer.
            StoreError: it refused the statement.
        """
        try:
            used = self._idle.pop()
        except IndexError:
            return self._by_a_new_one(statement, parameters)
        try:
            found = self._asked(used, statement, parameters)
        except (psycopg.OperationalError, psycopg.InterfaceError, sqlite3.OperationalError):
            used.close()
            return self._by_a_new_one(statement, parameters)
        except (psycopg.Error, sqlite3.Error) as error:
            self._idle.append(used)
            raise self._translated(error) from None
        self._idle.append(used)
        return found

    def _by_a_new_one(self, statement: str, parameters: Sequence[Any]) -> Rows:
        """The rows by a connection that is opened for them, and kept if it answers."""
        try:
            opened = self._connect()
        except (psycopg.Error, sqlite3.Error) as error:
            raise self._translated(error) from None
        try:
            found = self._asked(opened, statement, parameters)
        except (psycopg.Error, sqlite3.Error) as error:
            opened.close()
            raise self._translated(error) from None
        self._idle.append(opened)
        return found

    def one(self, statement: str, parameters: Sequence[Any] = ()) -> dict[str, Any] | None:
        """The first row; None where there is none."""
        found = self.rows(statement, parameters)
        return found[0] if found else None

    def close(self) -> None:
        """Give back all connections."""
        while self._idle:
            self._idle.pop().close()

    def _asked(self, connection: Any, statement: str, parameters: Sequence[Any]) -> Rows:
        if self._postgresql:
            found: Rows = connection.execute(statement.replace("?", "%s"), parameters).fetchall()
            return found
        return [dict(row) for row in connection.execute(statement, parameters)]

    def _connect(self) -> Any:
        return self._postgresql_connection() if self._postgresql else self._sqlite()

    def _postgresql_connection(self) -> Any:
        address = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(
            address,
            autocommit=True,
            row_factory=dict_row,
            prepare_threshold=_PREPARE_AFTER,
            connect_timeout=_CONNECT_SECONDS,
            application_name="sme-hub",
            options="-c timezone=UTC",
        )

    def _sqlite(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._url.database or "", isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        connection.execute("PRAGMA query_only = ON")
        return connection

    def _translated(self, error: Exception) -> HubError:
        return translated(error, self._name)


def placed(values: Sequence[Any]) -> str:
    """As many parameters as there are values, for `IN (…)`; never empty."""
    return ", ".join("?" for _ in values) or "NULL"


def as_day(value: Any) -> date | None:
    """A day as SQLite (text) or PostgreSQL gives it."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def as_instant(value: Any) -> datetime | None:
    """An instant in UTC as SQLite (text) or PostgreSQL gives it."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    if found is None:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def typed(row: Mapping[str, Any], types: Mapping[str, str]) -> dict[str, Any]:
    """A row's stated values, its days, instants and truths as such; `types` as in the model."""
    found: dict[str, Any] = {}
    for name, kind in types.items():
        value = row[name]
        if value is None:
            continue
        if kind == "Date":
            value = as_day(value)
        elif kind == "Datetime":
            value = as_instant(value)
        elif kind == "Boolean":
            value = bool(value)
        found[name] = value
    return found
