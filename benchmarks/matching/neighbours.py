"""Hard negatives: somebody else who looks like a business of the world.

Relatives at one address first: another person with the same surname, address and telephone. Then
the company that a sole proprietor founded, a branch, the company whose name differs by 前株 and
後株 alone, and the tenants of one office. None of them is the business that it resembles.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Literal

from benchmarks.matching.errors import opposite_position
from benchmarks.matching.statement import TODAY
from mocks.world.business import Business, LegalName
from mocks.world.dice import Weighted
from mocks.world.founding import draw_core_name, found_business
from mocks.world.industries import INDUSTRIES
from mocks.world.people import draw_person
from mocks.world.places import draw_address, draw_phone

Neighbour = Literal["relative", "incorporated", "branch", "twin", "tenant"]

NEIGHBOURS: Weighted[Neighbour] = Weighted.of(
    [("relative", 76), ("tenant", 12), ("incorporated", 4), ("branch", 4), ("twin", 4)]
)


TENANTS = 12
"""Neighbours of the kind `tenant` at one address: a shared or virtual office."""


def resembles(kind: Neighbour, business: Business) -> bool:
    """Whether the business may have such a neighbour."""
    if kind in {"relative", "incorporated"}:
        return business.kind == "sole_proprietor"
    return business.name is not None and business.name.form in {"301", "302", "305"}


def neighbour_of(kind: Neighbour, business: Business, rng: Random) -> Business:
    """The other party, under an id of its own."""
    made = _MAKERS[kind](business, rng)
    made.id = f"{made.id}-{kind}"
    return made


def _relative(business: Business, rng: Random) -> Business:
    """Spouse, brother or sister, or child: a sole proprietor at the same address and telephone."""
    owner = business.representative
    family = (owner.family, owner.family_kana, owner.romaji)
    person = draw_person(rng, TODAY, family)
    while person.given == owner.given or person.given_kana == owner.given_kana:
        person = draw_person(rng, TODAY, family)
    years = rng.choice((rng.uniform(-6, 6), rng.uniform(22, 36)))
    born_on = owner.born_on + timedelta(days=int(years * 365.25))
    person = replace(person, born_on=min(born_on, date(TODAY.year - 19, 1, 1)))
    industry = business.industry if rng.random() < 0.3 else INDUSTRIES.draw(rng)
    same_shop = rng.random() < 0.05
    own = (f"{person.family}{industry.words[-1]}",) if rng.random() < 0.6 else ()
    since = max(person.born_on + timedelta(days=20 * 365), date(1980, 1, 1))
    return replace(
        business,
        representative=person,
        contact=person,
        industry=industry,
        trade_names=business.trade_names if same_shop else own,
        email=f"{person.romaji}.{rng.randrange(100)}@{business.email.partition('@')[2]}",
        established_on=since + timedelta(days=rng.randrange(max(1, (TODAY - since).days))),
        past=[],
    )


def _incorporated(business: Business, rng: Random) -> Business:
    """The company that the sole proprietor founded, at the same address and telephone."""
    owner = business.representative
    family = (owner.family, owner.family_kana, owner.romaji)
    core, kana = draw_core_name(rng, business.industry, business.address, family)
    return replace(
        business,
        kind="corporation",
        name=LegalName("301", core, kana, prefix=rng.random() < 0.6),
        trade_names=(),
        established_on=TODAY - timedelta(days=rng.randrange(200, 4000)),
        past=[],
    )


def _branch(business: Business, rng: Random) -> Business:
    name = business.name
    assert name is not None  # noqa: S101
    where = draw_address(rng)
    town = where.place.city[-5:].rstrip("市区町村")[-2:] or "東"
    label, kana = rng.choice(
        (("支店", "シテン"), ("営業所", "エイギョウショ"), ("工場", "コウジョウ"))
    )
    return replace(
        business,
        name=replace(name, core=f"{name.core}　{town}{label}", core_kana=f"{name.core_kana}{kana}",
                     prefix=True),
        address=where,
        phone=draw_phone(rng, where.place.prefecture),
        past=[],
    )  # fmt: skip


def _twin(business: Business, rng: Random) -> Business:
    """前株 for 後株 in the same city: often the same family's, at the same address."""
    name = business.name
    assert name is not None  # noqa: S101
    same_house = rng.random() < 0.5
    where = business.address if same_house else draw_address(rng, business.address.place)
    return replace(
        business,
        name=opposite_position(name),
        address=where,
        phone=business.phone if same_house else draw_phone(rng, where.place.prefecture),
        representative=business.representative if same_house else draw_person(rng, TODAY),
        email=f"info@{business.id.lower()}-2.example.jp",
        established_on=TODAY - timedelta(days=rng.randrange(200, 12000)),
        past=[],
    )


def _tenant(business: Business, rng: Random) -> Business:
    """A company of other people, with another name and telephone, in the same office."""
    number = rng.randrange(10**8)
    other = found_business(number, number, TODAY)
    while other.name is None:
        number += 1
        other = found_business(number, number, TODAY)
    return replace(
        other,
        address=business.address,
        phone=draw_phone(rng, business.address.place.prefecture),
        email=f"info@t{number:08d}.example.jp",
        id=f"{business.id}-{number}",
    )


_MAKERS: dict[Neighbour, Callable[[Business, Random], Business]] = {
    "relative": _relative,
    "incorporated": _incorporated,
    "branch": _branch,
    "twin": _twin,
    "tenant": _tenant,
}
