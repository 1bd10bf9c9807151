"""The certified agencies of a world, and how each one's certification goes on.

Three groups: the agencies that applications name; professionals of whom the world knows nothing
else; and businesses of the world that are agencies, too (some of them twice: certified anew, under
another id, after they had let a certification lapse).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Literal

from mocks.world import World
from mocks.world.applications import AGENCIES, agency
from mocks.world.business import Business
from mocks.world.dice import dice
from mocks.world.numbers import (
    check_digit,
    corporate_number,
    passes_for_personal_number,
    sole_proprietor_number,
)
from mocks.world.people import Person, draw_person, families
from mocks.world.places import Address, draw_address, draw_phone
from mocks.world.programs import japan

State = Literal["有効", "失効", "廃止", "取消"]

PROFESSIONALS = 300
FIRST_ROUND = date(2012, 11, 5)
YEARS = 5
KINDS_OF_PERSONS = ("税理士", "税理士", "税理士", "公認会計士", "中小企業診断士", "弁護士")
HEADS = {
    "税理士法人": "代表社員", "商工会議所": "会頭", "信用金庫": "理事長",
    "経営コンサルティング": "代表",
}  # fmt: skip
CONSULTING = "74"
"""The major group of JSIC whose businesses are agencies most often."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a certification; `stated` where the agency itself filed it."""

    at: datetime
    state: State
    stated: bool
    valid_until: date


@dataclass(frozen=True, slots=True)
class Face:
    """Who an agency is, as it was stated on some day.

    `number` is a corporation's 法人番号, `typed` the 13 digits that an individual takes for one.
    """

    individual: bool
    name: str
    kana: str
    kind: str
    number: str | None
    typed: str | None
    head: Person
    head_title: str | None
    address: Address
    phone: str
    email: str
    url: str | None
    division: str | None
    branches: tuple[tuple[str, Address, str], ...] = ()
    business: Business | None = None


@dataclass(slots=True)
class Agency:
    """One certification: its id, whose it is, its steps; `known_until` is when it was last stated.

    `business` is the world's business, or the id of a party of which the world knows nothing else.
    """

    id: str
    business: str
    steps: tuple[Step, ...]
    known_until: date
    face: Face | None = None
    touched: list[datetime] = field(default_factory=list)
    ended: Step | None = None

    def shown(self, now: datetime) -> list[Step]:
        """The steps up to `now`."""
        steps = [step for step in self.steps if step.at <= now]
        if self.ended is not None and self.ended.at <= now:
            steps = [step for step in steps if step.at < self.ended.at] + [self.ended]
        return steps

    def updated_at(self, now: datetime) -> datetime:
        """The last touch of the record up to `now`."""
        return max([*(step.at for step in self.shown(now)), *self.touched])


def agencies_of(world: World) -> Iterator[Agency]:
    """Every agency, those that will be certified later included."""
    for number in range(AGENCIES):
        yield _named_by_applicants(world, number)
    for number in range(PROFESSIONALS):
        yield _professional(world, number)
    for business in list(world.businesses.values()):
        yield from _also_an_agency(world, business)


def _named_by_applicants(world: World, number: int) -> Agency:
    rng = dice(world.seed, "agency", number)
    name, key = agency(number)
    kind = next(word for word in HEADS if name.endswith(word))
    family = families().values[number * 3]
    head = draw_person(rng, world.start)
    address = draw_address(rng)
    branches = []
    for index in range(rng.choice((0, 0, 1, 3)) if kind != "経営コンサルティング" else 0):
        where = draw_address(rng)
        phone = draw_phone(rng, where.place.prefecture)
        branches.append((f"{where.place.city}支店" if index else "本店営業部", where, phone))
    face = Face(
        individual=False, name=name, kana=f"{family[1]}{_KANA[kind]}",
        kind={"経営コンサルティング": "民間コンサルティング会社"}.get(kind, kind),
        number=corporate_number(50_000_000 + number), typed=None, head=head,
        head_title=HEADS[kind], address=address, phone=draw_phone(rng, address.place.prefecture),
        email=f"info@a{number:05d}.example.jp",
        url=f"https://a{number:05d}.example.jp/",
        division=None, branches=tuple(branches),
    )  # fmt: skip
    steps = _life(rng, _certified(rng, date(2024, 1, 1)), loyal=True)
    return Agency(key, f"agency-{number}", steps, world.start, face)


def _professional(world: World, number: int) -> Agency:
    rng = dice(world.seed, "professional", number)
    head = draw_person(rng, world.start)
    address = draw_address(rng)
    face = Face(
        individual=True, name=head.name, kana=head.kana, kind=rng.choice(KINDS_OF_PERSONS),
        number=None, typed=sole_proprietor_number(60_000_000 + number), head=head, head_title=None,
        address=address, phone=draw_phone(rng, address.place.prefecture),
        email=f"{head.romaji}@p{number:05d}.example.jp", url=None, division=None,
    )  # fmt: skip
    steps = _life(rng, _certified(rng))
    return Agency(agency_id(3, number), f"professional-{number}", steps, world.start, face)


def _also_an_agency(world: World, business: Business) -> Iterator[Agency]:
    rng = dice(world.seed, "agency of", business.id)
    share = 0.6 if business.industry.code == CONSULTING else 0.01
    if business.kind == "pre_founder" or rng.random() >= share:
        return
    number = int(business.id[1:])
    steps = _life(rng, _certified(rng))
    yield Agency(agency_id(2, number), business.id, steps, _stated(steps, world.now))
    if steps[-1].state == "失効" and rng.random() < 0.3:
        again = _life(rng, steps[-1].at.date() + timedelta(days=rng.randrange(90, 700)))
        yield Agency(agency_id(4, number), business.id, again, _stated(again, world.now))


def agency_id(group: int, number: int) -> str:
    """A 12-digit 認定支援機関ID that does not pass for a 個人番号: nobody was ever issued it."""
    base = f"{group}0{number * 7:09d}"
    key = f"{base}{check_digit(base) % 10}"
    return key if not passes_for_personal_number(key) else f"{base}{(int(key[11]) + 1) % 10}"


def _stated(steps: tuple[Step, ...], now: datetime) -> date:
    """The day of the last step up to `now` that the agency filed itself."""
    filed = [step.at for step in steps if step.stated and step.at <= now]
    return (max(filed) + timedelta(hours=9)).date() if filed else steps[0].at.date()


def _certified(rng: Random, latest: date = date(2027, 9, 1)) -> date:
    return FIRST_ROUND + timedelta(days=rng.randrange((latest - FIRST_ROUND).days))


def _life(rng: Random, certified: date, *, loyal: bool = False) -> tuple[Step, ...]:
    """Certified, renewed every five years, and given back, taken away or left to lapse at last."""
    until = certified.replace(day=min(certified.day, 28), year=certified.year + YEARS)
    steps = [Step(_office(rng, certified), "有効", True, until)]
    fate = rng.random()
    while until.year < 2032:
        if not loyal and fate < 0.05:
            state: State = "廃止" if fate < 0.045 else "取消"
            day = until - timedelta(days=rng.randrange(200, 1500))
            steps.append(Step(_office(rng, day), state, state == "廃止", until))
            break
        if not loyal and rng.random() < 0.15:
            steps.append(Step(japan(until + timedelta(days=1), 0, 5), "失効", False, until))
            break
        renewed = until - timedelta(days=rng.randrange(20, 60))
        until = until.replace(year=until.year + YEARS)
        steps.append(Step(_office(rng, renewed), "有効", True, until))
    return tuple(steps)


def _office(rng: Random, day: date) -> datetime:
    return japan(day, rng.randrange(9, 18), rng.randrange(60)) + timedelta(
        seconds=rng.randrange(60), milliseconds=rng.randrange(1000)
    )


def round_of(certified: date) -> str:
    """第N号: a round every other month since November 2012."""
    months = (certified.year - FIRST_ROUND.year) * 12 + certified.month - FIRST_ROUND.month
    return f"第{months // 2 + 1}号"


_KANA = {
    "税理士法人": "ゼイリシホウジン",
    "商工会議所": "ショウコウカイギショ",
    "信用金庫": "シンヨウキンコ",
    "経営コンサルティング": "ケイエイコンサルティング",
}


def face_of(world: World, one: Agency) -> Face:
    """Who the agency is, as last stated."""
    if one.face is not None:
        return one.face
    business = world.businesses[one.business].as_of(one.known_until)
    rng = dice(world.seed, "kind of agency", one.business)
    individual = business.kind == "sole_proprietor"
    head = business.representative
    kind = rng.choice(KINDS_OF_PERSONS) if individual else "民間コンサルティング会社"
    return Face(
        individual=individual, name=business.display_name, kana=business.display_kana, kind=kind,
        number=business.corporate_number, typed=business.individual_number, head=head,
        head_title=None if individual else business.representative_title,
        address=business.address, phone=business.phone, email=business.email, url=business.url,
        division=business.industry.division,
        branches=tuple((e.name, e.address, business.phone) for e in business.establishments),
        business=business,
    )  # fmt: skip
