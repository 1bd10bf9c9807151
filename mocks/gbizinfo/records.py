"""What gBizINFO knows of a corporation, drawn for each from its own number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from mocks.gbizinfo import spelling
from mocks.gbizinfo.figures import finance, workplace
from mocks.gbizinfo.spelling import Fields, spoil, written_day
from mocks.world.business import Business
from mocks.world.dice import dice
from mocks.world.dirt import Flaw

OFFICES = ("経済産業省", "中小企業庁", "防衛省", "国土交通省", "文部科学省", "厚生労働省")
CERTIFICATIONS = ("経営革新計画の承認", "えるぼし認定", "健康経営優良法人", "指名停止措置")
COMMENDATIONS = ("優秀工事等顕彰", "ものづくり日本大賞", "はばたく中小企業・小規模事業者300社")
SUBSIDIES = (
    "ものづくり補助金",
    "IT導入補助金",
    "事業再構築補助金",
    "省エネルギー投資促進支援事業費補助金",
)
ORDERS = ("定期刊行物の購入", "庁舎清掃業務", "システム保守業務", "消耗品の購入", "測量業務")


@dataclass
class Entry:
    """One element that a kind's update operation may list: the day of its update, its content.

    `key` is what the truth knows it by; None for a row, whose key is its content.
    """

    kind: str
    day: date
    content: Fields
    flaws: list[Flaw] = field(default_factory=list)
    key: str | None = None


Draw = Callable[[Random, Business, date], list[Entry]]


def entries(seed: int, business: Business, start: date, updated: date | None) -> list[Entry]:
    """Everything that is known of a corporation.

    Args:
        business: as it was on the day of its last update.
        start: the world's first day; activities lie before it.
        updated: the last day on which its basic information changed, if it did since `start`.
    """
    number = str(business.corporate_number)
    rng = dice(seed, "gbizinfo", number)
    found = []
    for place, (share, draw) in enumerate(DRAWN):
        if rng.random() < share:
            found += draw(dice(seed, "gbizinfo", number, place), business, start)
    day = updated or first_update(seed, number, start)
    return [corporation(rng, business, day), *found]


def first_update(seed: int, number: str, start: date) -> date:
    """The day before the world began on which basic information was last updated."""
    return start - timedelta(days=dice(seed, "gbizinfo update", number).randrange(1, 1000))


def corporation(rng: Random, business: Business, day: date) -> Entry:
    """法人基本情報. Most corporations have no more than what the register says."""
    place = business.address.place
    fields: Fields = {
        "corporate_number": business.corporate_number,
        "postal_code": place.postal_code,
        "location": business.address.full.replace(" ", "　"),
        "name": business.display_name,
        "kana": spelling.kana(rng, business),
        "kind": business.name.form if business.name else "399",
        "status": "閉鎖" if business.closed_on else "-",
        "update_date": written_day(rng, day),
    }
    flaws: list[Flaw] = []
    if business.closed_on:
        fields["close_date"] = business.closed_on.isoformat()
        fields["close_cause"] = "清算の結了等"
    if rng.random() < 0.3:
        fields |= _known(rng, business)
        flaws += spoil(rng, spelling.ESTABLISHED, fields, _no_such_day)
        if "company_url" in fields:
            flaws += spoil(rng, spelling.URL, fields, _no_address)
    return Entry("", day, fields, flaws, str(business.corporate_number))


def _known(rng: Random, business: Business) -> Fields:
    """What the tender qualification and other registers add; what is not known is left out."""
    known: Fields = {
        "representative_name": spelling.representative(rng, business),
        "capital_stock": business.capital_jpy,
        "employee_number": business.employees,
        "company_size_male": business.employees * 2 // 3,
        "company_size_female": business.employees // 3,
        "business_items": [business.industry.name, business.industry.name],
        "business_summary": f"{business.industry.name}\n各種受託",
        "company_url": business.url,
        "date_of_establishment": business.established_on and business.established_on.isoformat(),
        "founding_year": business.established_on and business.established_on.year,
    }
    return {name: value for name, value in known.items() if value is not None}


def _no_such_day(fields: Fields) -> None:
    fields["date_of_establishment"] = "2001-02-30"


def _no_address(fields: Fields) -> None:
    fields["company_url"] = "準備中"


def _before(rng: Random, start: date) -> date:
    return start - timedelta(days=rng.randrange(2, 2000))


def _certifications(rng: Random, business: Business, start: date) -> list[Entry]:
    del business
    on = _before(rng, start)
    content = {
        "title": rng.choice(CERTIFICATIONS),
        "category": rng.choice((None, "中小企業部門")),
        "target": None,
        "date_of_approval": written_day(rng, on),
        "government_departments": rng.choice(OFFICES),
    }
    return [Entry("certification", on + timedelta(days=1), content)]


def _commendations(rng: Random, business: Business, start: date) -> list[Entry]:
    on = _before(rng, start)
    content = {
        "title": rng.choice(COMMENDATIONS),
        "category": None,
        "target": business.industry.machine,
        "date_of_commendation": on.isoformat(),
        "government_departments": rng.choice(OFFICES),
        "note": None,
    }
    return [Entry("commendation", on + timedelta(days=1), content)]


def _subsidies(rng: Random, business: Business, start: date) -> list[Entry]:
    del business
    found = []
    for _ in range(rng.randint(1, 4)):
        on = _before(rng, start)
        content: Fields = {
            "title": rng.choice(SUBSIDIES),
            "target": None,
            "amount": spelling.amount(rng, rng.randint(50, 3000) * 10_000),
            "date_of_approval": written_day(rng, on),
            "government_departments": rng.choice(OFFICES),
        }
        flaws = spoil(rng, spelling.AMOUNT, content, lambda f: f.update(amount="別途通知"))
        found.append(Entry("subsidy", on + timedelta(days=1), content, flaws))
    return found


def _procurements(rng: Random, business: Business, start: date) -> list[Entry]:
    """Orders; now and then one stands there twice, to the letter."""
    del business
    found = []
    for _ in range(rng.randint(1, 9)):
        on = _before(rng, start)
        content = {
            "title": rng.choice(ORDERS),
            "amount": rng.randint(1, 900) * 10_001,
            "date_of_order": written_day(rng, on),
            "government_departments": rng.choice(OFFICES),
            "note": None,
        }
        found += [Entry("procurement", on + timedelta(days=1), content)] * rng.choice((1, 1, 1, 2))
    return found


def _patents(rng: Random, business: Business, start: date) -> list[Entry]:
    """One row a class, alike but for the class."""
    on = _before(rng, start)
    number = f"{rng.randrange(5_000_000, 7_500_000)}"
    common = {
        "patent_type": rng.choice(("特許", "意匠", "商標")),
        "registration_number": number,
        "application_date": on.isoformat(),
        "title": f"{business.industry.machine}の制御方法",
        "url": f"https://www.j-platpat.example.jp/{number}",
    }
    classes = [
        [{"コード値": str(code), "コード名": "類", "日本語": "機械"}]
        for code in range(7, 7 + rng.randint(1, 3))
    ]
    return [
        Entry("patent", on + timedelta(days=1), {**common, "classifications": one})
        for one in classes
    ]


def _offices(rng: Random, business: Business, start: date) -> list[Entry]:
    places = [business.address, *(one.address for one in business.establishments)]
    names = [business.display_name, *(one.name for one in business.establishments)]
    return [
        Entry(
            "corporation-info",
            _before(rng, start),
            {
                "corporation_name": name,
                "corporation_location": place.full,
                "insured_number": str(max(1, business.employees)),
            },
        )
        for name, place in zip(names, places, strict=True)
    ]


def _finance(rng: Random, business: Business, start: date) -> list[Entry]:
    day = start - timedelta(days=rng.randrange(2, 60))
    content, flaws = finance(rng, business, day)
    return [Entry("finance", day, content, flaws, str(business.corporate_number))]


def _workplace(rng: Random, business: Business, start: date) -> list[Entry]:
    content, flaws = workplace(rng, business)
    return [
        Entry("workplace_info", _before(rng, start), content, flaws, str(business.corporate_number))
    ]


DRAWN: tuple[tuple[float, Draw], ...] = (
    (0.06, _certifications),
    (0.02, _commendations),
    (0.15, _subsidies),
    (0.05, _procurements),
    (0.03, _patents),
    (0.2, _offices),
    (0.01, _finance),
    (0.05, _workplace),
)
"""How many corporations have anything of a kind."""


def shown(value: Any) -> Any:
    """What is sent: fields that are not known are left out at the top."""
    return {name: one for name, one in value.items() if one is not None}
