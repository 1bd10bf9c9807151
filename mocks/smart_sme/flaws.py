"""What is wrong in the register's rows, and how each flaw is written."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from mocks.world.business import Business
from mocks.world.dirt import Flaw, draw_one, outlived_era
from mocks.world.numbers import passes_for_personal_number, personal_number, wrong_corporate_number

Row = dict[str, str]

REFUSED = (
    Flaw("check_digit", "record", "法人番号", "refused"),
    Flaw("impossible_date", "field", "設立年月日", "refused"),
    Flaw("unit_missing", "field", "資本金", "refused"),
    Flaw("not_a_phone", "field", "電話番号", "refused"),
    Flaw("not_an_integer", "field", "従業員数", "refused"),
    Flaw("nul", "field", "導入実績", "refused"),
)
NOTED = (
    Flaw("number_missing", "field", "法人番号", "noted"),
    Flaw("era_out_of_range", "field", "更新期限", "noted"),
)
REVIEW = (Flaw("twelve_digits", "field", "法人番号", "review"),)
MASKED = (Flaw("personal_number", "field", "導入実績", "masked"),)
SHARES = ((0.02, REFUSED), (0.03, NOTED), (0.004, REVIEW), (0.004, MASKED))
"""How many rows have a flaw of each group."""

COLUMNS = Flaw("columns", "record", "", "refused")
"""A row with a column more: a comma in a cell that nobody put in quotes."""

LOST_ZEROS = Flaw("lost_zeros", "field", "郵便番号", "noted")
"""A spelling that a mapping mends but remarks on: a postal code without its leading zeros."""

PRIVATE = Flaw("private_character", "field", "ITツール名", "noted")
"""A 外字 that only its sender's fonts can show."""

COMMA_SHARE, PRIVATE_SHARE = 0.004, 0.01


def draw_flaws(rng: Random, business: Business) -> tuple[Flaw, ...]:
    """None for most supporters, one for a few."""
    return draw_one(rng, SHARES, lambda flaw: _applies(flaw, business))


def _applies(flaw: Flaw, business: Business) -> bool:
    number = business.corporate_number
    if flaw.rule == "twelve_digits":
        return number is not None and not passes_for_personal_number(number[1:])
    if flaw.rule == "unit_missing":
        return bool(business.capital_jpy)
    return flaw.field != "法人番号" or number is not None


def spoil(row: Row, flaws: tuple[Flaw, ...], business: Business) -> tuple[Flaw, ...]:
    """Write the flaws into a row; gives them, and what came with the spelling drawn."""
    for flaw in flaws:
        row[flaw.field] = SPOILERS[flaw.rule](row[flaw.field], business)
    lost = sum(sign.isdecimal() for sign in row["郵便番号"]) < 7
    return (*flaws, LOST_ZEROS) if lost else flaws


def _capital_alone(text: str, business: Business) -> str:
    del text
    return str((business.capital_jpy or 0) // 1000 or 3)


SPOILERS: dict[str, Callable[[str, Business], str]] = {
    "check_digit": lambda _text, business: wrong_corporate_number(business.corporate_number or ""),
    "impossible_date": lambda _text, _business: "平成13年2月30日",
    "unit_missing": _capital_alone,
    "not_a_phone": lambda _text, _business: "なし",
    "not_an_integer": lambda _text, _business: "若干名",
    "nul": lambda text, _business: f"{text}\0",
    "number_missing": lambda _text, _business: "",
    "era_out_of_range": lambda text, _business: outlived_era(*map(int, text.split("-"))),
    "twelve_digits": lambda _text, business: (business.corporate_number or "")[1:],
    "personal_number": lambda text, business: (
        f"{text}（担当者マイナンバー {personal_number(int(business.id[1:]))}）"
    ),
}
