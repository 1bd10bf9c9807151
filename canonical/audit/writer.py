"""Group commit for servers: many rows in one transaction, each caller told after the commit."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from queue import Empty, SimpleQueue
from typing import Any

from sqlalchemy import Connection

from base.errors import HubError, InternalError, StoreUnreachable
from base.failpoint import failpoint
from canonical.audit.insertion import insert
from canonical.audit.rows import AuditRow
from canonical.store.database import Database

LARGEST_GROUP = 500
LONGEST_QUEUE = 20_000
SECONDS = 10.0
"""The longest that a caller waits for its commit."""

Statement = tuple[str, Sequence[Any]]
"""A statement in the words of the database's driver, and its parameters."""

_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Waiting:
    """A row, what is to be written with it, and how its caller is told of the outcome."""

    row: AuditRow | None
    also: Sequence[Statement]
    tell: Callable[[HubError | None], None]
    loop: asyncio.AbstractEventLoop | None = None


class GroupWriter:
    """Writes what callers hand over, as many as wait in one transaction.

    Its thread starts with the first row, so it may be made before a server forks its workers.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    async def write(self, row: AuditRow | None, also: Sequence[Statement] = ()) -> None:
        """Return when the row, and `also` before it in the same transaction, are committed.

        Raises:
            StoreUnreachable: they are not, or it is not known: answer 503 and tell nothing.
            StoreError: the database refused them.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()

        def tell(error: HubError | None) -> None:
            if future.done():
                return
            if error is None:
                future.set_result(None)
            else:
                future.set_exception(error)

        self._put(_Waiting(row, also, tell, loop))
        try:
            async with asyncio.timeout(SECONDS):
                await future
        except TimeoutError:
            raise _too_slow() from None

    def write_now(self, row: AuditRow | None, also: Sequence[Statement] = ()) -> None:
        """As `write`, for threads: blocks until the commit."""
        future: Future[None] = Future()

        def tell(error: HubError | None) -> None:
            if error is None:
                future.set_result(None)
            else:
                future.set_exception(error)

        self._put(_Waiting(row, also, tell))
        try:
            future.result(SECONDS)
        except TimeoutError:
            raise _too_slow() from None

    def close(self) -> None:
        """Write what waits, and end the thread."""
        with self._starting:
            thread, self._thread = self._thread, None
            if thread is not None:
                self._queue.put(None)
        if thread is not None:
            thread.join()

    def _put(self, waiting: _Waiting) -> None:
        if self._queue.qsize() >= LONGEST_QUEUE:
            raise _too_slow()
        self._queue.put(waiting)
        if self._thread is None:
            self._start()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="audit", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            group, ended = self._drained(first)
            self._commit(group)
            if ended:
                return

    def _drained(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        """All that waits by now; and whether it ends here."""
        group = [first]
        while len(group) < LARGEST_GROUP:
            try:
                waiting = self._queue.get_nowait()
            except Empty:
                break
            if waiting is None:
                return group, True
            group.append(waiting)
        return group, False

    def _commit(self, group: list[_Waiting]) -> None:
        """Write a group; where the database refuses it, each by itself, so that one spoils none."""
        error = self._written(group)
        if error is not None and len(group) > 1 and not isinstance(error, StoreUnreachable):
            for one in group:
                _tell([one], self._written([one]))
            return
        _tell(group, error)

    def _written(self, group: Sequence[_Waiting]) -> HubError | None:
        rows = [one.row for one in group if one.row is not None]
        try:
            with self._database.write() as connection:
                _execute(connection, [statement for one in group for statement in one.also])
                insert(connection, rows)
                if rows:
                    failpoint("audit.written")
        except HubError as error:
            return error
        except Exception as error:  # noqa: BLE001 - a thread that ends would hang every caller
            found = InternalError.of(error)
            _log.error("%s", found)
            return found
        if rows:
            failpoint("audit.committed")
        return None


def _execute(connection: Connection, statements: Sequence[Statement]) -> None:
    """Run statements in the order of their first appearance, equal ones together."""
    order = {text: place for place, (text, _) in reversed(list(enumerate(statements)))}
    for text, some in groupby(sorted(statements, key=lambda one: order[one[0]]), itemgetter(0)):
        parameters = [tuple(given) for _, given in some]
        connection.exec_driver_sql(text, parameters if len(parameters) > 1 else parameters[0])


def _tell(group: Sequence[_Waiting], error: HubError | None) -> None:
    """Tell every caller; an event loop is woken once for all of its callers."""
    by_loop: dict[asyncio.AbstractEventLoop | None, list[_Waiting]] = {}
    for one in group:
        by_loop.setdefault(one.loop, []).append(one)
    for loop, some in by_loop.items():
        if loop is None:
            _told(some, error)
            continue
        try:
            loop.call_soon_threadsafe(_told, some, error)
        except RuntimeError:
            _log.warning("%d callers were gone before their rows were written", len(some))


def _told(some: Sequence[_Waiting], error: HubError | None) -> None:
    for one in some:
        one.tell(error)


def _too_slow() -> StoreUnreachable:
    return StoreUnreachable(
        "the audit cannot be written in time",
        remedy="Check HUB_SIDE_DATABASE_URL and the load of its server; ask again later",
    )
