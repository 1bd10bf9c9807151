"""The comparisons and the levels at which two members may agree, best first.

A comparison covers values that say the same thing twice: name and its reading, all of an address
with its postal code. So one fact is counted once.
"""

from __future__ import annotations

from dataclasses import dataclass

UNKNOWN = "unknown"
"""One of the two does not say: neither for nor against."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared, and how well two values may agree; `unknown` is the last level of all."""

    name: str
    ja: str
    features: tuple[str, ...]
    levels: tuple[str, ...]

    def code(self, level: str) -> int:
        """The number of a level, by which frames of millions of pairs hold it."""
        return self.levels.index(level)

    @property
    def unknown(self) -> int:
        """The number of `unknown`."""
        return len(self.levels) - 1


_OFTEN = ("same_rare", "same_known", "same_often", "same_common")

COMPARISONS = (
    Comparison(
        "name", "商号", ("name_core", "name_kana"),
        (*_OFTEN, "same_reading", "close", "part", "differs", UNKNOWN),
    ),
    Comparison("form", "法人格", ("legal_form", "legal_form_position"),
               ("same", "other_side", "differs", UNKNOWN)),
    Comparison("trade_name", "屋号", ("trade_name",), ("same", "close", "differs", UNKNOWN)),
    Comparison(
        "person", "氏名", ("person_name", "family_name", "person_kana"),
        (*_OFTEN, "same_reading", "close", "close_given", "same_family", "same_given", "differs",
         UNKNOWN),
    ),
    Comparison("birth", "生年月日", ("birth_on", "birth_precision"),
               ("same", "month", "close", "differs", UNKNOWN)),
    Comparison("begun", "設立日", ("established_on", "established_precision"),
               ("same", "month", "close", "differs", UNKNOWN)),
    Comparison(
        "place", "所在地",
        ("prefecture_code", "municipality_code", "town", "block", "building", "postal_code"),
        ("room", "block", "other_room", "close", "town", "city", "prefecture", "differs", UNKNOWN),
    ),
    Comparison("phone", "電話番号", ("phone",), ("same", "close", "differs", UNKNOWN)),
    Comparison("email", "メールアドレス", ("email",),
               ("same", "close", "same_domain", "differs", UNKNOWN)),
)  # fmt: skip

ONE_NAME = (*_OFTEN, "same_reading")
"""The levels of a name that mean the same name."""

BY_NAME = {comparison.name: comparison for comparison in COMPARISONS}
NAMES = tuple(BY_NAME)

WHO = ("organisation", "individual")
"""Pairs are weighed by what they are: a head who changes is another person, and the same company.
The number of it stands behind those of the levels; two members of different kinds count as
organisations."""

OUTCOMES = ("same", "review", "related", "different")
"""What may come of comparing two members."""
