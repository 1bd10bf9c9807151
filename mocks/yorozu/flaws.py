"""What is wrong in the advisers' records, and how each flaw is written."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from mocks.world.business import Business
from mocks.world.dirt import Flaw, draw_one, outlived_era
from mocks.world.numbers import passes_for_personal_number, personal_number, wrong_corporate_number

Row = dict[str, str]

REFUSED = (
    Flaw("check_digit", "record", "法人番号", "refused"),
    Flaw("impossible_date", "field", "創業・設立年月", "refused"),
    Flaw("not_an_amount", "field", "資本金（万円）", "refused"),
    Flaw("unknown_code", "field", "業種", "refused"),
    Flaw("not_an_integer", "field", "従業員数", "refused"),
    Flaw("nul", "field", "相談内容", "refused"),
    Flaw("columns", "record", "", "refused"),
)
NOTED = (
    Flaw("number_missing", "field", "法人番号", "noted"),
    Flaw("era_out_of_range", "field", "受付日", "noted"),
)
REVIEW = (Flaw("twelve_digits", "field", "法人番号", "review"),)
MASKED = (Flaw("personal_number", "field", "相談内容", "masked"),)
SHARES = ((0.01, REFUSED), (0.03, NOTED), (0.002, REVIEW), (0.002, MASKED))
"""How many consultations have a flaw of each group."""

LOST_ZEROS = Flaw("lost_zeros", "field", "郵便番号", "noted")
"""A spelling that a mapping mends but remarks on: a postal code without its leading zeros."""

COLUMNS = "columns"
"""Rule of a row with a column more: a comma in a cell that nobody put in quotes."""


def draw_flaws(rng: Random, business: Business) -> tuple[Flaw, ...]:
    """None for most consultations, one for a few."""
    return draw_one(rng, SHARES, lambda flaw: _applies(flaw, business))


def _applies(flaw: Flaw, business: Business) -> bool:
    number = business.corporate_number
    if flaw.rule == "twelve_digits":
        return number is not None and not passes_for_personal_number(number[1:])
    if flaw.field == "法人番号":
        return number is not None
    return flaw.field in {"相談内容", "受付日", ""} or business.kind != "pre_founder"


def spoil(row: Row, flaws: tuple[Flaw, ...], business: Business) -> tuple[Flaw, ...]:
    """Write the flaws into a row; gives them, and what came with the spelling drawn."""
    for flaw in flaws:
        if flaw.rule in SPOILERS:
            row[flaw.field] = SPOILERS[flaw.rule](row[flaw.field], business)
    lost = sum(sign.isdecimal() for sign in row["郵便番号"]) < 7
    return (*flaws, LOST_ZEROS) if lost else flaws


SPOILERS: dict[str, Callable[[str, Business], str]] = {
    "check_digit": lambda _text, business: wrong_corporate_number(business.corporate_number or ""),
    "impossible_date": lambda _text, _business: "昭和63年13月",
    "not_an_amount": lambda _text, _business: "増資予定",
    "unknown_code": lambda _text, _business: "よろず屋さん",
    "not_an_integer": lambda _text, _business: "家族のみ",
    "nul": lambda text, _business: f"{text}\0",
    "number_missing": lambda _text, _business: "",
    "era_out_of_range": lambda text, _business: outlived_era(*map(int, text.split("-"))),
    "twelve_digits": lambda _text, business: (business.corporate_number or "")[1:],
    "personal_number": lambda text, business: (
        f"{text}（本人のマイナンバー {personal_number(int(business.id[1:]))}）"
    ),
}
