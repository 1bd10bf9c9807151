"""The flat records: a pure function of (number, generation), the same on every machine.

26 fields, about 0.7 KB of JSON. 2 % of the values of the fields that have a clean and a dirty
spelling are dirty but readable; 0.1 % of the records hold one value that must be refused, half of
them an identity (wrong check digit), half a plain field (a day that does not exist).
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from benchmarks.flat import vocabulary as words

REFUSED_EVERY = 1000
"""One record in so many is refused."""

CHANGED_EVERY = 100
"""One record in so many differs between generation 0 and generation 1."""

DIRTY_SHARE = 0.02

FULL_WIDTH = str.maketrans("0123456789-,.", "０１２３４５６７８９－，．")
HALF_KANA = str.maketrans(
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン",
    "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝ",
)

ERAS = [("令和", "R", 2019), ("平成", "H", 1989), ("昭和", "S", 1926)]
"""Era, its letter and its first year, newest first; years of change belong to the newer era."""

Record = dict[str, str | int | bool | None]


def refusal(number: int) -> str | None:
    """The rule that must refuse this record or one of its fields, None when all is well."""
    if number % REFUSED_EVERY == 500:
        return "check_digit" if number // REFUSED_EVERY % 2 == 0 else "impossible_date"
    return None


def changed(number: int) -> bool:
    """Whether this record differs between generation 0 and generation 1."""
    return number % CHANGED_EVERY == 37


def corporate_number(base: int, *, valid: bool = True) -> str:
    """13 digits: check digit by the register's formula (wrong when not valid), then the base."""
    digits = f"{base:012d}"
    total = sum(int(d) * (1 if i % 2 == 0 else 2) for i, d in enumerate(reversed(digits)))
    check = 9 - total % 9
    return f"{check if valid else check % 9 + 1}{digits}"


def era_year(year: int) -> tuple[str, str, int]:
    """Era, letter and year of the era for a year of the common era."""
    name, letter, first = next(era for era in ERAS if year >= era[2])
    return name, letter, year - first + 1


def record(number: int, generation: int = 0) -> Record:
    """The record of this number as the source system holds it in this generation (0 or 1)."""
    draw = Random(number)
    refused = refusal(number)
    place = draw.choice(words.places())
    surname, surname_kana = draw.choice(words.SURNAMES)
    given, given_kana = draw.choice(words.GIVEN_NAMES)
    industry, industry_name = draw.choice(words.INDUSTRIES)
    name, name_kana = _company(draw)
    day = draw.randint(1, 28)
    updated = bool(generation) and changed(number)
    return {
        "recordId": f"F{number:09d}",
        "updatedAt": f"2026-{11 if updated else 10:02d}-{day:02d}T0{day % 10}:15:00Z",
        "appliedOn": f"2026-{draw.randint(4, 9):02d}-{day:02d}",
        "corporateNumber": _dirty(
            draw, corporate_number(970000000000 + number, valid=refused != "check_digit"), _wide
        ),
        "name": name,
        "nameKana": _dirty(draw, name_kana, _half_kana),
        "postalCode": _dirty(draw, place.postal_code, _hyphened),
        "prefecture": place.prefecture,
        "city": place.city,
        "street": f"{place.town}{draw.randint(1, 40)}-{draw.randint(1, 30)}-{draw.randint(1, 20)}",
        "phone": _dirty(draw, _phone(draw, other=updated), _wide),
        "email": f"info@b{number}.example.jp",
        "url": f"https://b{number}.example.jp/" if number % 3 else None,
        "repTitle": draw.choice(words.TITLES),
        "repName": f"{surname}　{given}",
        "repKana": _dirty(draw, f"{surname_kana}　{given_kana}", _half_kana),
        "repBirthOn": _era_date(draw, 1940, 1990),
        "capital": _dirty(draw, f"{draw.choice(CAPITALS)}", _grouped),
        "employees": draw.randint(1, 300) + (7 if updated else 0),
        "establishedOn": "平成20年2月30日" if refused == "impossible_date" else _founded(draw),
        "industryCode": industry,
        "industryName": industry_name,
        "fiscalYearEndMonth": draw.randint(1, 12),
        "deemedLarge": draw.random() < 0.02,
        "incomeOver15": _dirty(draw, "いいえ" if draw.random() < 0.98 else "はい", _tick),
        "displayOrder": number % 1000,
    }


CAPITALS = [500, 1000, 3000, 5000, 10000, 20000, 30000, 50000, 100000]
"""Capital in 千円."""


def _company(draw: Random) -> tuple[str, str]:
    """Name and reading of a company, legal form before or behind."""
    stem, stem_kana = draw.choice(words.SURNAMES)
    trade, trade_kana = draw.choice(words.TRADES)
    coined = draw.choice(words.COINED)
    form = draw.choice(words.LEGAL_FORMS)
    core = f"{coined}{stem}{trade}"
    name = f"{form}{core}" if draw.random() < 0.6 else f"{core}{form}"
    return _dirty(draw, name, _abbreviated), f"{coined}{stem_kana}{trade_kana}"


def _phone(draw: Random, *, other: bool) -> str:
    area, exchange = draw.choice(words.AREA_CODES)
    first = draw.randint(2 * 10 ** (exchange - 1), 9 * 10 ** (exchange - 1))
    return f"{area}-{first}-{(draw.randint(0, 9998) + other) % 10000:04d}"


def _era_date(draw: Random, first: int, last: int) -> str:
    era, letter, year = era_year(draw.randint(first, last))
    month, day = draw.randint(1, 12), draw.randint(1, 28)
    text = f"{era}{'元' if year == 1 else year}年{month}月{day}日"
    return _dirty(draw, text, lambda _: f"{letter}{year}.{month:02d}.{day:02d}")


def _founded(draw: Random) -> str:
    return _era_date(draw, 1927, 2025)


def _dirty(draw: Random, clean: str, spelling: Callable[[str], str]) -> str:
    return spelling(clean) if draw.random() < DIRTY_SHARE else clean


def _wide(text: str) -> str:
    return text.translate(FULL_WIDTH)


def _half_kana(text: str) -> str:
    return text.translate(HALF_KANA)


def _hyphened(text: str) -> str:
    return f"〒{text[:3]}-{text[3:]}"


def _grouped(text: str) -> str:
    return f"{int(text):,}".translate(FULL_WIDTH)


def _abbreviated(text: str) -> str:
    return text.replace("株式会社", "(株)").replace("有限会社", "㈲")


def _tick(text: str) -> str:
    return "×" if text == "いいえ" else "○"
