"""Numbering: every committed event once, whatever commits beside it and wherever it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert

from canonical.changes import feed, sequencer
from canonical.store import Store
from canonical.store.party_tables import CROSSWALK, MATCH_MEMBER
from tests.canonical.builders import T0, Syncing
from tests.canonical.changes.told import name, rows, tell, told

NUMBER = """
import sys
from canonical.changes import sequencer
from canonical.store import Store

with Store.open(sys.argv[1]) as store:
    sequencer.number(store.database, at_once=3)
"""


def numbers(store: Store) -> dict[str, int | None]:
    return {name(row.data): row.sequence for row in rows(store)}


def url(store: Store) -> str:
    return store.database.engine.url.render_as_string(hide_password=False)


def test_events_are_numbered_from_one_in_the_order_in_which_they_happened(store: Store) -> None:
    for hours, names in ((3, "c"), (1, "a"), (2, "b")):
        told(store, names, at=T0 + timedelta(hours=hours))
    assert sequencer.number(store.database, at_once=2).events == 3
    assert numbers(store) == {"a": 1, "b": 2, "c": 3}
    told(store, "d", at=T0)
    assert sequencer.number(store.database).seen() == {"business.changed": 1}
    assert numbers(store)["d"] == 4
    assert sequencer.number(store.database).events == 0


@pytest.mark.parametrize("store", [pytest.param("postgresql", marks=pytest.mark.postgresql)],
                         indirect=True)  # fmt: skip
def test_no_reader_misses_what_an_interleaved_transaction_commits_later(store: Store) -> None:
    seen: list[str] = []
    cursor: str | None = None

    def read_on() -> None:
        nonlocal cursor
        sequencer.number(store.database)
        page = feed.read(store.database, since=cursor)
        seen.extend(name(event.data) for event in page.events)
        cursor = page.next

    with ExitStack() as first, ExitStack() as second:
        one: Connection = first.enter_context(store.database.write())
        other: Connection = second.enter_context(store.database.write())
        tell(store, one, "early", at=T0)
        tell(store, other, "late", at=T0 + timedelta(hours=1))
        read_on()
        assert seen == []
        second.close()
        read_on()
        assert seen == ["late"]
        tell(store, one, "early too", at=T0)
        first.close()
        read_on()
    assert sorted(seen) == ["early", "early too", "late"]
    assert sorted(filter(None, numbers(store).values())) == [1, 2, 3]


def test_a_transaction_that_is_rolled_back_leaves_neither_event_nor_gap(store: Store) -> None:
    told(store, "a")
    with store.database.write() as connection:
        tell(store, connection, "b")
        connection.rollback()
    told(store, "c")
    sequencer.number(store.database)
    assert sorted(numbers(store)) == ["a", "c"]
    assert sorted(filter(None, numbers(store).values())) == [1, 2]


@pytest.mark.parametrize(
    ("point", "time"), [*((point, 1) for point in sequencer.POINTS), (sequencer.POINTS[1], 2)]
)
def test_a_killed_sequencer_leaves_no_gap_and_numbers_nothing_twice(
    store: Store, point: str, time: int
) -> None:
    for number in range(8):
        told(store, f"e{number}", at=T0 + timedelta(hours=number))
    killed = subprocess.run(
        [sys.executable, "-c", NUMBER, url(store)],
        env={**os.environ, "HUB_FAILPOINT": f"{point}:{time}"},
        stderr=subprocess.PIPE,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    given_so_far = feed.read(store.database).events
    assert len(given_so_far) == 3 * (time - (point != "numbering.done"))
    sequencer.number(store.database)
    assert numbers(store) == {f"e{number}": number + 1 for number in range(8)}
    assert feed.read(store.database).events[: len(given_so_far)] == given_so_far


def test_several_at_once_number_each_event_once(store: Store) -> None:
    told(store, *(f"e{number}" for number in range(60)))
    done: list[int] = []

    def run() -> None:
        done.append(sequencer.number(store.database, at_once=7).events)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == 60
    assert sorted(filter(None, numbers(store).values())) == list(range(1, 61))


def test_an_event_about_a_record_learns_whose_it_is_once_that_is_known(store: Store) -> None:
    sync = Syncing(store)
    store.describe_stream(sync.stream_id, source_role="procedure", scope="")
    states = ("submitted", "selected", "grant_decided")
    for number, state in enumerate(states):
        sync.commit(
            {"a": str(number)},
            {"project": [{"key": "a", "status": state}], "party": [{"key": "a", "name": "甲"}]},
        )
        if state == "selected":
            sequencer.number(store.database)
    unmatched, later = rows(store)
    assert unmatched.party_id is None
    _matched(store, later.record_id)
    sequencer.number(store.database)
    assert [row.party_id for row in rows(store)] == [None, 500]


def _matched(store: Store, record_id: int) -> None:
    """An applicant's and a vendor's member of the record, each of a party of its own."""
    with store.database.write() as connection:
        for role, member, party in (("vendor", 4, 400), ("applicant", 5, 500)):
            place = {"member_id": member, "record_id": record_id, "role": role, "ordinal": 0}
            connection.execute(insert(MATCH_MEMBER).values(**place, scope=""))
            held = {"party_id": party, "basis": "alone", "model_no": 1, "scope": ""}
            connection.execute(insert(CROSSWALK).values(**place, **held, recorded_from=T0))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["tell", "number", "read"]), max_size=20))
def test_a_reader_who_comes_and_goes_reads_every_event_once(
    sqlite_store: Callable[[], Store], steps: list[str]
) -> None:
    seen: list[str] = []
    cursor: str | None = None
    written = 0
    with sqlite_store() as store:
        for step in [*steps, "number", "read"]:
            if step == "tell":
                told(store, f"e{written}", at=T0 - timedelta(hours=written))
                written += 1
            elif step == "number":
                sequencer.number(store.database)
            else:
                page = feed.read(store.database, since=cursor, limit=100)
                seen += [name(event.data) for event in page.events]
                cursor = page.next
    assert sorted(seen) == sorted(f"e{number}" for number in range(written))
