"""Group commit: told after the commit and never before; one bad row spoils no other."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection

from base.errors import StoreError, StoreUnreachable
from canonical.audit import AuditLog, GroupWriter, Sealer
from canonical.store.database import Database
from tests.canonical.audit.conftest import made


@pytest.fixture
def writer(log: AuditLog) -> Iterator[GroupWriter]:
    opened = GroupWriter(log.database)
    yield opened
    opened.close()


def test_many_callers_are_written_in_few_transactions(
    log: AuditLog, writer: GroupWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = _counted(monkeypatch, log.database)

    async def all_of_them() -> None:
        await asyncio.gather(*(writer.write(made(number)) for number in range(200)))

    asyncio.run(all_of_them())
    assert len(log.of_party(7, limit=1000).rows) == 200
    assert len(counted) <= 20


def _counted(monkeypatch: pytest.MonkeyPatch, database: Database) -> list[None]:
    """One entry for each transaction that writes."""
    counted: list[None] = []
    begin = database.write

    @contextmanager
    def write() -> Iterator[Connection]:
        counted.append(None)
        with begin() as connection:
            yield connection

    monkeypatch.setattr(database, "write", write)
    return counted


def test_nobody_is_told_before_the_commit(
    log: AuditLog, writer: GroupWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    committing, go_on, told = threading.Event(), threading.Event(), threading.Event()
    begin = log.database.write

    @contextmanager
    def write() -> Iterator[Connection]:
        with begin() as connection:
            yield connection
            committing.set()
            go_on.wait()

    monkeypatch.setattr(log.database, "write", write)

    def call() -> None:
        asyncio.run(writer.write(made()))
        told.set()

    caller = threading.Thread(target=call)
    caller.start()
    committing.wait()
    assert not told.is_set()
    go_on.set()
    caller.join()
    assert len(log.of_party(7).rows) == 1


def test_a_refused_row_spoils_no_other(log: AuditLog, writer: GroupWriter) -> None:
    row = made()
    log.append([row])

    async def three() -> list[Any]:
        writes = (writer.write(one) for one in (made(1), row, made(2)))
        return await asyncio.gather(*writes, return_exceptions=True)

    told = asyncio.run(three())
    assert [type(one) for one in told] == [type(None), StoreError, type(None)]
    assert len(log.of_party(7).rows) == 3


@pytest.mark.parametrize("address", ["postgresql://nobody@127.0.0.1:1/none"])
def test_a_database_that_is_away_is_told_to_every_caller(address: str) -> None:
    writer = GroupWriter(Database(address))

    async def some() -> list[Any]:
        writes = (writer.write(made(number)) for number in range(3))
        return await asyncio.gather(*writes, return_exceptions=True)

    assert {type(one) for one in asyncio.run(some())} == {StoreUnreachable}
    writer.close()


def test_a_bug_ends_no_thread(writer: GroupWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("canonical.audit.writer.insert", lambda *_: 1 / 0)
        with pytest.raises(Exception, match="ZeroDivisionError"):
            asyncio.run(writer.write(made()))
    asyncio.run(writer.write(made()))


def test_a_writer_that_was_closed_has_written_what_waited(log: AuditLog) -> None:
    writer = GroupWriter(log.database)
    callers = [
        threading.Thread(target=asyncio.run, args=(writer.write(made(n)),)) for n in range(5)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    writer.close()
    assert len(log.of_party(7).rows) == 5


def test_the_sealer_seals_what_waits(log: AuditLog) -> None:
    sealed = threading.Event()

    class Telling(AuditLog):
        def seal(self, limit: int = 1000) -> int:
            done = super().seal(limit)
            if done:
                sealed.set()
            return done

    log.append([made()])
    sealer = Sealer(Telling(log.database), every=0.01)
    sealer.start()
    assert sealed.wait(30)
    sealer.close()
    assert log.verify().unsealed == 0
