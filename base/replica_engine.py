"""How a replica is opened: drivers, read-only transactions, and time-outs that hold."""

from __future__ import annotations

import os
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Engine, create_engine, event, make_url, text
from sqlalchemy import Connection as Session
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from base.connection import Connection
from base.errors import SettingsError
from base.redact import register_secret

CONNECT_SECONDS = 10
"""Seconds to make a connection."""

GRACE = 2.0
"""Seconds that a database has to end a statement by itself before its connection is cut."""

TLS = ("sslmode", "sslrootcert")
"""Options of a connection that libpq is told: `verify-full`, and the authority's certificate."""

_PROGRESS_STEPS = 10_000
_BUSY_MS = 5_000


def open_engine(connection: Connection) -> Engine:
    """An engine that pools nothing; no connection is made yet.

    Raises:
        SettingsError: the address is none of a database we read, or has a password in it.
    """
    url = _url(connection)
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    tls = {name: connection.options[name] for name in TLS if name in connection.options}
    return _postgresql(url, tls)


def _url(connection: Connection) -> URL:
    try:
        url = make_url(connection.address)
    except (ArgumentError, ValueError):
        raise _wrong(connection, "its address is none of a database") from None
    if url.password is not None:
        register_secret(str(url.password))
        raise _wrong(connection, "its address has a password in it: write it into `password`")
    backend = url.get_backend_name()
    if backend == "sqlite" and url.database:
        return url
    if backend not in {"postgresql", "postgres"}:
        raise _wrong(connection, f"the hub reads no database of the kind {backend}")
    options, secrets = connection.options, connection.secrets
    user = url.username or options.get("user") or options.get("client_id")
    password = secrets.get("password") or secrets.get("client_secret")
    return url.set(drivername="postgresql+psycopg", username=user, password=password)


def _wrong(connection: Connection, what: str) -> SettingsError:
    return SettingsError(
        f"the connection cannot be used: {what}",
        system=connection.name,
        remedy="Its address is sqlite:///PATH or postgresql://HOST/DATABASE",
    )


def _postgresql(url: URL, tls: Mapping[str, str]) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        poolclass=NullPool,
        isolation_level="REPEATABLE READ",
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "sme-hub",
            "prepare_threshold": None,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            **tls,
        },
    )

    @event.listens_for(engine, "connect")
    def connected(connection: Any, record: Any) -> None:
        from base.replica_text import LOADERS

        for name, loader in LOADERS.items():
            connection.adapters.register_loader(name, loader)
        connection.read_only = True

    return engine


def _sqlite(url: URL) -> Engine:
    path = Path(str(url.database)).absolute()
    address = f"file:{quote(str(path))}?mode=ro"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            address, uri=True, timeout=_BUSY_MS / 1000, check_same_thread=False
        )
        connection.isolation_level = None
        connection.text_factory = _text_or_bytes
        connection.execute("PRAGMA query_only = ON")
        return connection

    engine = create_engine(url, hide_parameters=True, poolclass=NullPool, creator=connect)

    @event.listens_for(engine, "begin")
    def begun(session: Session) -> None:
        session.exec_driver_sql("BEGIN")

    return engine


def _text_or_bytes(data: bytes) -> str | bytes:
    """A text as SQLite keeps it: nothing makes sure there that it is UTF-8."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def begin(session: Session, patience: float) -> None:
    """Begin the one transaction of a snapshot; a statement may take `patience` seconds."""
    session.begin()
    if session.dialect.name == "postgresql":
        milliseconds = max(1, int(patience * 1000))
        session.execute(text(f"SET LOCAL statement_timeout = {milliseconds}"))
        session.execute(text("SET LOCAL TIME ZONE 'UTC'"))


class Watchdog:
    """Ends a statement that takes too long, even where the database answers nothing any more.

    PostgreSQL ends it by itself (`statement_timeout`); a host that hangs does not, and then the
    connection is cut. SQLite asks its progress handler. `bit` tells that it was ended from here.
    """

    def __init__(self, session: Session, patience: float) -> None:
        self._driver: Any = session.connection.driver_connection
        self._sqlite = session.dialect.name == "sqlite"
        self._patience = patience
        self._timer: threading.Timer | None = None
        self.bit = False

    def __enter__(self) -> Watchdog:
        if self._sqlite:
            self._driver.set_progress_handler(self._too_late(), _PROGRESS_STEPS)
        else:
            self._timer = threading.Timer(self._patience + GRACE, self._cut)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._sqlite:
            self._driver.set_progress_handler(None, 0)

    def _too_late(self) -> Callable[[], int]:
        ends = time.monotonic() + self._patience

        def late() -> int:
            self.bit = self.bit or time.monotonic() > ends
            return int(self.bit)

        return late

    def _cut(self) -> None:
        """Close the wire under the driver, whose wait then ends with an error."""
        self.bit = True
        with suppress(Exception):
            wire = socket.socket(fileno=os.dup(self._driver.pgconn.socket))
            with wire:
                wire.shutdown(socket.SHUT_RDWR)
