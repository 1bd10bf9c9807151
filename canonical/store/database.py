"""Connections, transactions and the translation of database errors."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from base.errors import SettingsError, StoreError
from canonical.store import staging_sqlite
from canonical.store.bulk import Bulk
from canonical.store.bulk_postgresql import PostgresBulk
from canonical.store.bulk_sqlite import SqliteBulk
from canonical.store.failures import translated

BUSY_MS = 60_000
"""How long a SQLite writer waits for another one before it gives up."""

_WRITE = "hub_write"
_PAGE_BYTES = 8192
_CHECKPOINT_PAGES = 8192
"""64 MiB of log. A batch is several MiB; by default each would be copied back at once."""


class Database:
    """One database behind the store; opens connections when they are first needed.

    Args:
        durable: whether a commit to SQLite is on the disk when it returns. Without it a power cut
            may undo the last ones (a kill never does); PostgreSQL is durable by its own settings.
    """

    def __init__(self, url: str, *, durable: bool = False) -> None:
        parsed = _parsed(url)
        self.dialect = parsed.get_backend_name()
        self.bulk: Bulk = PostgresBulk() if self.dialect == "postgresql" else SqliteBulk()
        self.engine = (
            _postgresql(parsed) if self.dialect == "postgresql" else _sqlite(parsed, durable)
        )

    @property
    def name(self) -> str:
        """The address without its password, for messages."""
        return self.engine.url.render_as_string(hide_password=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that reads one consistent state and writes nothing."""
        with _errors(self.name), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that commits at the end of the block, or rolls back on any exception.

        SQLite begins with IMMEDIATE: a transaction that first reads and then wants to write would
        fail at once with "database is locked", however long the time-out.
        """
        with _errors(self.name), self.engine.connect() as opened:
            connection = opened.execution_options(**{_WRITE: True})
            with connection.begin():
                yield connection

    def backup(self, path: Path) -> None:
        """Copy a SQLite database to a new file while others may go on writing."""
        if self.dialect != "sqlite":
            raise StoreError(
                "only a SQLite store is backed up by the hub",
                remedy="Use pg_dump, or your provider's backups, for PostgreSQL.",
            )
        if path.exists():
            raise StoreError(f"{path} exists already", remedy="Name a new file.")
        with _errors(self.name), self.engine.connect() as connection:
            source = connection.connection.driver_connection
            target = sqlite3.connect(path)
            try:
                source.backup(target)  # type: ignore[union-attr]
            finally:
                target.close()

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise SettingsError(
            "the address of the store is not an address",
            remedy="Set it to sqlite:///PATH or postgresql://USER@HOST/DATABASE.",
        ) from None
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if backend == "sqlite" and parsed.database and parsed.database != ":memory:":
        return parsed
    raise SettingsError(
        f"the store cannot live in {backend}",
        remedy="Set its address to sqlite:///PATH or postgresql://USER@HOST/DATABASE.",
    )


@contextmanager
def _errors(name: str) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise translated(error.orig, name, lost=error.connection_invalidated) from None
    except SQLAlchemyError as error:
        raise translated(error, name) from None
    except Exception as error:
        if not _from_driver(error):
            raise
        raise translated(error, name) from None


def _from_driver(error: Exception) -> bool:
    return isinstance(error, sqlite3.Error) or type(error).__module__.startswith("psycopg")


def _postgresql(url: URL) -> Engine:
    return create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": 10,
            "application_name": "sme-hub",
            "options": "-c timezone=UTC",
            # Each statement is planned for its own parameters, and works behind poolers that
            # hand a session's connection to others; batches are too few for planning to matter.
            "prepare_threshold": None,
        },
    )


def _sqlite(url: URL, durable: bool) -> Engine:
    engine = create_engine(url, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, record: Any) -> None:
        # SQLAlchemy's own BEGIN is replaced by ours below.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")  # heeded while the file is empty
        _write_ahead(connection)
        # In WAL mode, NORMAL survives a kill at any point. A power cut may undo the last commits,
        # but a commit holds data and position together, so the next sync simply reads them again.
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA cache_size = -65536")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        immediate = connection.get_execution_options().get(_WRITE)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    @event.listens_for(engine, "checkin")
    def returned(connection: sqlite3.Connection | None, record: Any) -> None:
        if connection is not None:
            staging_sqlite.release(connection)

    return engine


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch the file to WAL once; SQLite does not wait for other connections to let it."""
    deadline = time.monotonic() + BUSY_MS / 1000
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
