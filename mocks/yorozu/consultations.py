"""Consultations of the world: who came to a base, and what was written down on which day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Literal

from mocks.world import World
from mocks.world.business import Business
from mocks.world.dice import dice
from mocks.world.dirt import Flaw
from mocks.world.programs import japan
from mocks.yorozu.flaws import draw_flaws

SHARES = {"corporation": 0.2, "sole_proprietor": 0.25, "pre_founder": 0.5}
"""Of the businesses of each kind, so many have come to a base."""

DAYS = 500
COMING = 60
"""Consultations lie within so many days before the world's start, and so many after it."""

Kind = Literal["entered", "advised", "outcome", "corrected", "deleted"]


@dataclass(slots=True)
class Step:
    """Something that is written down; `shown` is the time that the system stamps it with.

    `known_until` is the day up to which the base knows the business from then on.
    """

    at: datetime
    kind: Kind
    shown: datetime
    known_until: date | None = None


@dataclass(slots=True)
class Consultation:
    """One consultation and its steps, oldest first."""

    key: str
    base: str
    business: str
    received_on: date
    steps: list[Step]
    consents: bool | None
    flaws: tuple[Flaw, ...] = ()

    def by(self, instant: datetime) -> list[Step]:
        """The steps up to an instant."""
        return [step for step in self.steps if step.at < instant]

    def is_deleted(self, instant: datetime) -> bool:
        """Whether it was struck before an instant."""
        return any(step.kind == "deleted" for step in self.by(instant))


def make_consultations(world: World) -> dict[str, Consultation]:
    """Every consultation by its key, those to come included."""
    found: dict[str, Consultation] = {}
    for business in world.businesses.values():
        rng = dice(world.seed, "yorozu", business.id)
        if rng.random() >= SHARES[business.kind]:
            continue
        number = int(business.id[1:]) * 10
        consents = rng.choice((True, True, False, None))
        for visit in range(rng.choice((1, 1, 1, 2, 3))):
            made = _consultation(world, business, number + visit, consents, rng)
            found[made.key] = made
    return found


def _consultation(
    world: World, business: Business, number: int, consents: bool | None, rng: Random
) -> Consultation:
    received = world.start + timedelta(days=rng.randrange(-DAYS, COMING))
    base = f"YZ{business.address.place.code5[:2]}"
    key = f"{base}-{received.year}-{number:07d}"
    steps = list(_steps(received, rng))
    # What was struck had been entered by mistake; nobody looks at its cells.
    struck = steps[-1].kind == "deleted"
    flaws = () if struck else draw_flaws(rng, business)
    return Consultation(key, base, business.id, received, steps, consents, flaws)


def _steps(received: date, rng: Random) -> Iterator[Step]:
    def step(day: date, kind: Kind, known_until: date | None = None) -> Step:
        at = japan(day, rng.randint(9, 17), rng.randrange(60))
        return Step(at, kind, at, known_until)

    yield step(received, "entered", received)
    if rng.random() < 0.04:
        yield step(received + timedelta(days=rng.randint(1, 9)), "deleted")
        return
    day = received + timedelta(days=rng.randint(1, 14))
    if rng.random() < 0.85:
        yield step(day, "advised")
        if rng.random() < 0.5:
            yield step(day + timedelta(days=rng.randint(20, 150)), "outcome")
