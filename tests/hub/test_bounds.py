"""Invariant 3 and the cursor: bounded above, looked back, moved only by a read to its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest

from hub.options import SyncOptions
from hub.windows import utc_text
from mocks.faults import Fault, FaultyApp
from mocks.serve import MockServers
from mocks.subsidy.index import ApplicationIndex, Snapshot
from tests.hub.hubs import APPLICATIONS_PAGE, SmallBatches

TEN_MINUTES, DAY = timedelta(minutes=10), timedelta(days=1)

Asked = list[dict[str, datetime]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """The bounds of all requests for applications, as the mock server meets them."""
    seen: Asked = []
    call = FaultyApp.__call__

    async def noted(self: FaultyApp, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == APPLICATIONS_PAGE:
            query = dict(parse_qsl(scope["query_string"].decode()))
            seen.append({n: instant(t) for n, t in query.items() if n.startswith("updated")})
        await call(self, scope, receive, send)

    monkeypatch.setattr(FaultyApp, "__call__", noted)
    return seen


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def cursor(hub: SmallBatches, stream: str = "applications") -> str | None:
    return hub.store.state(hub.streams[stream]).cursor


def index_of(servers: MockServers) -> ApplicationIndex:
    owners = [getattr(tell, "__self__", None) for tell in servers.world._listeners]
    (index,) = [owner for owner in owners if isinstance(owner, ApplicationIndex)]
    return index


@contextmanager
def newest_hidden(servers: MockServers) -> Iterator[datetime]:
    """As if the newest row were stamped but not committed yet; gives its stamp."""
    index = index_of(servers)
    whole = index.snapshot
    index.snapshot = Snapshot(whole.positions[:-1], whole.bodies[:-1])
    try:
        yield instant(whole.positions[-1][0])
    finally:
        index.snapshot = whole


def test_every_request_is_bounded_above_at_the_instant_the_run_began(
    moving_hub: SmallBatches, asked: Asked
) -> None:
    began = moving_hub.clock.now()
    summary = moving_hub.sync(on_progress=lambda _: moving_hub.clock.advance(3600))
    assert len(asked) > 3
    assert asked == [{"updatedUntil": began}] * len(asked)
    assert summary.window_until == began
    assert cursor(moving_hub) == utc_text(began)


def test_the_next_read_looks_back_ten_minutes_behind_the_cursor(
    moving_hub: SmallBatches, asked: Asked
) -> None:
    began = moving_hub.clock.now()
    moving_hub.sync()
    asked.clear()
    moving_hub.clock.advance(7200)
    moving_hub.sync()
    assert {query["updatedFrom"] for query in asked} == {began - TEN_MINUTES}
    assert {query["updatedUntil"] for query in asked} == {moving_hub.clock.now()}


def test_a_row_that_is_committed_late_is_found_by_the_look_back(
    moving_hub: SmallBatches, moving_servers: MockServers
) -> None:
    with newest_hidden(moving_servers) as stamped:
        moving_hub.clock.advance(stamped + timedelta(minutes=3) - moving_hub.clock.now())
        first = moving_hub.sync()
    moving_hub.clock.advance(60)
    second = moving_hub.sync()
    assert second.counts["new"] + second.counts["quarantined"] == 1
    assert second.counts["read"] < first.counts["read"] / 10


def test_a_record_dated_later_waits_and_is_read_when_its_day_has_come(
    moving_hub: SmallBatches, moving_servers: MockServers
) -> None:
    tomorrow = moving_hub.clock.now() + DAY
    stamp = f"{tomorrow:%Y-%m-%dT%H:%M:%S}.000Z"
    fault = Fault("future_record", path=APPLICATIONS_PAGE, record=3, value=stamp)
    moving_servers.faults.add(fault)
    first = moving_hub.sync()
    assert first.counts["deferred"] == 1
    held = {k for keys in moving_hub.store.live_keys(moving_hub.streams["applications"])
            for k in keys}  # fmt: skip
    (waiting,) = {a.id for a in moving_servers.world.visible_applications()} - held
    with stamped_later(moving_servers, waiting, stamp):
        early = moving_hub.sync()
        assert early.counts["new"] == 0
        moving_hub.clock.advance(DAY * 2)
        later = moving_hub.sync()
    assert later.counts["new"] == 1
    assert moving_hub.store.claims_of("subsidy", "applications", waiting)


@contextmanager
def stamped_later(servers: MockServers, key: str, stamp: str) -> Iterator[None]:
    """The system shows this record under a later update time, in its list's order too."""
    index = index_of(servers)
    whole = index.snapshot
    rows = [
        ((stamp, found), body.replace(at.encode(), stamp.encode(), 1)) if found == key
        else ((at, found), body)
        for (at, found), body in zip(whole.positions, whole.bodies, strict=True)
    ]  # fmt: skip
    rows.sort()
    index.snapshot = Snapshot([place for place, _ in rows], [body for _, body in rows])
    try:
        yield
    finally:
        index.snapshot = whole


def test_after_a_day_only_what_changed_is_read_and_versions_are_appended(
    moving_hub: SmallBatches, moving_servers: MockServers
) -> None:
    first = moving_hub.sync()
    changes = moving_servers.world.advance(1)
    moving_hub.clock.advance(DAY)
    second = moving_hub.sync()
    counts = second.counts
    assert 0 < counts["read"] < first.counts["read"] / 4
    assert counts["new"] + counts["changed"] + counts["quarantined"] == len(changes.applications)
    moved = [key for key in changes.applications if versions(moving_hub, key)]
    assert moved
    for key in moved:
        old, *_, new = versions(moving_hub, key)
        assert old.recorded_to == new.recorded_from == moving_hub.clock.now()
        assert (old.closed_batch_no, new.recorded_to) == (new.batch_no, None)
        assert old.values["status"] != new.values["status"]


def versions(hub: SmallBatches, key: str) -> list[Any]:
    """The versions of an application's project, where there are several, oldest first."""
    claims = hub.store.claims_of("subsidy", "applications", key)
    projects = [claim for claim in claims if claim.entity == "project"]
    states = [claim.values.get("status") for claim in projects]
    return projects if len(set(states)) > 1 else []


def test_a_backfill_and_a_limit_leave_the_cursor_and_miss_nothing_later(
    moving_hub: SmallBatches,
) -> None:
    limited = moving_hub.sync(options=SyncOptions(limit=7))
    assert limited.counts["read"] == 7
    assert cursor(moving_hub) is None
    now = moving_hub.clock.now()
    window = SyncOptions(mode="backfill", since=now - 60 * DAY, until=now - 30 * DAY)
    filled = moving_hub.sync(options=window)
    assert filled.counts["new"] > 0
    assert cursor(moving_hub) is None
    rest = moving_hub.sync()
    before = limited.counts["new"] + limited.counts["quarantined"]
    assert rest.counts["unchanged"] >= before
    assert cursor(moving_hub) == utc_text(now)
    moving_hub.clock.advance(DAY)
    again = moving_hub.sync(options=window)
    assert again.counts["new"] == again.counts["changed"] == 0
    assert cursor(moving_hub) == utc_text(now)
