"""The certified information-processing supporters of a world, and how long each one stays one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from mocks.smart_sme.flaws import draw_flaws
from mocks.world import World
from mocks.world.business import Business
from mocks.world.dice import dice
from mocks.world.dirt import Flaw

FIRST_ROUND = date(2018, 7, 2)
YEARS = 3
"""A certification's term."""

INFORMATION_SERVICES = "39"
"""The major group of JSIC whose businesses are supporters most often."""

IT_SUBSIDY_EVERY, IT_SUBSIDY_AT = 40, 7
"""One corporation in so many is a vendor of the IT subsidy, and most of these are certified."""

RENEWED = 0.85


@dataclass(slots=True)
class Vendor:
    """One supporter; `terms` are the first days of its terms, future ones too.

    `known_until` is the day up to which its row follows the business; `left` the day on which it
    gave its certification back.
    """

    number: str
    business: str
    terms: tuple[date, ...]
    known_until: date
    flaws: tuple[Flaw, ...] = ()
    left: date | None = None

    def term(self, today: date) -> date | None:
        """First day of the term that holds on a day, None where none does."""
        if self.left is not None and self.left <= today:
            return None
        begun = [day for day in self.terms if day <= today]
        return begun[-1] if begun and today <= ends(begun[-1]) else None


def ends(begun: date) -> date:
    """Last day of the term that began on a day: three years less a day."""
    day = min(begun.day, 28)
    return begun.replace(year=begun.year + YEARS, day=day) - timedelta(days=1)


def vendors_of(world: World) -> dict[str, Vendor]:
    """Every supporter by its number, those included that are not certified any more, or yet."""
    found: dict[str, Vendor] = {}
    for index, business in enumerate(world.businesses.values()):
        rng = dice(world.seed, "smart_sme", business.id)
        if business.kind == "pre_founder" or rng.random() >= _share(index, business):
            continue
        terms = _terms(rng)
        stated = [day for day in terms if day <= world.today] or [terms[0]]
        known = min(stated[-1] + timedelta(days=rng.randrange(300)), world.today)
        number = f"IS-{terms[0].year}-{int(business.id[1:]) * 7919 % 1_000_000:06d}"
        flaws = draw_flaws(dice(world.seed, "smart_sme flaw", business.id), business)
        found[number] = Vendor(number, business.id, terms, known, flaws)
    return found


def _share(index: int, business: Business) -> float:
    if index % IT_SUBSIDY_EVERY == IT_SUBSIDY_AT and business.corporate_number:
        return 0.8
    return 0.25 if business.industry.code == INFORMATION_SERVICES else 0.005


def _terms(rng: Random) -> tuple[date, ...]:
    """Certified in some round, and renewed every three years until it is not."""
    begun = FIRST_ROUND + timedelta(days=rng.randrange(3100))
    terms = [begun]
    while terms[-1].year < 2030 and rng.random() < RENEWED:
        terms.append(ends(terms[-1]) + timedelta(days=1))
    return tuple(terms)
