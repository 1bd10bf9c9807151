"""The side store: small shared rows that must never wait for a sync (rate budgets, later tokens).

SQLite in a file of its own, or PostgreSQL where several machines share them.
"""

from __future__ import annotations

import os
import sqlite3
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError

from base.errors import StoreUnreachable

_BUSY_SECONDS = 60
_WAL_TRIES = 200


def side_engine(url: str) -> Engine:
    """The engine of a side store, one for each address and process (also after a fork).

    Every transaction on SQLite starts with BEGIN IMMEDIATE: a reader that turns writer under a
    deferred one fails at once with "database is locked", whatever the busy time-out.
    """
    return _engine(url, os.getpid())


@lru_cache(maxsize=16)
def _engine(url: str, _process: int) -> Engine:
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        return create_engine(address, pool_pre_ping=True, pool_size=2)
    if address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address, connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the driver starts no transaction: `_begin_immediate` does
    _switch_to_wal(connection)
    connection.execute("PRAGMA synchronous=NORMAL")


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Turn WAL on; SQLite does not honour the busy time-out while another process does the same."""
    for remaining in reversed(range(_WAL_TRIES)):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if not remaining:
                raise
            time.sleep(0.01)
        else:
            return


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def unreachable(error: DBAPIError) -> StoreUnreachable:
    """What to raise for a side store that does not answer; holds nothing of its address."""
    return StoreUnreachable(
        f"the side store does not answer ({type(error).__name__})",
        remedy="Check HUB_SIDE_DATABASE_URL and that its folder or server is there",
    )
