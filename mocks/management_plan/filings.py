"""Who files a management improvement plan, when, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from mocks.management_plan.flaws import draw_flaws
from mocks.world import World
from mocks.world.business import Business
from mocks.world.dice import dice
from mocks.world.dirt import Flaw
from mocks.world.handed_in import Answers, HandedIn
from mocks.world.programs import japan

SHARE = 0.12
"""Of the businesses that may file; about one in twenty of Japan's has a plan."""

LARGEST = 2000
"""Regular employees above which a business may not apply."""

SOON = 90
"""Days after the world's start in which new plans come in."""

NEW, CHANGE = "新規申請", "変更申請"


@dataclass(frozen=True, slots=True)
class Step:
    """A state and when the plan came to it."""

    at: datetime
    state: str


@dataclass(slots=True)
class Filing:
    """One filing; `steps` reach into the future. `revealed` are the update times of the steps that
    have been shown, `known` the day up to which its answers follow the business, `given` the
    answers that were handed in word for word."""

    key: str
    index: int
    business: str
    kind: str
    changes: int
    previous: str | None
    steps: list[Step]
    known: date
    publish: bool
    flaws: tuple[Flaw, ...]
    given: Answers | None = None
    revealed: list[datetime] = field(default_factory=list)

    @property
    def certificate(self) -> str:
        """The number that 認定 gives it."""
        return f"{self.known:%Y%m}第{self.index}号"


def make_filings(world: World) -> list[Filing]:
    """The first filings of a world's businesses and the changes that follow them."""
    found: list[Filing] = []
    for number, business in enumerate(world.businesses.values()):
        rng = dice(world.seed, "management_plan", number)
        if rng.random() >= SHARE or not may_file(business):
            continue
        on = world.start - timedelta(days=rng.randint(-SOON, 540))
        if not business.closed_years(on):
            continue
        first = new_filing(world, rng, business, on, index=len(found))
        found.append(first)
        certified = [step.at for step in first.steps if step.state == "認定"]
        if certified and rng.random() < 0.3:
            later = certified[0].date() + timedelta(days=rng.randint(120, 420))
            found.append(new_filing(world, rng, business, later, index=len(found), before=first))
    return found


def may_file(business: Business) -> bool:
    """Whether a business may have a plan certified."""
    return (
        business.kind != "pre_founder"
        and business.closed_on is None
        and business.employees <= LARGEST
    )


def new_filing(
    world: World,
    rng: Random,
    business: Business,
    on: date,
    *,
    index: int,
    before: Filing | None = None,
) -> Filing:
    """A filing of a day; a change of the plan `before`, if there is one."""
    return Filing(
        key=f"KP{on.year}-{index:07d}",
        index=index,
        business=business.id,
        kind=CHANGE if before else NEW,
        changes=before.changes + 1 if before else 0,
        previous=before.certificate if before else None,
        steps=_steps(rng, on),
        known=on,
        publish=rng.random() < 0.6,
        flaws=draw_flaws(dice(world.seed, "management_plan flaw", index), business),
    )


def handed_in_filing(world: World, handed_in: HandedIn, index: int) -> Filing:
    """A filing with these answers, received at the world's present instant."""
    return Filing(
        key=handed_in.id,
        index=index,
        business=handed_in.business,
        kind=NEW,
        changes=0,
        previous=None,
        steps=[Step(world.now, "受付")],
        known=world.today,
        publish=False,
        flaws=(),
        given=handed_in.answers,
    )


def _steps(rng: Random, on: date) -> list[Step]:
    day = on
    steps = [Step(_moment(rng, day), "受付")]
    if rng.random() < 0.15:
        day += timedelta(days=rng.randint(3, 10))
        steps.append(Step(_moment(rng, day), "補正依頼"))
    day += timedelta(days=rng.randint(5, 14))
    steps.append(Step(_moment(rng, day), "審査中"))
    day += timedelta(days=rng.randint(14, 30))
    roll = rng.random()
    last = "取下げ" if roll < 0.03 else "不認定" if roll < 0.05 else "認定"
    steps.append(Step(_moment(rng, day), last))
    if last == "認定" and rng.random() < 0.01:
        day += timedelta(days=rng.randint(60, 300))
        steps.append(Step(_moment(rng, day), "取消"))
    return steps


def _moment(rng: Random, day: date) -> datetime:
    return japan(day, rng.randint(9, 17), rng.randrange(60))
