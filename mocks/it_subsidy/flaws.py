"""What is wrong in the records of the IT subsidy system, and how each flaw is written."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from mocks.world.business import Business
from mocks.world.dirt import Flaw, draw_one, outlived_era
from mocks.world.numbers import (
    passes_for_personal_number,
    personal_number,
    wrong_corporate_number,
)

INDUSTRY = "業種（大分類/中分類/コード）"

REFUSED = (
    Flaw("check_digit", "record", "answers.法人番号", "refused"),
    Flaw("impossible_date", "field", "answers.設立年月日", "refused"),
    Flaw("unknown_code", "field", f"answers.{INDUSTRY}.コード", "refused"),
    Flaw("not_a_phone", "field", "answers.担当者携帯番号（SMS）", "refused"),
    Flaw("wrong_length", "field", "answers.SECURITY ACTION宣言ID", "refused"),
)
NOTED = (
    Flaw("number_missing", "field", "answers.法人番号", "noted"),
    Flaw("era_out_of_range", "field", "answers.労働生産性（1-3年後）[].決算年月", "noted"),
)
REVIEW = (Flaw("twelve_digits", "field", "answers.法人番号", "review"),)
MASKED = (Flaw("personal_number", "field", "answers.経営課題", "masked"),)

LOST_ZEROS = Flaw("lost_zeros", "field", "answers.郵便番号", "noted")

SHARES = ((0.006, REFUSED), (0.02, NOTED), (0.002, REVIEW), (0.001, MASKED))
"""How many records have a flaw of each group."""


def draw_flaws(rng: Random, business: Business, times: float = 1.0) -> tuple[Flaw, ...]:
    """None for most records, one for a few; `times` multiplies the shares."""
    shares = [(share * times, flaws) for share, flaws in SHARES]
    return draw_one(rng, shares, lambda flaw: _applies(flaw, business))


def _applies(flaw: Flaw, business: Business) -> bool:
    number = business.corporate_number
    if flaw.rule == "twelve_digits":
        return number is not None and not passes_for_personal_number(number[1:])
    return flaw.field != "answers.法人番号" or number is not None


def spoil(form: dict[str, Any], flaws: tuple[Flaw, ...], business: Business) -> tuple[Flaw, ...]:
    """Write each flaw whose field the form holds; gives those that it wrote."""
    written = []
    for flaw in flaws:
        name = flaw.field.removeprefix("answers.").partition("[]")[0].split(".")[0]
        if form.get(name):
            SPOILERS[flaw.rule](form, business)
            written.append(flaw)
    return tuple(written)


def remarks(form: dict[str, Any]) -> tuple[Flaw, ...]:
    """Flaws that came with the spelling drawn: a postal code without its leading zeros."""
    digits = sum(sign.isdecimal() for sign in form["郵便番号"])
    return (LOST_ZEROS,) if digits < 7 else ()


Spoiler = Callable[[dict[str, Any], Business], None]


def _put(name: str, value: Any) -> Spoiler:
    def write(form: dict[str, Any], business: Business) -> None:
        del business
        form[name] = value

    return write


def _check_digit(form: dict[str, Any], business: Business) -> None:
    form["法人番号"] = wrong_corporate_number(business.corporate_number or "")


def _twelve_digits(form: dict[str, Any], business: Business) -> None:
    form["法人番号"] = (business.corporate_number or "")[1:]


def _unknown_industry(form: dict[str, Any], business: Business) -> None:
    del business
    form[INDUSTRY] = {**form[INDUSTRY], "コード": "0000"}


def _planned_in_heisei(form: dict[str, Any], business: Business) -> None:
    del business
    for planned in form["労働生産性（1-3年後）"]:
        year, month = planned["決算年月"].removesuffix("月").split("年")
        if year.isdigit():
            planned["決算年月"] = outlived_era(int(year), int(month))


def _personal_number(form: dict[str, Any], business: Business) -> None:
    """An applicant types a 個人番号 (made up) into a text field; the guard must blank it."""
    number = personal_number(int(business.id[1:]))
    form["経営課題"] = f"{form['経営課題']}（マイナンバー {number}）"


SPOILERS: dict[str, Spoiler] = {
    "check_digit": _check_digit,
    "impossible_date": _put("設立年月日", "平成13年2月30日"),
    "unknown_code": _unknown_industry,
    "not_a_phone": _put("担当者携帯番号（SMS）", "なし"),
    "wrong_length": _put("SECURITY ACTION宣言ID", "4215856"),
    "number_missing": _put("法人番号", ""),
    "era_out_of_range": _planned_in_heisei,
    "twelve_digits": _twelve_digits,
    "personal_number": _personal_number,
}
