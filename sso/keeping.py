"""What the token service does of itself: a first key, and rows that nobody needs any more."""

from __future__ import annotations

import logging
import threading

from sqlalchemy import Connection, delete, insert, select, text, update

from base.clock import Clock
from base.errors import HubError
from canonical.store.database import Database
from sso.keys import new_row
from sso.sealing import Sealer
from sso.statements import FAILURE_SECONDS
from sso.tables import ASSERTION, CODE, CONFIGURATION, FAILURE, KEY, SESSION, TOKEN

EVERY_SECONDS = 60.0
KEPT_SECONDS = 3600
"""How long an expired token is still known, so that its revocation answers as before."""

_LOCK = 5_081_201_921
_log = logging.getLogger(__name__)


def changed(connection: Connection) -> None:
    """Make the configuration's version grow, in the transaction that changes it."""
    connection.execute(update(CONFIGURATION).values(version=CONFIGURATION.c.version + 1))


def lock(connection: Connection) -> None:
    """Let one process at a time change clients, rules or keys, until its transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def ensure_key(database: Database, sealer: Sealer, now: int) -> None:
    """Make the first key of a new installation; it signs at once."""
    with database.read() as connection:
        if connection.execute(select(KEY.c.kid).limit(1)).first() is not None:
            return
    with database.write() as connection:
        lock(connection)
        if connection.execute(select(KEY.c.kid).limit(1)).first() is None:
            connection.execute(insert(KEY).values(new_row(sealer, now, signs_from=now)))
            changed(connection)


def purge(database: Database, now: int) -> None:
    """Delete what has expired: counters, used assertions, tokens and sessions."""
    with database.write() as connection:
        connection.execute(delete(FAILURE).where(FAILURE.c.since < now - FAILURE_SECONDS))
        connection.execute(delete(ASSERTION).where(ASSERTION.c.expires_at < now))
        connection.execute(delete(CODE).where(CODE.c.expires_at < now - KEPT_SECONDS))
        connection.execute(delete(TOKEN).where(TOKEN.c.expires_at < now - KEPT_SECONDS))
        connection.execute(delete(SESSION).where(SESSION.c.expires_at < now - KEPT_SECONDS))


class Housekeeping:
    """A thread that purges once a minute."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(EVERY_SECONDS):
            try:
                purge(self._database, int(self._clock.now().timestamp()))
            except HubError as error:
                _log.warning("%s", error)
