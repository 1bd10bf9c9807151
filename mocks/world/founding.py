"""Makes the businesses of a world, each from its own number."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from random import Random

from mocks.world.business import (
    Business,
    Establishment,
    FinancialYear,
    Kind,
    LegalName,
    Officer,
    Shareholder,
)
from mocks.world.dice import Weighted, dice
from mocks.world.industries import INDUSTRIES, Industry
from mocks.world.numbers import corporate_number, sole_proprietor_number
from mocks.world.people import Person, draw_person, families
from mocks.world.places import Address, draw_address, draw_mobile, draw_phone, places

KINDS: Weighted[Kind] = Weighted.of(
    [("corporation", 74), ("sole_proprietor", 23), ("pre_founder", 3)]
)
FORMS: Weighted[str] = Weighted.of(
    [("301", 62), ("302", 20), ("305", 12), ("303", 1), ("304", 1), ("399", 4)]
)
YEAR_ENDS: Weighted[int] = Weighted.of(
    [
        (3, 20),
        (9, 12),
        (6, 11),
        (12, 11),
        (8, 10),
        (5, 8),
        (7, 8),
        (2, 6),
        (4, 5),
        (10, 4),
        (1, 3),
        (11, 2),
    ]
)
CAPITALS: Weighted[int] = Weighted.of(
    [(3_000_000, 30), (10_000_000, 30), (5_000_000, 12), (1_000_000, 10), (20_000_000, 6),
     (30_000_000, 4), (50_000_000, 3), (98_500_000, 1), (300_000_000, 0.3), (1, 0.2)]
)  # fmt: skip
COINED: Weighted[tuple[str, str]] = Weighted.of(
    (word, 1.0)
    for word in [
        ("アドバンス", "アドバンス"), ("ミライ", "ミライ"), ("サンライズ", "サンライズ"),
        ("エコテック", "エコテック"), ("ＴＫＭ", "ティーケーエム"), ("ひかり", "ヒカリ"),
        ("大和", "ダイワ"), ("東洋", "トウヨウ"), ("日昇", "ニッショウ"), ("北斗", "ホクト"),
        ("グローバルワン", "グローバルワン"), ("和光", "ワコウ"), ("三協", "サンキョウ"),
    ]
)  # fmt: skip


def found_business(seed: int, index: int, today: date) -> Business:
    """Business number `index` of the world; `today` is the world's first day."""
    rng = dice(seed, "business", index)
    kind = KINDS.draw(rng)
    industry = INDUSTRIES.draw(rng)
    family = families().draw(rng)
    owner = draw_person(rng, today, family)
    address = draw_address(rng)
    business = Business(
        id=f"B{index:07d}",
        kind=kind,
        name=None,
        corporate_number=None,
        individual_number=None,
        account_id=f"gbiz-{index * 7001 % 100_000_007:09d}",
        address=address,
        phone=draw_phone(rng, address.place.prefecture),
        mobile=draw_mobile(rng),
        email=f"{owner.romaji}@b{index:07d}.example.jp",
        url=f"https://b{index:07d}.example.jp/" if rng.random() < 0.6 else None,
        industry=industry,
        capital_jpy=None,
        employees=_employees(rng, kind),
        established_on=_established(rng, owner, kind, today),
        fiscal_year_end_month=12,
        representative_title="代表",
        representative=owner,
        contact=owner if rng.random() < 0.4 else draw_person(rng, today),
        contact_department=rng.choice(("総務部", "経理部", "管理部 課長", "企画室", "")),
        data_use_consent=rng.random() < 0.9,
    )
    if kind == "corporation":
        incorporate(business, rng, index, family)
    elif kind == "sole_proprietor":
        business.individual_number = sole_proprietor_number(index)
        business.trade_names = _trade_names(rng, owner, industry)
    business.years = _years(rng, business, today)
    return business


def incorporate(business: Business, rng: Random, index: int, family: tuple[str, str, str]) -> None:
    """Give the business what a corporation has: name, number, capital, officers, owners."""
    form = FORMS.draw(rng)
    core, kana = draw_core_name(rng, business.industry, business.address, family)
    business.kind = "corporation"
    business.name = LegalName(form, core, kana, prefix=form == "399" or rng.random() < 0.58)
    business.corporate_number = corporate_number(index)
    business.capital_jpy = None if form == "399" else CAPITALS.draw(rng)
    business.fiscal_year_end_month = YEAR_ENDS.draw(rng)
    business.representative_title = {
        "301": "代表取締役", "302": "代表取締役", "399": "代表理事",
    }.get(form, "代表社員")  # fmt: skip
    business.officers = _officers(rng, business, family)
    business.shareholders = draw_shareholders(rng, business) if form != "399" else ()
    if business.employees > 15 and rng.random() < 0.5:
        town = draw_address(rng)
        label = "工場" if business.industry.division == "E" else "営業所"
        business.establishments = (Establishment(f"{town.place.city}{label}", label, town),)


def draw_core_name(
    rng: Random, industry: Industry, address: Address, family: tuple[str, str, str]
) -> tuple[str, str]:
    """A name without its legal form, and its reading: 姓+業種語, 地名+語, or a coined word."""
    which = rng.randrange(len(industry.words))
    word, kana = industry.words[which], industry.kana[which]
    roll = rng.random()
    if roll < 0.5:
        return f"{family[0]}{word}", f"{family[1]}{kana}"
    coined, coined_kana = COINED.draw(rng)
    if roll < 0.75:
        return f"{coined}{word}", f"{coined_kana}{kana}"
    other = families().draw(rng)
    return f"{other[0]}{coined}", f"{other[1]}{coined_kana}"


def _employees(rng: Random, kind: Kind) -> int:
    if kind == "pre_founder":
        return 0
    if kind == "sole_proprietor":
        return min(30, int(rng.expovariate(1 / 2)))
    return min(300, int(rng.lognormvariate(2.2, 1.1)))


def _established(rng: Random, owner: Person, kind: Kind, today: date) -> date | None:
    if kind == "pre_founder":
        return None
    oldest = owner.born_on + timedelta(days=int(25 * 365.25))
    if kind == "corporation" and rng.random() < 0.35:
        oldest = date(1950, 1, 1)
    latest = today - timedelta(days=3 * 365)
    days = max(1, (latest - oldest).days)
    return oldest + timedelta(days=rng.randrange(days))


def _trade_names(rng: Random, owner: Person, industry: Industry) -> tuple[str, ...]:
    count = rng.choices((0, 1, 2), (25, 65, 10))[0]
    words = [f"{owner.family}{industry.words[0]}", f"{COINED.draw(rng)[0]}{industry.words[-1]}"]
    return tuple(words[:count])


def _officers(rng: Random, business: Business, family: tuple[str, str, str]) -> tuple[Officer, ...]:
    officers = [Officer(business.representative_title, business.representative)]
    for place in range(rng.choices((0, 1, 2, 3), (30, 35, 25, 10))[0]):
        kin = family if rng.random() < 0.55 else None
        title = ("専務取締役", "取締役", "監査役")[place]
        officers.append(Officer(title, draw_person(rng, date(2026, 1, 1), kin)))
    return tuple(officers)


def draw_shareholders(
    rng: Random, business: Business, large: str | None = None
) -> tuple[Shareholder, ...]:
    """Owners whose shares sum to 100.0; `large` is a large company that holds 60 of them."""
    holders = [(business.representative.name, business.address.full, False)]
    holders += [
        (officer.person.name, draw_address(rng).full, False) for officer in business.officers[1:]
    ]
    rest = 1000
    found = []
    if large:
        found.append(Shareholder(large, draw_address(rng).full, "60.0", large_company=True))
        rest = 400
    for name, address, is_large in holders[:-1]:
        part = rng.randrange(rest // 2, max(rest // 2 + 1, rest * 9 // 10))
        found.append(Shareholder(name, address, f"{part / 10:.1f}", is_large))
        rest -= part
    name, address, is_large = holders[-1]
    found.append(Shareholder(name, address, f"{rest / 10:.1f}", is_large))
    return tuple(found)


def _years(rng: Random, business: Business, today: date) -> tuple[FinancialYear, ...]:
    """Closed years up to and beyond `today` (a world may be advanced), newest first."""
    if business.established_on is None:
        return ()
    base = business.industry.sales * 1_000_000 * (business.employees + 1) * rng.uniform(0.6, 1.5)
    years = []
    for back in range(-2, 5):
        end = year_end(today.year - back, business.fiscal_year_end_month)
        if (end - business.established_on).days > 365:
            years.append(_year(rng, business, end, base * (0.97**back)))
    return tuple(years)


def year_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, monthrange(year, month)[1])


def _year(rng: Random, business: Business, end: date, base: float) -> FinancialYear:
    sales = int(base * rng.uniform(0.9, 1.12)) // 1000 * 1000
    personnel = min(int(sales * 0.5), business.employees * 4_200_000 + 5_000_000) // 1000 * 1000
    depreciation = int(sales * rng.uniform(0.01, 0.05)) // 1000 * 1000
    operating = int(sales * rng.gauss(0.03, 0.04)) // 1000 * 1000
    ordinary = operating + int(sales * rng.gauss(0.002, 0.004)) // 1000 * 1000
    net = int(ordinary * 0.67) // 1000 * 1000 if ordinary > 0 else ordinary - 70_000
    return FinancialYear(
        end=end,
        sales=sales,
        cost_of_sales=int(sales * rng.uniform(0.55, 0.8)) // 1000 * 1000,
        operating_profit=operating,
        ordinary_profit=ordinary,
        net_profit=net // 1000 * 1000,
        personnel_cost=personnel,
        depreciation=depreciation,
        payroll=int(personnel * 0.86) // 1000 * 1000,
        minimum_wage=1000 + 10 * rng.randint(0, 22),
    )


def move_in_the_past(business: Business, seed: int, today: date) -> None:
    """Some businesses had another address or representative before: old answers show it."""
    rng = dice(seed, "past", business.id)
    if rng.random() < 0.05:
        on = today - timedelta(days=rng.randrange(60, 800))
        now = business.address
        before = draw_address(rng, now.place if rng.random() < 0.4 else places().draw(rng))
        business.past.append((on, {"address": before}))
    if rng.random() < 0.02 and business.kind == "corporation":
        on = today - timedelta(days=rng.randrange(60, 800))
        before_person = draw_person(rng, today - timedelta(days=10 * 365))
        business.past.append((on, {"representative": before_person}))
    business.past.sort(key=lambda entry: entry[0])
