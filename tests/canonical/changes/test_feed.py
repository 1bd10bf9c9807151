"""Reading the feed: pages, kinds, and what a reader may not know of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import StoreError
from canonical.changes import feed, sequencer
from canonical.changes.kinds import KINDS, PREFIX, chosen
from canonical.store import Store
from tests.canonical.builders import T0
from tests.canonical.changes.told import name, told

SCOPES = ("", "succession", "yorozu", "succession yorozu")


def names(page: feed.Page) -> list[str]:
    return [name(event.data) for event in page.events]


def told_in_order(store: Store, scopes: list[str], kinds: list[str]) -> None:
    for number, (scope, kind) in enumerate(zip(scopes, kinds, strict=True)):
        told(store, f"e{number}", scope=scope, kind=kind, at=T0 + timedelta(hours=number))


def test_an_empty_feed_has_no_cursor(store: Store) -> None:
    assert feed.read(store.database) == feed.Page([], None, more=False)
    assert feed.read(store.database, since=feed.NOW) == feed.Page([], None, more=False)


def test_the_id_of_any_event_read_is_a_cursor(store: Store) -> None:
    told_in_order(store, [""] * 3, ["business.changed"] * 3)
    sequencer.number(store.database)
    first, second, third = feed.read(store.database).events
    assert feed.read(store.database, since=first.event_id).events == [second, third]
    assert feed.read(store.database, since=third.event_id) == feed.Page([], third.event_id, False)
    assert feed.read(store.database, since=feed.NOW) == feed.Page([], third.event_id, False)
    assert feed.read(store.database, limit=2) == feed.Page([first, second], second.event_id, True)


def test_events_without_a_number_wait(store: Store) -> None:
    told_in_order(store, ["", "succession"], ["business.changed"] * 2)
    assert names(feed.read(store.database)) == []
    assert feed.waiting(store.database) == 1
    assert feed.waiting(store.database, ["succession"]) == 2
    sequencer.number(store.database)
    assert names(feed.read(store.database)) == ["e0"]
    assert feed.waiting(store.database, ["succession"]) == 0


def test_a_kind_that_does_not_come_moves_the_cursor_too(store: Store) -> None:
    told_in_order(store, [""] * 2, ["business.changed", "party.merged"])
    sequencer.number(store.database)
    page = feed.read(store.database, kinds=["business.changed"])
    assert names(page) == ["e0"]
    assert page.next == feed.read(store.database).events[-1].event_id
    assert feed.read(store.database, since=page.next, kinds=["party.merged"]).events == []


def test_a_hidden_event_is_no_other_cursor_than_one_that_is_not_there(store: Store) -> None:
    told_in_order(store, ["", "succession"], ["business.changed"] * 2)
    sequencer.number(store.database)
    hidden = feed.read(store.database, scopes=["succession"]).events[1].event_id
    said = []
    for cursor in (hidden, "0" * 32):
        with pytest.raises(StoreError) as error:
            feed.read(store.database, since=cursor)
        said.append(str(error.value))
    assert said[0] == said[1]
    assert cursor not in said[1]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(SCOPES), st.booleans()), max_size=12),
    st.sets(st.sampled_from(["succession", "yorozu"])),
    st.integers(min_value=1, max_value=4),
)
def test_the_feed_without_a_scope_is_one_in_which_its_events_never_happened(
    sqlite_store: Callable[[], Store],
    events: list[tuple[str, bool]],
    scopes: set[str],
    limit: int,
) -> None:
    visible = [number for number, (scope, _) in enumerate(events) if set(scope.split()) <= scopes]
    pages = []
    for kept in (range(len(events)), visible):
        with sqlite_store() as store:
            for number in kept:
                scope, numbered = events[number]
                told(store, f"e{number}", scope=scope, at=T0 + timedelta(hours=number))
                if numbered:
                    sequencer.number(store.database)
            sequencer.number(store.database)
            pages.append(_all_pages(store, scopes, limit))
    assert pages[0] == pages[1]
    assert [n for page in pages[0] for n in names(page)] == [f"e{number}" for number in visible]


def _all_pages(store: Store, scopes: set[str], limit: int) -> list[feed.Page]:
    pages = [feed.read(store.database, scopes=scopes, limit=limit)]
    while pages[-1].more:
        since = pages[-1].next
        pages.append(feed.read(store.database, since=since, scopes=scopes, limit=limit))
    return pages


def test_kinds_are_named_in_short_in_full_or_by_their_group() -> None:
    assert chosen(("business.changed", PREFIX + "party.gone")) == {"business.changed", "party.gone"}
    assert chosen(("relation",)) == {"relation.confirmed", "relation.ended"}
    with pytest.raises(ValueError, match=r"nothing is no kind .*business\.created"):
        chosen(("nothing",))
    assert {kind.name for kind in KINDS.values()} == set(KINDS)
