"""The many spellings of one value: each means the same, and a mapping must read them all."""

from __future__ import annotations

from datetime import date
from random import Random

import jaconv

from mocks.world.business import LEGAL_FORMS, LegalName
from mocks.world.industries import Industry
from mocks.world.places import Address

ABBREVIATIONS = {
    "301": ("㈱", "(株)", "（株）"),
    "302": ("㈲", "(有)", "（有）"),
    "303": ("(名)",),
    "304": ("(資)",),
    "305": ("(同)", "（同）"),
    "399": ("(一社)",),
}
VARIANTS = str.maketrans({"高": "髙", "崎": "﨑", "沢": "澤", "浜": "濱", "辺": "邊", "国": "國"})
ERAS = (
    ("令和", "R", date(2019, 5, 1)),
    ("平成", "H", date(1989, 1, 8)),
    ("昭和", "S", date(1926, 12, 25)),
    ("大正", "T", date(1912, 7, 30)),
)
WIDE = str.maketrans("0123456789-,", "０１２３４５６７８９－，")
KANJI = "〇一二三四五六七八九十"


def wide(text: str) -> str:
    """Digits, hyphen and comma in full width."""
    return text.translate(WIDE)


def legal_name(rng: Random, name: LegalName) -> str:
    """A corporation's name: in full mostly, else abbreviated, spaced or with variant characters."""
    roll = rng.random()
    core = name.core.translate(VARIANTS) if 0.9 < roll < 0.95 else name.core
    word = LEGAL_FORMS[name.form]
    gap = ""
    if roll < 0.2:
        word = rng.choice(ABBREVIATIONS[name.form])
    elif roll < 0.3:
        gap = "　"
    return f"{word}{gap}{core}" if name.prefix else f"{core}{gap}{word}"


def person_name(rng: Random, name: str) -> str:
    """A person's name with a half-width, a full-width or no space, rarely with variants."""
    roll = rng.random()
    if roll < 0.25:
        return name.replace(" ", "　")
    if roll < 0.4:
        return name.replace(" ", "")
    return name.translate(VARIANTS) if roll > 0.96 else name


def kana(rng: Random, text: str) -> str:
    """Katakana, a tenth in half width."""
    return jaconv.z2h(text) if rng.random() < 0.1 else text


def number13(rng: Random, number: str) -> str:
    """A 13-digit number: plain mostly, else full width, grouped, or with a trailing space."""
    roll = rng.random()
    if roll < 0.06:
        return wide(number)
    if roll < 0.1:
        return f"{number[0]}-{number[1:5]}-{number[5:9]}-{number[9:]}"
    return f"{number} " if roll < 0.12 else number


def postal_code(rng: Random, code: str) -> str:
    """A postal code with or without hyphen and mark, full width, or its leading zero lost."""
    roll = rng.random()
    hyphened = f"{code[:3]}-{code[3:]}"
    if roll < 0.45:
        return hyphened
    if roll < 0.5:
        return f"〒{hyphened}"
    if roll < 0.55:
        return wide(hyphened)
    return code.lstrip("0") if roll < 0.58 else code


def address(rng: Random, where: Address) -> str:
    """One line: GIF's spelling, full width, 丁目番号, or the prefecture left out."""
    place = where.place
    roll = rng.random()
    block, gap = where.block, " "
    if roll < 0.15:
        block = wide(block)
    elif roll < 0.35:
        block = spelled_block(rng, block, has_chome=place.has_chome)
    elif roll < 0.42:
        gap = "　"
    prefecture = "" if 0.42 < roll < 0.47 else place.prefecture
    building = f"{gap}{where.building}" if where.building else ""
    return f"{prefecture}{place.city}{place.town}{block}{building}"


def spelled_block(rng: Random, block: str, *, has_chome: bool) -> str:
    """`2-1-5` as 二丁目1番5号, ２丁目１番５号 or with 番地."""
    numbers = block.split("-")
    use_wide = rng.random() < 0.5
    text = ""
    if has_chome and len(numbers) > 1:
        chome = numbers.pop(0)
        text = f"{KANJI[int(chome)]}丁目" if not use_wide else f"{chome}丁目"
    text += f"{numbers[0]}番{numbers[1]}号" if len(numbers) == 2 else f"{numbers[0]}番地"
    return wide(text) if use_wide else text


def era_of(day: date) -> tuple[str, str, int]:
    """Era's name, letter and the year in it."""
    for name, letter, begin in ERAS:
        if day >= begin:
            return name, letter, day.year - begin.year + 1
    return "明治", "M", day.year - 1867


def day(rng: Random, value: date) -> str:
    """A date: ISO, slashes, eight digits, or in an era (half or full width, 元年, letters)."""
    roll = rng.random()
    if roll < 0.3:
        return value.isoformat()
    if roll < 0.4:
        return f"{value.year}/{value.month}/{value.day}"
    if roll < 0.5:
        return f"{value.year}年{value.month}月{value.day}日"
    name, letter, year = era_of(value)
    spelled = "元" if year == 1 else str(year)
    if roll < 0.8:
        text = f"{name}{spelled}年{value.month}月{value.day}日"
        return wide(text) if roll > 0.7 else text
    if roll < 0.92:
        return f"{letter}{year}.{value.month}.{value.day}"
    return f"{value:%Y%m%d}"


def month(rng: Random, value: date) -> str:
    """A closing month: 2025年3月 or 令和7年3月."""
    if rng.random() < 0.6:
        return f"{value.year}年{value.month}月"
    name, _, year = era_of(value)
    return f"{name}{'元' if year == 1 else year}年{value.month}月"


def money(rng: Random, yen: int) -> str:
    """An amount with its unit; never coarser than the amount itself, minus as △, ▲ or -."""
    sign = rng.choice(("△", "▲", "-")) if yen < 0 else ""
    amount = abs(yen)
    units = [("円", 1)]
    if amount % 1000 == 0:
        units += [("千円", 1000)] * 3
    if amount % 10_000 == 0:
        units += [("万円", 10_000)] * 2
    name, size = rng.choice(units)
    text = f"{amount // size:,}" if rng.random() < 0.85 else str(amount // size)
    return f"{sign}{wide(text) if rng.random() < 0.06 else text}{name}"


def phone(rng: Random, number: str) -> str:
    """A telephone number: hyphens, brackets, none, full width."""
    roll = rng.random()
    area, exchange, rest = number.split("-")
    if roll < 0.08:
        return f"({area}){exchange}-{rest}"
    if roll < 0.14:
        return f"{area}{exchange}{rest}"
    return wide(number) if roll < 0.2 else number


def email(rng: Random, address_: str) -> str:
    """A mail address, rarely with a full-width ＠ or a trailing space."""
    roll = rng.random()
    if roll < 0.01:
        return address_.replace("@", "＠")
    return f"{address_} " if roll < 0.03 else address_


def industry(rng: Random, value: Industry) -> str:
    """The code of the major group, or its name with "、" or the official "，"."""
    roll = rng.random()
    if roll < 0.5:
        return value.code
    return value.name.replace("、", "，") if roll < 0.6 else value.name


def share(rng: Random, percent: str) -> str:
    """A share in percent: bare, with % or with ％."""
    text = percent.removesuffix(".0")
    return f"{text}{rng.choice(('', '%', '％'))}"


def fiscal_year(rng: Random, year: int) -> str:
    """A fiscal year: 令和5年度 or 2023."""
    if rng.random() < 0.5:
        return str(year)
    name, _, number = era_of(date(year, 12, 31))
    return f"{name}{'元' if number == 1 else number}年度"
