"""What a decision writes, before its answer: tokens, used assertions, failures, audit rows.

One thread commits what all requests of a process hand over, many in one transaction. The
transaction also looks once more at what the decision stood on: the configuration's version, that
the presented token's chain is live, that the assertion was never used. An entry that does not hold
writes nothing, and its decision is made again.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from queue import Empty, SimpleQueue

from base.errors import HubError, InternalError, StoreUnreachable
from base.failpoint import failpoint
from canonical.audit import AuditRow
from canonical.audit.insertion import insert
from canonical.store.database import Database
from sso import statements
from sso.statements import Assertion, TokenRow

LARGEST_GROUP = 256
LONGEST_QUEUE = 5_000
SECONDS = 5.0
"""The longest that a request waits for its commit."""

GATHER_SECONDS = 0.001
"""How long a group waits for more where the one before was more than one: a transaction costs
several times what an entry in it does."""

_log = logging.getLogger(__name__)


class Verdict(Enum):
    """What became of an entry."""

    WRITTEN = auto()
    STALE = auto()
    REVOKED = auto()
    REPLAYED = auto()


@dataclass(frozen=True, slots=True)
class Entry:
    """All that one answer stands on and leaves behind.

    Attributes:
        version: of the configuration by which it was decided; None where that does not matter.
        parent: a token that must be live.
        assertion: a client assertion that must be new.
        revoked: a token that ends, and with it all that was derived from it.
        failures: counters of failed authentication that grow by one.
    """

    audit: AuditRow
    version: int | None = None
    parent: str | None = None
    assertion: Assertion | None = None
    token: TokenRow | None = None
    revoked: str | None = None
    failures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """An entry's verdict, and where its failure counters stand: the highest, and since when."""

    verdict: Verdict
    failures: dict[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class _Waiting:
    entry: Entry
    future: asyncio.Future[Outcome]
    loop: asyncio.AbstractEventLoop


class Ledger:
    """Writes entries in groups; its thread starts with the first one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    async def write(self, entry: Entry) -> Outcome:
        """What became of an entry, once that is committed.

        Raises:
            StoreUnreachable: it is not written, or that is not known: answer 503.
            StoreError: the database refused it.
        """
        if self._queue.qsize() >= LONGEST_QUEUE:
            raise _too_slow()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Outcome] = loop.create_future()
        self._queue.put(_Waiting(entry, future, loop))
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)
            self._thread.start()
        late = loop.call_later(SECONDS, _give_up, future)
        try:
            return await future
        finally:
            late.cancel()

    def close(self) -> None:
        """Write what waits, and end the thread."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        group: list[_Waiting] = []
        while (first := self._queue.get()) is not None:
            if len(group) > 1:
                time.sleep(GATHER_SECONDS)
            group, ended = self._drained(first)
            self._commit(group)
            if ended:
                return

    def _drained(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
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
        """Write a group; where the database refuses it, each alone, so that one spoils none."""
        found = self._written([one.entry for one in group])
        if isinstance(found, HubError) and len(group) > 1 and not _away(found):
            for one in group:
                _tell([one], self._written([one.entry]))
            return
        _tell(group, found)

    def _written(self, entries: Sequence[Entry]) -> list[Outcome] | HubError:
        try:
            with self._database.write() as connection:
                outcomes = _judge_and_write(statements.Statements(connection), entries)
                written = (Verdict.WRITTEN,)
                insert(
                    connection,
                    [
                        entry.audit
                        for entry, outcome in zip(entries, outcomes, strict=True)
                        if outcome.verdict in written
                    ],
                )
                failpoint("sso.written")
        except HubError as error:
            return error
        except Exception as error:  # noqa: BLE001 - a thread that ends would hang every request
            found = InternalError.of(error)
            _log.error("%s", found)
            return found
        return outcomes


def _judge_and_write(database: statements.Statements, entries: Sequence[Entry]) -> list[Outcome]:
    version = database.version()
    verdicts = [
        Verdict.STALE if entry.version not in (None, version) else Verdict.WRITTEN
        for entry in entries
    ]
    parents = {entry.parent for entry in entries if entry.parent is not None}
    live = database.live(parents) if parents else set()
    for place, entry in enumerate(entries):
        if entry.parent is not None and entry.parent not in live:
            verdicts[place] = (
                verdicts[place] if verdicts[place] is Verdict.STALE else Verdict.REVOKED
            )
    _judge_assertions(database, entries, verdicts)
    good = [
        entry
        for entry, verdict in zip(entries, verdicts, strict=True)
        if verdict is Verdict.WRITTEN
    ]
    database.add_tokens([entry.token for entry in good if entry.token is not None])
    database.revoke([entry.revoked for entry in good if entry.revoked is not None])
    counted = database.count_failures([bucket for entry in good for bucket in entry.failures])
    return [
        Outcome(
            verdict, {bucket: counted[bucket] for bucket in entry.failures if bucket in counted}
        )
        for entry, verdict in zip(entries, verdicts, strict=True)
    ]


def _judge_assertions(
    database: statements.Statements, entries: Sequence[Entry], verdicts: list[Verdict]
) -> None:
    """Use up the assertions of entries that hold so far; the first of several equal ones wins."""
    places: dict[tuple[str, str], int] = {}
    offered: list[Assertion] = []
    for place, entry in enumerate(entries):
        one = entry.assertion
        if one is None or verdicts[place] is not Verdict.WRITTEN:
            continue
        key = one.client_id, one.token_id
        if key in places:
            verdicts[place] = Verdict.REPLAYED
        else:
            places[key] = place
            offered.append(one)
    if offered:
        new = database.use_assertions(offered)
        for key, place in places.items():
            if key not in new:
                verdicts[place] = Verdict.REPLAYED


def _away(error: HubError) -> bool:
    return isinstance(error, StoreUnreachable)


def _give_up(future: asyncio.Future[Outcome]) -> None:
    if not future.done():
        future.set_exception(_too_slow())


def _too_slow() -> StoreUnreachable:
    return StoreUnreachable(
        "the side store cannot be written in time",
        remedy="Check HUB_SIDE_DATABASE_URL and the load of its server",
    )


def _tell(group: Sequence[_Waiting], found: list[Outcome] | HubError) -> None:
    """Tell every request; an event loop is woken once for all of its own."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Waiting, Outcome | HubError]]] = {}
    for place, one in enumerate(group):
        told = found if isinstance(found, HubError) else found[place]
        by_loop.setdefault(one.loop, []).append((one, told))
    for loop, some in by_loop.items():
        try:
            loop.call_soon_threadsafe(_told, some)
        except RuntimeError:
            _log.warning("%d requests were gone before they were recorded", len(some))


def _told(some: Sequence[tuple[_Waiting, Outcome | HubError]]) -> None:
    for one, told in some:
        if one.future.done():
            continue
        if isinstance(told, HubError):
            one.future.set_exception(told)
        else:
            one.future.set_result(told)
