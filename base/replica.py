"""A read-only database of another system: one snapshot a read, bounded in time and retries.

A statement goes out as `base.exchange` lets it, inside a transaction that cannot write and sees one
state of the data (PostgreSQL: REPEATABLE READ, READ ONLY, as a hot standby allows it; SQLite: a
file opened with `mode=ro`, and one read transaction). When the connection is lost, or a standby
cancels the transaction (SQLSTATE 40001, recovery conflict), the next try opens a new snapshot:
whoever reads must say where to read on from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection as Session
from sqlalchemy import Engine, Executable
from sqlalchemy.exc import SQLAlchemyError

from base.breaker import CircuitBreaker
from base.clock import Clock
from base.connection import Connection
from base.errors import ServerFault
from base.exchange import Exchange
from base.rate import RateBudget
from base.redact import redact
from base.replica_engine import Watchdog, begin, open_engine
from base.replica_fault import database_error
from base.retry import OnWait, RunBudget

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rows:
    """What a statement gave: the names of its columns, what the driver calls their types, rows.

    `types` are PostgreSQL's type OIDs; None where the database has no types of columns (SQLite).
    A text that is no valid text in the database's encoding comes as bytes.
    """

    names: tuple[str, ...]
    types: tuple[int | None, ...]
    rows: Sequence[tuple[Any, ...]]


class Snapshot:
    """One state of the replica's data, good until its connection is lost."""

    def __init__(self, session: Session, execute: Callable[[Session, Executable], Rows]) -> None:
        self._session = session
        self._execute = execute

    @property
    def dialect(self) -> str:
        """`postgresql` or `sqlite`."""
        return self._session.dialect.name

    def rows(self, statement: Executable) -> Rows:
        """Run one statement; called inside `Reading.run`, which decides about another try.

        Raises:
            HubError: whatever went wrong, without any value.
        """
        return self._execute(self._session, statement)


class Replica:
    """Reads tables of one system's replica.

    Args are as those of `base.http.HttpClient`. The connection's address is
    `postgresql://HOST[:PORT]/DATABASE` or `sqlite:///PATH`; its options `user` (or
    `client_id`), `timeout` (seconds for one statement), `sslmode` and `sslrootcert`; its secret
    `password` (or `client_secret`).

    Raises:
        SettingsError: the address is none of a database, or has a password in it.
    """

    def __init__(
        self,
        connection: Connection,
        clock: Clock,
        rate: RateBudget | None = None,
        breaker: CircuitBreaker | None = None,
        budget: RunBudget | None = None,
        *,
        on_wait: OnWait | None = None,
    ) -> None:
        self.connection = connection
        self._engine: Engine = open_engine(connection)
        self._exchange = Exchange(connection, clock, rate, breaker, budget, on_wait=on_wait)

    @property
    def address(self) -> str:
        """The database's address as messages may show it: without user and password."""
        url = self._engine.url
        host = f"//{url.host or ''}{f':{url.port}' if url.port else ''}/"
        return redact(f"{url.get_backend_name()}:{host}{url.database or ''}")

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """A read in one snapshot, opened with its first statement and given back at the end."""
        reading = Reading(self)
        try:
            yield reading
        finally:
            reading.close()

    def close(self) -> None:
        """Give everything back."""
        self._engine.dispose()

    def _open(self) -> Session:
        """A connection in a transaction that reads one state and cannot write."""
        left = self._exchange.time_left(f"{self.address} was not opened")
        session = None
        try:
            session = self._engine.connect()
            begin(session, min(self.connection.timeout, left))
        except (SQLAlchemyError, OSError, UnicodeError) as error:
            if session is not None:
                discard(session)
            raise database_error(error, self.address, self.connection.timeout) from None
        return session

    def _execute(self, session: Session, statement: Executable) -> Rows:
        """One statement in its turn, ended where it takes too long."""
        left = self._exchange.turn(f"{self.address} was not asked")
        patience = min(self.connection.timeout, left)
        watchdog = Watchdog(session, patience)
        try:
            with watchdog:
                result = session.execute(statement)
                cursor = result.cursor
                described = cursor.description if cursor is not None else ()
                rows = list(map(tuple, result.fetchall()))
        except (SQLAlchemyError, OSError, UnicodeError) as error:
            self._exchange.time_left(f"{self.address} did not answer in time")
            if watchdog.bit:
                raise ServerFault(
                    f"{self.address} did not answer within {patience:.0f} s",
                    remedy="If it recurs, ask the owner for an index on cursor and key, or raise "
                    "timeout in the connection",
                ) from None
            raise database_error(error, self.address, patience) from None
        oids = [kind if isinstance(kind, int) else None for _name, kind, *_ in described]
        return Rows(tuple(result.keys()), tuple(oids), rows)


class Reading:
    """One read of a replica: a snapshot, and another one where it is lost."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica
        self._session: Session | None = None
        self._snapshot: Snapshot | None = None

    def run(self, work: Callable[[Snapshot], T]) -> T:
        """What `work` makes of the snapshot; called again with a new one where that may help.

        Raises:
            HubError: any of the tree in `base.errors`, after the retries its type allows.
        """
        replica = self._replica
        return replica._exchange.run(lambda: self._attempt(work), replica.address)

    def _attempt(self, work: Callable[[Snapshot], T]) -> T:
        """One try; the snapshot is given up where it failed."""
        try:
            return work(self._at_hand())
        except BaseException:
            self.close()
            raise

    def _at_hand(self) -> Snapshot:
        if self._session is None or self._snapshot is None:
            self._session = self._replica._open()
            self._snapshot = Snapshot(self._session, self._replica._execute)
        return self._snapshot

    def close(self) -> None:
        """Give the snapshot back."""
        session, self._session, self._snapshot = self._session, None, None
        if session is not None:
            discard(session)


def discard(session: Session) -> None:
    """End a connection, whatever state it is in."""
    try:
        session.invalidate()
    except SQLAlchemyError:
        pass
    finally:
        session.close()
