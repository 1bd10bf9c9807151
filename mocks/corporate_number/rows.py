"""A row of the register: its columns in order, as CSV and as XML."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from random import Random
from xml.sax.saxutils import escape

from mocks.world.business import Business
from mocks.world.spelling import wide

COLUMNS = (
    "corporateNumber", "process", "correct", "updateDate", "changeDate", "name", "nameImageId",
    "kind", "prefectureName", "cityName", "streetNumber", "addressImageId", "prefectureCode",
    "cityCode", "postCode", "addressOutside", "addressOutsideImageId", "closeDate", "closeCause",
    "successorCorporateNumber", "changeCause", "assignmentDate", "latest", "enName",
    "enPrefectureName", "enCityName", "enAddressOutside", "furigana", "hihyoji",
)  # fmt: skip
"""All columns behind sequenceNumber."""

QUOTED = frozenset(
    {"name", "prefectureName", "cityName", "streetNumber", "addressOutside", "changeCause",
     "enName", "enPrefectureName", "enCityName", "enAddressOutside", "furigana"}
)  # fmt: skip

OLD_WARDS = {"22138": ("22131", "浜松市中区"), "22139": ("22135", "浜松市浜北区")}
"""Wards made on 2024-01-01, and what most of their places belonged to before."""

ABROAD = "シンガポール共和国０４９３１５、コリヤー・キー１０"


@dataclass(frozen=True)
class Row:
    """One row; `values` are the columns' texts."""

    values: dict[str, str]

    @property
    def key(self) -> str:
        """Under which the hub keeps it."""
        row = self.values
        return f"{row['corporateNumber']}-{row['changeDate']}-{row['process']}"

    @property
    def day(self) -> str:
        """The day of its last update."""
        return self.values["updateDate"]

    @cached_property
    def csv(self) -> str:
        """As a line, without its number."""
        return ",".join(
            '"' + text.replace('"', '""') + '"' if text and name in QUOTED else text
            for name, text in self.values.items()
        )

    def xml(self, number: int) -> str:
        """As an element."""
        texts = {"sequenceNumber": str(number), **self.values}
        inner = "".join(
            f"<{name}>{escape(text)}</{name}>" if text else f"<{name}/>"
            for name, text in texts.items()
        )
        return f"<corporation>{inner}</corporation>"


def street(rng: Random, business: Business) -> str:
    """Town, block and building as the register writes them: full width, and nothing between."""
    place, numbers = business.address.place, business.address.block.split("-")
    if place.has_chome and len(numbers) == 3 and rng.random() < 0.6:
        block = f"{numbers[0]}丁目{numbers[1]}番{numbers[2]}号"
    elif len(numbers) == 1:
        block = f"{numbers[0]}番地"
    else:
        block = "-".join(numbers)
    return f"{place.town}{wide(block)}{wide(business.address.building)}"


def place_of(business: Business, day: date) -> dict[str, str]:
    """Prefecture, city and codes as they were on a day: 浜松市 had other wards once."""
    place = business.address.place
    code, city = place.code5, place.city
    if code in OLD_WARDS and day < date(2024, 1, 9):
        code, city = OLD_WARDS[code]
    return {
        "prefectureName": place.prefecture,
        "cityName": city,
        "prefectureCode": code[:2],
        "cityCode": code[2:],
        "postCode": place.postal_code,
    }


def empty() -> dict[str, str]:
    """All columns, nothing in them."""
    return dict.fromkeys(COLUMNS, "")
