"""Person names in the frequencies of Japan's surnames, with their readings."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from random import Random

import jaconv

from mocks.world.dice import Weighted

PACKAGE = "japanese_personal_name_dataset"


@dataclass(frozen=True, slots=True)
class Person:
    """A natural person; kana are full-width katakana."""

    family: str
    given: str
    family_kana: str
    given_kana: str
    romaji: str
    born_on: date

    @property
    def name(self) -> str:
        """Family and given name with GIF's separator, a half-width space."""
        return f"{self.family} {self.given}"

    @property
    def kana(self) -> str:
        """The reading, with a full-width space as forms print it."""
        return f"{self.family_kana}　{self.given_kana}"


def _rows(name: str) -> list[list[str]]:
    text = files(PACKAGE).joinpath("dataset", name).read_text(encoding="utf-8")
    return [row for row in csv.reader(text.splitlines()) if len(row) > 2]


@cache
def families() -> Weighted[tuple[str, str, str]]:
    """(kanji, katakana, romaji) of 2 000 surnames, weighted by the people who bear them."""
    return Weighted.of(
        ((row[0], jaconv.hira2kata(row[2]), row[3]), float(row[1]))
        for row in _rows("last_name_org.csv")
    )


@cache
def givens(sex: str) -> Weighted[tuple[str, str]]:
    """(kanji, katakana) of given names (`man` or `woman`).

    A reading weighs as many as it has spellings, the common spellings of a reading alike.
    """
    return Weighted.of(
        ((kanji, jaconv.hira2kata(row[0])), float(len(row) - 2))
        for row in _rows(f"first_name_{sex}_opti.csv")
        for kanji in row[2:8]
    )


def draw_person(rng: Random, today: date, family: tuple[str, str, str] | None = None) -> Person:
    """A person between 25 and 80 on `today`; most who run a business in Japan are over fifty."""
    kanji, kana, romaji = family or families().draw(rng)
    given, given_kana = givens("woman" if rng.random() < 0.22 else "man").draw(rng)
    age = min(80.0, max(25.0, rng.gauss(56, 12)))
    born_on = today - timedelta(days=int(age * 365.25))
    return Person(kanji, given, kana, given_kana, romaji, born_on)
