"""Prefectures and municipalities: names and JIS codes (X 0401, X 0402), from one table.

`data/municipalities.tsv` is drawn from Japan Post's data (`data/make_municipalities.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).parent.parent / "data" / "municipalities.tsv"
_COUNTY = re.compile(r"^[^市区町村]{1,5}?郡")
_DESIGNATED = re.compile(r"^(.+?市)(.+区)$")
_SAME = str.maketrans("ヶヵがガノのツッつっ", "ケケケケノノツツツツ")
"""Characters of one sound that people write for one another inside place names."""


def same_spelling(text: str) -> str:
    """`text` with 霞ヶ関 and 霞が関, 四ッ谷 and 四ツ谷 spelled alike; the length is kept."""
    return text.translate(_SAME)


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality or ward: five-digit code, prefecture, and city with county."""

    code: str
    prefecture: str
    city: str


@cache
def municipalities() -> tuple[Municipality, ...]:
    """All municipalities and wards, by code."""
    lines = _TABLE.read_text(encoding="utf-8").splitlines()[1:]
    return tuple(Municipality(*line.split("\t")) for line in lines)


@cache
def prefectures() -> dict[str, str]:
    """Prefecture's name → its two-digit code."""
    return {place.prefecture: place.code[:2] for place in municipalities()}


@cache
def by_full_name() -> dict[str, str]:
    """Prefecture and city as one string → five-digit code; exact spellings only."""
    return {place.prefecture + place.city: place.code for place in municipalities()}


@cache
def _spellings() -> dict[str, Municipality | None]:
    """Every usual spelling → municipality; None where it could be several.

    Left out may be: the prefecture, the county (郡), both.
    """
    found: dict[str, Municipality | None] = {}
    exact: dict[str, Municipality] = {}
    for place in municipalities():
        short = _COUNTY.sub("", place.city)
        exact[same_spelling(place.prefecture + place.city)] = place
        for key in {place.prefecture + short, place.city, short}:
            same = same_spelling(key)
            found[same] = place if found.get(same, place) == place else None
    return found | exact


def find_municipality(text: str) -> tuple[Municipality | None, str]:
    """The municipality that an address begins with, and the rest of the address.

    None if it begins with none, or with a name that several share.
    """
    same, spellings = same_spelling(text), _spellings()
    for length in range(min(len(same), 14), 1, -1):
        place = spellings.get(same[:length])
        if place is not None:
            return place, text[length:]
    return None, text


def find_prefecture(text: str) -> tuple[str | None, str]:
    """The prefecture that an address begins with, and the rest."""
    for length in (3, 4):
        if text[:length] in prefectures():
            return text[:length], text[length:]
    return None, text


def government_code(code: str) -> str:
    """全国地方公共団体コード: the five-digit code with its check digit (JIS X 0402 annex).

    >>> government_code("13101")
    '131016'
    """
    total = sum(int(digit) * weight for digit, weight in zip(code, (6, 5, 4, 3, 2), strict=True))
    return code + str((11 - total % 11) % 10)
