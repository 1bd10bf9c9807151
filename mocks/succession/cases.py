"""Succession cases of the world: who has one, and what happens to it day by day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from mocks.world import World, dirt
from mocks.world.business import Business
from mocks.world.dice import dice
from mocks.world.dirt import Flaw
from mocks.world.programs import japan

SHARE = 0.12
"""Of businesses whose head is old enough: more than in Japan, so that small worlds have some."""

OLD_ENOUGH = 58
DELETED = "削除"

REFUSED = (
    Flaw("check_digit", "record", "corporate_no", "refused"),
    Flaw("impossible_date", "field", "founded_ym", "refused"),
    Flaw("unknown_code", "field", "industry", "refused"),
)
REVIEW = (Flaw("twelve_digits", "field", "corporate_no", "review"),)
MASKED = (Flaw("personal_number", "field", "transfer_reason", "masked"),)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens to a case: its status from then on (or that it is taken back)."""

    at: datetime
    status: str


@dataclass(slots=True)
class Case:
    """One case. `known_until` is the day up to which the centre knows the business."""

    key: str
    index: int
    business: str
    center: str
    side: str
    registered_on: date
    nda_on: date | None
    steps: tuple[Step, ...]
    known_until: date
    flaws: tuple[Flaw, ...] = ()
    touched: list[datetime] = field(default_factory=list)

    def shown(self, now: datetime) -> list[Step]:
        """The steps that have happened."""
        return [step for step in self.steps if step.at <= now]

    def disclosed(self, now: datetime) -> bool:
        """Whether the agreement has been signed, so that the case has a name."""
        return self.nda_on is not None and japan(self.nda_on) < now


def make_cases(world: World) -> list[Case]:
    """The cases of a world, in the order of their businesses."""
    found: list[Case] = []
    for business in world.businesses.values():
        rng = dice(world.seed, "succession", business.id)
        if not _has_case(business, world.start, rng):
            continue
        found.append(_case(world, business, rng, len(found)))
        if rng.random() < 0.03:  # at a second centre, as a business of its own there
            found.append(_case(world, business, rng, len(found)))
    return found


def _has_case(business: Business, start: date, rng: Random) -> bool:
    if business.kind == "pre_founder" or business.years == ():
        return False
    age = (start - business.representative.born_on).days / 365.25
    return rng.random() < (SHARE if age >= OLD_ENOUGH else SHARE / 12)


def _case(world: World, business: Business, rng: Random, index: int) -> Case:
    registered = world.start - timedelta(days=rng.randrange(-60, 900))
    nda = registered + timedelta(days=rng.randint(25, 150)) if rng.random() < 0.75 else None
    center = f"JS{business.address.place.code5[:2]}"
    side = "譲渡" if rng.random() < 0.8 else "譲受"
    key = f"{center}-{registered.year}-{index:05d}"
    steps = tuple(_steps(registered, nda, rng))
    flaws = tuple(_flaws(business, rng))
    return Case(key, index, business.id, center, side, registered, nda, steps, registered, flaws)


def _steps(registered: date, nda: date | None, rng: Random) -> Iterator[Step]:
    day = registered

    def at() -> datetime:
        return japan(day, rng.randint(9, 17), rng.randrange(60))

    yield Step(at(), "登録")
    day += timedelta(days=rng.randint(5, 20))
    yield Step(at(), "マッチング中")
    if nda is None:
        if rng.random() < 0.4:
            day += timedelta(days=rng.randint(30, 300))
            yield Step(at(), "中止")
            yield from _taken_back(day, rng)
        return
    day = nda
    yield Step(at(), "面談")
    if rng.random() < 0.5:
        day += timedelta(days=rng.randint(30, 120))
        yield Step(at(), "基本合意")
        day += timedelta(days=rng.randint(30, 90))
        yield Step(at(), "成約" if rng.random() < 0.7 else "中止")


def _taken_back(day: date, rng: Random) -> Iterator[Step]:
    """Some who gave up have their case struck from the database."""
    if rng.random() < 0.4:
        yield Step(japan(day + timedelta(days=rng.randint(10, 90)), 10), DELETED)


def _flaws(business: Business, rng: Random) -> Iterable[Flaw]:
    roll = rng.random()
    for share, pool in (
        (dirt.REFUSED_SHARE, REFUSED),
        (dirt.REVIEW_SHARE, REVIEW),
        (dirt.MASKED_SHARE, MASKED),
    ):
        if roll < share:
            return [flaw for flaw in [rng.choice(pool)] if _applies(flaw, business)]
        roll -= share
    return []


def _applies(flaw: Flaw, business: Business) -> bool:
    if flaw.field == "founded_ym":
        return business.established_on is not None
    return dirt.applies(flaw, business) and (
        flaw.field != "corporate_no" or business.kind == "corporation"
    )
