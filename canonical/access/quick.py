"""Short reads by the driver beneath SQLAlchemy: one statement, no transaction around it.

Each thread keeps a connection of its own, on PostgreSQL with prepared statements. A connection
that broke is opened anew once, so a server that was restarted is not an error to whoever asks.
"""

from __future__ import annotations

import sqlite3
import threading
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
        self._local = threading.local()
        self._opened: list[Any] = []

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> Rows:
        """All rows, by column.

        Raises:
            StoreUnreachable: the database does not answer.
            StoreError: it refused the statement.
        """
        known = getattr(self._local, "connection", None)
        try:
            return self._asked(known or self._connect(), statement, parameters)
        except (psycopg.OperationalError, sqlite3.OperationalError) as error:
            self._local.connection = None
            if known is None:
                raise self._translated(error) from None
        except (psycopg.Error, sqlite3.Error) as error:
            raise self._translated(error) from None
        try:
            return self._asked(self._connect(), statement, parameters)
        except (psycopg.Error, sqlite3.Error) as error:
            self._local.connection = None
            raise self._translated(error) from None

    def one(self, statement: str, parameters: Sequence[Any] = ()) -> dict[str, Any] | None:
        """The first row; None where there is none."""
        found = self.rows(statement, parameters)
        return found[0] if found else None

    def close(self) -> None:
        """Give back all connections."""
        for connection in self._opened:
            connection.close()

    def _asked(self, connection: Any, statement: str, parameters: Sequence[Any]) -> Rows:
        if self._postgresql:
            found: Rows = connection.execute(statement.replace("?", "%s"), parameters).fetchall()
            return found
        return [dict(row) for row in connection.execute(statement, parameters)]

    def _connect(self) -> Any:
        connection = self._postgresql_connection() if self._postgresql else self._sqlite()
        self._local.connection = connection
        self._opened.append(connection)
        return connection

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
