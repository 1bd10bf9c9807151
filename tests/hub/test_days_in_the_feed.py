"""Days go by in the world behind ten mock systems: what changed, and nothing else, is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from canonical.changes import feed
from canonical.changes.kinds import STATES, State
from canonical.store import Store
from hub.consolidate import consolidate
from mocks.world import World
from tests.hub.ten_systems import TenSystems, ten_systems

pytestmark = [pytest.mark.network, pytest.mark.timeout(300)]
EVERY_SCOPE = ("succession", "yorozu")
DAYS = 20

Things = dict[tuple[str, str | None], frozenset[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def systems(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TenSystems]:
    home: Path = tmp_path_factory.mktemp("feed")
    with ten_systems(World(businesses=150, seed=4711), home) as running:
        yield running


def states_at(store: Store, state: State, instant: datetime) -> Things:
    """What the claims said at an instant: the values of each thing, by record and reference."""
    columns = ", ".join(f'c."{name}"' for name in state.columns)
    statement = (
        f"SELECT r.record_key, c.{state.reference}, {columns}"  # noqa: S608 - the model's own names
        f" FROM claim_{state.entity} c JOIN source_record r ON r.record_id = c.record_id"
        " WHERE c.recorded_from <= :at AND (c.recorded_to IS NULL OR c.recorded_to > :at)"
    )
    found: dict[tuple[str, str | None], set[tuple[Any, ...]]] = {}
    with store.database.read() as connection:
        at = instant.strftime("%Y-%m-%d %H:%M:%S.%f")
        for key, reference, *values in connection.execute(text(statement), {"at": at}):
            if any(value is not None for value in values):
                found.setdefault((key, reference), set()).add(tuple(values))
    return {thing: frozenset(values) for thing, values in found.items()}


def test_every_state_that_differs_is_told_and_no_other(systems: TenSystems) -> None:
    store = systems.hub.store
    systems.sync()
    first = consolidate(store, systems.hub.clock)
    assert {"business.created"} <= set(first.events) <= {"business.created", "relation.confirmed"}
    cursor = feed.read(store.database, since=feed.NOW, scopes=EVERY_SCOPE).next
    before = systems.hub.clock.now()
    systems.advance(DAYS)
    systems.sync()
    done = consolidate(store, systems.hub.clock)
    page = feed.read(store.database, since=cursor, scopes=EVERY_SCOPE, limit=100_000)
    told: dict[str, set[tuple[str, str | None]]] = {}
    for event in page.events:
        if event.kind.endswith(".state_changed"):
            data = json.loads(event.data)
            group = event.kind.partition(".")[0]
            told.setdefault(group, set()).add((data["record"]["key"], data["reference"]))
            assert event.party_id is not None
    differing: dict[str, set[tuple[str, str | None]]] = {}
    for state in STATES:
        was = states_at(store, state, before)
        now = states_at(store, state, systems.hub.clock.now())
        things = {thing for thing in was.keys() | now.keys() if was.get(thing) != now.get(thing)}
        differing.setdefault(state.group, set()).update(things)
    assert told == {group: things for group, things in differing.items() if things}
    assert {"project", "procedure"} <= told.keys()
    assert done.events.total() == sum(not event.scope for event in page.events)


def test_every_version_of_a_golden_record_has_its_event_once(systems: TenSystems) -> None:
    store = systems.hub.store
    systems.advance(DAYS)
    systems.sync()
    consolidate(store, systems.hub.clock)
    tables = ("golden_party", "golden_list", "golden_conflict")
    ends = [f"SELECT party_id, {end} AS at FROM {table} WHERE {end} IS NOT NULL"  # noqa: S608
            for table in tables for end in ("recorded_from", "recorded_to")]  # fmt: skip
    told = "SELECT party_id, at FROM event WHERE kind LIKE 'business.%'"
    with store.database.read() as connection:
        changed = {tuple(row) for row in connection.execute(text(" UNION ".join(ends)))}
        events = [tuple(row) for row in connection.execute(text(told))]
        unnumbered = connection.scalar(text("SELECT count(*) FROM event WHERE sequence IS NULL"))
    assert len(events) == len(set(events)) > 150
    assert set(events) == changed
    assert unnumbered == 0
