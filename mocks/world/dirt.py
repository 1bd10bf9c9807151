"""What is wrong in the records that systems send: drawn here, remembered in the truth.

A *flaw* has a rule's name and an outcome. Spellings (width, era, legal form …) are no flaws:
they mean the same and are drawn by `mocks.world.spelling`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from mocks.world.business import Business
from mocks.world.numbers import passes_for_personal_number

Outcome = Literal["refused", "noted", "masked", "review"]


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong with one record.

    `level` record: the claims of the record must not be stored; field: that field stays empty.
    `outcome` refused: quarantined; noted: accepted with a remark; masked: the personal-number
    guard blanks it; review: accepted with a remark, and the number kept as a 会社法人等番号 that
    may only lack its check digit: matching finds whose it is, or asks a person.
    """

    rule: str
    level: Literal["record", "field"]
    field: str
    outcome: Outcome


REFUSED = (
    Flaw("check_digit", "record", "answers.法人番号", "refused"),
    Flaw("impossible_date", "field", "answers.創業・設立日", "refused"),
    Flaw("unit_missing", "field", "answers.資本金", "refused"),
    Flaw("unknown_code", "field", "answers.主たる業種", "refused"),
    Flaw("nul", "field", "answers.事業計画の概要", "refused"),
)
NOTED = (
    Flaw("era_out_of_range", "field", "answers.決算[].決算年月", "noted"),
    Flaw("number_missing", "field", "answers.法人番号", "noted"),
)
REVIEW = Flaw("twelve_digits", "field", "answers.法人番号", "review")
LOST_ZEROS = Flaw("lost_zeros", "field", "answers.郵便番号", "noted")
"""A spelling that a mapping mends but remarks on: a postal code without its leading zeros."""
AMBIGUOUS_CITY = Flaw("municipality_unknown", "field", "answers.補助事業の実施場所", "noted")
"""A place without its prefecture in a city whose name two prefectures have (府中市, 伊達市)."""
MASKED = Flaw("personal_number", "field", "answers.事業計画の概要", "masked")

REFUSED_SHARE = 0.005
NOTED_SHARE = 0.03
REVIEW_SHARE = 0.002
MASKED_SHARE = 0.001


def outlived_era(year: int, month: int, day: int | None = None) -> str:
    """A day or month after 平成 (1989-01-08 to 2019-04-30) still counted in it: `平成40年3月`.

    It means the same day, so a reader may accept it, with a remark.
    """
    text = f"平成{year - 1988}年{month}月"
    return text if day is None else f"{text}{day}日"


def draw_one(
    rng: Random,
    shares: Iterable[tuple[float, Sequence[Flaw]]],
    fits: Callable[[Flaw], bool],
) -> tuple[Flaw, ...]:
    """At most one flaw: a group by its share of all records, then one of those in it that fit."""
    roll = rng.random()
    for share, flaws in shares:
        if roll < share:
            fitting = [flaw for flaw in flaws if fits(flaw)]
            return (rng.choice(fitting),) if fitting else ()
        roll -= share
    return ()


def applies(flaw: Flaw, business: Business) -> bool:
    """Whether the business has the value that the flaw spoils."""
    if flaw.rule == "twelve_digits":
        number = business.corporate_number
        return number is not None and not passes_for_personal_number(number[1:])
    if flaw.rule == "number_missing":
        return business.kind == "corporation"
    if flaw.rule == "check_digit":
        return business.kind != "pre_founder"
    if flaw.rule == "unit_missing":
        return business.capital_jpy is not None
    if flaw.field in {"answers.創業・設立日", "answers.決算[].決算年月"}:
        return business.kind != "pre_founder"
    return True


def draw_flaws(rng: Random, business: Business) -> tuple[Flaw, ...]:
    """None for most records, one for a few."""
    roll = rng.random()
    pool: tuple[Flaw, ...] = ()
    for share, flaws in (
        (REFUSED_SHARE, REFUSED),
        (NOTED_SHARE, NOTED),
        (REVIEW_SHARE, (REVIEW,)),
        (MASKED_SHARE, (MASKED,)),
    ):
        if roll < share:
            pool = flaws
            break
        roll -= share
    fitting = [flaw for flaw in pool if applies(flaw, business)]
    return (rng.choice(fitting),) if fitting else ()
