"""How the subsidy system learns of an event: late, when the applicant corrects its answers."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from mocks.world.business import Business
from mocks.world.programs import japan
from mocks.world.timeline import Step
from mocks.world.world import Changes

if TYPE_CHECKING:
    from mocks.world.world import World


class EventError(ValueError):
    """The event cannot happen: unknown kind, unknown business, or one that does not fit."""


def business_of(world: World, event: dict[str, Any], rng: Random, *kinds: str) -> Business:
    """The business that the event names, or one drawn among those that have open applications.

    Raises:
        EventError: there is none that fits.
    """
    wanted = kinds or ("corporation", "sole_proprietor")
    if name := event.get("business"):
        found = world.businesses.get(name)
        if found is None:
            msg = f"{event['kind']}: there is no business {name!r}"
            raise EventError(msg)
        if found.kind not in wanted or found.closed_on:
            msg = f"{event['kind']}: {name} is {found.kind}, or closed; it needs {wanted}"
            raise EventError(msg)
        return found
    busy = sorted(
        {a.business for a in world.applications.values() if a.is_open(world.now)}
        or world.businesses
    )
    fitting = [
        b for name in busy if (b := world.businesses[name]).kind in wanted and not b.closed_on
    ]
    if not fitting:
        msg = f"{event['kind']}: no business of this world fits"
        raise EventError(msg)
    chosen = rng.choice(fitting)
    event["business"] = chosen.id
    return chosen


def day_of(event: dict[str, Any]) -> date:
    """The day of the event.

    Raises:
        EventError: it is no ISO day.
    """
    try:
        return date.fromisoformat(event["on"])
    except ValueError as error:
        msg = f"{event['kind']}: on must be a day like 2026-11-20, not {event['on']!r}"
        raise EventError(msg) from error


def correct_later(world: World, event: dict[str, Any], rng: Random, business: str) -> Changes:
    """The applicant corrects the open applications some days later."""
    days = int(event.setdefault("days", rng.randint(3, 10)))
    at = japan(world.today + timedelta(days=days), 11, rng.randrange(60))

    def effect() -> Changes:
        changes = Changes()
        for application in world.open_applications(business):
            application.touched.append(world.stamp(at))
            application.known_until = world.today
            changes.applications.add(application.id)
        return changes

    world.schedule(at, f"{event['kind']} {business}", effect)
    return Changes()


def end_open(world: World, event: dict[str, Any], rng: Random, business: str, note: str) -> Changes:
    """Open applications come to their end some days later (廃止 after 交付決定, else 取下げ)."""
    days = int(event.setdefault("days", rng.randint(3, 10)))
    at = japan(world.today + timedelta(days=days), 14, rng.randrange(60))

    def effect() -> Changes:
        changes = Changes()
        for application in world.open_applications(business):
            shown = application.shown(world.now)
            granted = next((s for s in shown if s.state == "交付決定"), None)
            of = granted or shown[0]
            state = "廃止" if granted else "取下げ"
            application.cut(Step(at, of.procedure, of.kind, state, of.decision, note))
            application.touched.append(world.stamp(at))
            changes.applications.add(application.id)
        return changes

    world.schedule(at, f"{event['kind']} {business}", effect)
    return Changes()
