"""Group commit for servers: what many callers hand over goes into one transaction.

Each caller is told after the commit. A transaction costs several times what an entry in it does,
so a group waits a moment for more where the one before it was more than one.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from sqlalchemy import Connection

from base.errors import HubError, InternalError, StoreUnreachable
from base.failpoint import failpoint
from canonical.store.database import Database

LARGEST_GROUP = 256
LONGEST_QUEUE = 20_000
SECONDS = 5.0
"""The longest that a caller waits for its commit."""

GATHER_SECONDS = 0.005
"""Under load a transaction of a few entries costs more than the wait: 1 ms made tokens on SQLite
18 % dearer, and slower, as two processes fought for the file."""

_log = logging.getLogger(__name__)

Item = TypeVar("Item")
Told = TypeVar("Told")


@dataclass(slots=True, eq=False)
class _Waiting(Generic[Item, Told]):
    item: Item
    future: asyncio.Future[Told]
    loop: asyncio.AbstractEventLoop


class GroupCommit(Generic[Item, Told]):
    """One thread that commits; it starts with the first item, so a server may fork before.

    Args:
        name: of the thread, and of the fail points `NAME.written` and `NAME.committed`, which a
            group of nothing but None does not meet.
        together: writes items in an open transaction, and says of each what it is told.
    """

    def __init__(
        self,
        database: Database,
        name: str,
        together: Callable[[Connection, Sequence[Item]], Sequence[Told]],
    ) -> None:
        self._database = database
        self._name = name
        self._together = together
        self._queue: SimpleQueue[_Waiting[Item, Told] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    async def write(self, item: Item) -> Told:
        """What becomes of an item, once that is committed.

        Raises:
            StoreUnreachable: it is not written, or that is not known: answer 503, tell nothing.
            StoreError: the database refused it.
        """
        if self._queue.qsize() >= LONGEST_QUEUE:
            raise self._too_slow()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Told] = loop.create_future()
        self._queue.put(_Waiting(item, future, loop))
        if self._thread is None:
            self._start()
        late = loop.call_later(SECONDS, self._give_up, future)
        try:
            return await future
        finally:
            late.cancel()

    def close(self) -> None:
        """Write what waits, and end the thread."""
        with self._starting:
            thread, self._thread = self._thread, None
            if thread is not None:
                self._queue.put(None)
        if thread is not None:
            thread.join()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()

    def _run(self) -> None:
        group: list[_Waiting[Item, Told]] = []
        while (first := self._queue.get()) is not None:
            if len(group) > 1:
                time.sleep(GATHER_SECONDS)
            group, ended = self._drained(first)
            self._commit(group)
            if ended:
                return

    def _drained(self, first: _Waiting[Item, Told]) -> tuple[list[_Waiting[Item, Told]], bool]:
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

    def _commit(self, group: list[_Waiting[Item, Told]]) -> None:
        """Write a group; where the database refuses it, each alone, so that one spoils none."""
        found = self._written([one.item for one in group])
        refused = isinstance(found, HubError) and not isinstance(found, StoreUnreachable)
        if refused and len(group) > 1:
            for one in group:
                _tell([one], self._written([one.item]))
            return
        _tell(group, found)

    def _written(self, items: Sequence[Item]) -> Sequence[Told] | HubError:
        something = any(item is not None for item in items)
        try:
            with self._database.write() as connection:
                told = self._together(connection, items)
                if something:
                    failpoint(f"{self._name}.written")
        except HubError as error:
            return error
        except Exception as error:  # noqa: BLE001 - a thread that ends would hang every caller
            found = InternalError.of(error)
            _log.error("%s", found)
            return found
        if something:
            failpoint(f"{self._name}.committed")
        return told

    def _give_up(self, future: asyncio.Future[Told]) -> None:
        if not future.done():
            future.set_exception(self._too_slow())

    def _too_slow(self) -> StoreUnreachable:
        return StoreUnreachable(
            f"{self._name}: the side store cannot be written in time",
            remedy="Check HUB_SIDE_DATABASE_URL and the load of its server; ask again later",
        )


def _tell(group: Sequence[_Waiting[Item, Told]], found: Sequence[Told] | HubError) -> None:
    """Tell every caller; an event loop is woken once for all of its own."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Told], Told | HubError]]]
    by_loop = {}
    for place, one in enumerate(group):
        told = found if isinstance(found, HubError) else found[place]
        by_loop.setdefault(one.loop, []).append((one.future, told))
    for loop, some in by_loop.items():
        try:
            loop.call_soon_threadsafe(_told, some)
        except RuntimeError:
            _log.warning("%d callers were gone before what they wrote was committed", len(some))


def _told(some: Sequence[tuple[asyncio.Future[Told], Told | HubError]]) -> None:
    for future, told in some:
        if future.done():
            continue
        if isinstance(told, HubError):
            future.set_exception(told)
        else:
            future.set_result(told)
