"""Scripted events change the world at once and the subsidy system late."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mocks.subsidy.index import ApplicationIndex
from mocks.world import World
from mocks.world.events import EFFECTS
from mocks.world.reactions import EventError
from mocks.world.timeline import FINAL


def shown(index: ApplicationIndex) -> dict[str, dict[str, Any]]:
    return {r["applicationId"]: r for r in map(json.loads, index.snapshot.bodies)}


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {key for key, record in after.items() if before.get(key) != record}


@pytest.mark.parametrize("kind", sorted(EFFECTS))
def test_every_event_happens_and_is_remembered(world: World, kind: str) -> None:
    done = world.apply({"kind": kind})
    assert world.truth.events == [done]
    assert done["on"] == "2026-11-20"
    world.advance(12)


@pytest.mark.parametrize(
    ("kind", "field", "form"),
    [
        ("renamed", "name", "商号又は名称"),
        ("moved", "address", "本店所在地"),
        ("representative_changed", "representative", "代表者氏名"),
        ("ownership_changed", "deemed_large", "みなし大企業該当"),
        ("consent_withdrawn", "data_use_consent", "データ利活用の同意"),
        ("fiscal_year_changed", "fiscal_year_end_month", "決算月"),
    ],
)
def test_the_subsidy_system_shows_it_days_later(
    world: World, kind: str, field: str, form: str
) -> None:
    index = ApplicationIndex(world)
    business = _with_submitted_application(world)
    event: dict[str, Any] = {"kind": kind, "business": business, "days": 4}
    if kind == "fiscal_year_changed":
        event["month"] = world.businesses[business].fiscal_year_end_month % 12 + 1
    then = getattr(world.businesses[business], field)
    world.apply(event)
    assert getattr(world.businesses[business], field) != then
    before = shown(index)
    world.advance(4)
    mine = {a.id for a in world.applications.values() if a.business == business} & set(before)
    assert not any(before[k]["answers"][form] != shown(index)[k]["answers"][form] for k in mine)
    world.advance(1)
    after = shown(index)
    corrected = {k for k in mine if before[k]["answers"].get(form) != after[k]["answers"].get(form)}
    assert corrected
    assert all(after[k]["updatedAt"] > before[k]["updatedAt"] for k in corrected)


def _with_submitted_application(world: World) -> str:
    """A corporation with an application that stays open for the next days."""
    soon = world.now + timedelta(days=10)
    for application in world.applications.values():
        business = world.businesses[application.business]
        submitted = application.submitted_at(world.now)
        if (
            business.kind == "corporation" and submitted and business.data_use_consent
            and business.officers and business.shareholders
            and application.is_open(world.now) and application.is_open(soon)
        ):  # fmt: skip
            return business.id
    raise AssertionError


def test_incorporation_makes_a_related_party_not_the_same(world: World) -> None:
    done = world.apply({"kind": "incorporated"})
    old, new = world.businesses[done["business"]], world.businesses[done["to"]]
    assert old.kind == "sole_proprietor"
    assert old.closed_on is not None
    assert new.kind == "corporation"
    assert new.individual_number is None
    assert new.corporate_number
    link = world.truth.related[-1]
    assert (link.relation, link.of, link.to) == ("incorporated_as", old.id, new.id)


def test_a_merger_ends_the_open_applications(world: World) -> None:
    done = world.apply({"kind": "merged", "days": 3})
    assert world.open_applications(done["business"])
    world.advance(4)
    assert not world.open_applications(done["business"])
    ends = {
        a.shown(world.now)[-1].state
        for a in world.applications.values()
        if a.business == done["business"] and a.shown(world.now)
    }
    assert ends <= FINAL | {"支払済"}


def test_a_renamed_place_moves_all_who_sit_there(world: World) -> None:
    city = next(iter(world.businesses.values())).address.place.city
    world.apply({"kind": "place_renamed", "city": city, "name": "架空市"})
    assert all(b.address.place.city != city for b in world.businesses.values())


def test_drafts_move_to_a_new_form_version(world: World) -> None:
    index = ApplicationIndex(world)
    program = next(p for p in world.visible_programs() if p.takes_applications and
                   p.end and p.end > world.now)  # fmt: skip
    before = shown(index)
    world.apply({"kind": "form_version", "program": program.id, "form_version": "2026-9"})
    after = shown(index)
    moved = changed(before, after)
    assert moved
    assert {after[k]["status"] for k in moved} == {"下書き"}
    assert {p["formVersion"] for k in moved for p in after[k]["procedures"]} == {"2026-9"}


def test_an_earlier_day_keeps_the_earlier_values(world: World) -> None:
    done = world.apply({"kind": "renamed"})
    business = world.businesses[done["business"]]
    earlier = business.as_of(world.today - timedelta(days=1))
    assert earlier.display_name != business.display_name
    assert business.as_of(world.today) is business


@pytest.mark.parametrize(
    ("event", "says"),
    [
        ({"kind": "exploded"}, "unknown event kind"),
        ({"kind": "moved", "business": "B9999999"}, "there is no business"),
        ({"kind": "moved", "on": "tomorrow"}, "on must be a day"),
        ({"kind": "merged", "to": "B9999999"}, "no other business"),
        ({"kind": "form_version", "program": "x"}, "no programme"),
        ({"kind": "fiscal_year_changed", "month": 13}, "month must be"),
    ],
)
def test_an_impossible_event_says_why(world: World, event: dict[str, Any], says: str) -> None:
    with pytest.raises(EventError, match=says):
        world.apply(event)
    assert world.truth.events == []


def test_days_reveal_what_was_to_come(world: World) -> None:
    index = ApplicationIndex(world)
    before = shown(index)
    changes = world.advance(40)
    after = shown(index)
    assert changed(before, after) == changes.applications & set(after)
    assert set(after) > set(before)
    assert all(
        after[k]["updatedAt"] > before[k]["updatedAt"] for k in changed(before, after) & set(before)
    )


def test_nothing_is_dated_after_the_worlds_present(world: World) -> None:
    index = ApplicationIndex(world)
    world.advance(25)
    last = index.snapshot.positions[-1][0]
    assert last <= f"{world.now:%Y-%m-%dT%H:%M:%S}.999Z"


def test_a_live_world_stamps_with_the_wall_clock() -> None:
    wall = datetime(2030, 1, 1, tzinfo=UTC)
    world = World(7, 120, wall_clock=lambda: wall)
    index = ApplicationIndex(world)
    assert index.snapshot.positions[-1][0] < "2027"
    changes = world.advance(5)
    stamps = {key: at for at, key in index.snapshot.positions if at >= "2030-01-01T00:00:00.000Z"}
    assert set(stamps) == changes.applications
