"""Counts, percentages, yes or no, months."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

import polars as pl

from base.errors import RefusedValue
from mappings.transforms.core import (
    Example,
    Fast,
    Option,
    Options,
    Parsed,
    Transform,
    as_text,
    single,
    single_format,
)
from mappings.transforms.kanji_numbers import read_number
from mappings.transforms.width import compact

_COUNTER = re.compile(r"(?:名|人|社|件|年|か月|ヶ月|台|個|時間|歳|バイト|bytes?)(?:程度)?$")
_ABOUT = re.compile(r"^(?:約|およそ)|程度$|くらい$")
_LARGEST = 10**18


def parse_integer(text: str, options: Options) -> Parsed:
    """A whole number, with or without a counter such as 名.

    Raises:
        RefusedValue: `float_spelling`, `not_an_integer`, `out_of_range`.
    """
    plain = compact(text).replace(",", "")
    about = _ABOUT.search(plain)
    plain = _ABOUT.sub("", plain)
    plain = _COUNTER.sub("", plain)
    if re.fullmatch(r"[0-9.]+[eE][+-]?[0-9]+", plain):
        raise RefusedValue("float_spelling", "is written as a float")
    sign = -1 if plain[:1] in {"-", "−", "△", "▲"} else 1
    whole, _, fraction = (plain[1:] if sign < 0 else plain).partition(".")
    value = read_number(whole) if not fraction.strip("0") else None
    if value is None:
        raise RefusedValue("not_an_integer", "is no whole number")
    low, high = options["at_least"], options["at_most"]
    if value >= _LARGEST or (low is not None and sign * value < low):
        raise RefusedValue("out_of_range", "is outside what this field can be")
    if high is not None and sign * value > high:
        raise RefusedValue("out_of_range", "is outside what this field can be")
    return Parsed((sign * value,), "approximate" if about else None)


def _fast_integer(columns: Sequence[pl.Expr], options: Options) -> Fast:
    text = columns[0]
    value = text.cast(pl.Int64, strict=False)
    settled = text.str.contains("^-?[0-9]{1,17}$")
    if options["at_least"] is not None:
        settled &= value >= options["at_least"]
    if options["at_most"] is not None:
        settled &= value <= options["at_most"]
    return Fast(settled, (value,))


INTEGER = Transform(
    name="integer",
    version=1,
    outputs=("",),
    parse=single(parse_integer),
    format=single_format(as_text),
    fast=_fast_integer,
    loss="counters, separators and width",
    options={
        "at_least": Option(None, int, help="smallest value"),
        "at_most": Option(None, int, help="largest value"),
    },
    examples=(
        Example("12", (12,), formatted="12"),
        Example("１，２３４名", (1234,)),
        Example("約20人", (20,), note="approximate"),
        Example("十二", (12,)),
        Example("12.0", (12,)),
        Example("12.5", refused="not_an_integer"),
        Example("1e3", refused="float_spelling"),
        Example("-1", refused="out_of_range", options={"at_least": 0}),
        Example("数名", refused="not_an_integer"),
    ),
)

_MONTH = re.compile(r"([0-9]{1,2})月?(?:末|期|決算)*")


def _parse_month(text: str, _options: Options) -> int:
    plain = compact(text)
    if plain.endswith("月") and (named := read_number(plain[:-1])) is not None:
        plain = str(named)
    match = _MONTH.fullmatch(plain)
    if match is None or not 1 <= int(match[1]) <= 12:
        raise RefusedValue("not_a_month", "is no month of the year")
    return int(match[1])


def _fast_month(columns: Sequence[pl.Expr], _options: Options) -> Fast:
    text = columns[0]
    value = text.str.strip_suffix("月").cast(pl.Int64, strict=False)
    return Fast(text.str.contains("^[0-9]{1,2}月?$") & value.is_between(1, 12), (value,))


MONTH = Transform(
    name="month",
    version=1,
    outputs=("",),
    parse=single(_parse_month),
    format=single_format(
        lambda value, options: f"{value}月" if options["write_unit"] else str(value)
    ),
    fast=_fast_month,
    loss="the spelling",
    options={"write_unit": Option(False, bool, help="backward, 3月 instead of 3")},
    examples=(
        Example("3", (3,), formatted="3"),
        Example("３月", (3,)),
        Example("十二月", (12,)),
        Example("3月末", (3,)),
        Example("13", refused="not_a_month"),
        Example("3月", (3,), formatted="3月", options={"write_unit": True}),
    ),
)

_FRACTION = re.compile(r"([0-9]{1,3})/([0-9]{1,3})|([0-9]{1,3})分の([0-9]{1,3})")
_PERCENT = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,6})?)%")
_NUMBER = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,6})?")
_LIMIT_WORDS = re.compile(r"(?:以内|以下|まで|を上限)$")
_WORDS = {"全額": "100%", "定額": "", "半額": "50%"}


def _percent(text: str) -> Decimal | None:
    """The percentage that the whole text is; None if it is anything more or else."""
    plain = _LIMIT_WORDS.sub("", text)
    if match := _FRACTION.fullmatch(plain):
        over, under = (match[1], match[2]) if match[1] else (match[4], match[3])
        return Decimal(over) * 100 / Decimal(under) if int(under) else None
    if match := _PERCENT.fullmatch(plain):
        return Decimal(match[1])
    return Decimal(plain) if _NUMBER.fullmatch(plain) else None


def _decimal_text(value: Decimal) -> str:
    rounded = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{rounded:f}".rstrip("0").rstrip(".") if "." in f"{rounded:f}" else f"{rounded:f}"


def _parse_rate(text: str, options: Options) -> str | None:
    plain = compact(text)
    value = _percent(plain)
    if value is None and options["pick"] == "highest":
        parts = [m[0] for m in _FRACTION.finditer(plain)] + [m[0] for m in _PERCENT.finditer(plain)]
        found = [part for part in map(_percent, parts) if part is not None and part <= 100]
        value = max(found, default=None)
        if value is None and options["otherwise"] == "not_stated":
            return None
    if value is None:
        raise RefusedValue("not_a_rate", "is no plain percentage or fraction")
    if value > options["at_most"]:
        raise RefusedValue("out_of_range", f"is more than {options['at_most']} percent")
    return _decimal_text(value)


RATE = Transform(
    name="rate",
    version=1,
    outputs=("",),
    parse=single(_parse_rate),
    format=single_format(
        lambda value, options: f"{value}%" if options["write_unit"] else str(value)
    ),
    loss="fractions become decimals of two places; with `pick: highest` everything but one rate",
    options={
        "pick": Option("only", str, ("only", "highest"), "which rate of a sentence counts"),
        "otherwise": Option("refuse", str, ("refuse", "not_stated"), "free text without a rate"),
        "at_most": Option(100, int, help="largest percentage"),
        "write_unit": Option(True, bool, help="backward, 60% instead of 60"),
    },
    examples=(
        Example("60", ("60",), formatted="60%"),
        Example("33.4％", ("33.4",), formatted="33.4%"),
        Example("2/3", ("66.67",), formatted="66.67%"),
        Example("３分の２以内", ("66.67",)),
        Example("1/2（施設・設備整備事業は2/3）", refused="not_a_rate"),
        Example("1/2（施設・設備整備事業は2/3）", ("66.67",), options={"pick": "highest"}),
        Example("予算の範囲内", (None,), options={"pick": "highest", "otherwise": "not_stated"}),
        Example("120%", refused="out_of_range"),
    ),
)

_DECIMAL = re.compile(r"[-−△▲+]?[0-9]{1,15}(?:\.[0-9]{1,6})?")


def _parse_quantity(text: str, _options: Options) -> str:
    plain = compact(text).replace(",", "")
    if not _DECIMAL.fullmatch(plain):
        raise RefusedValue("not_a_quantity", "is no plain number")
    value = Decimal(re.sub("^[−△▲]", "-", plain))
    written = f"{value:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


QUANTITY = Transform(
    name="quantity",
    version=1,
    outputs=("",),
    parse=single(_parse_quantity),
    format=single_format(as_text),
    loss="separators, width, the spelling of minus and zeros after the point",
    examples=(
        Example("5431", ("5431",), formatted="5431"),
        Example("１２，３４５．６０", ("12345.6",)),
        Example("△120", ("-120",), formatted="-120"),
        Example("1e3", refused="not_a_quantity"),
        Example("5431千円", refused="not_a_quantity"),
    ),
)

_YES = {
    "有",
    "はい",
    "true",
    "○",
    "◯",
    "〇",
    "該当",
    "該当する",
    "同意",
    "同意する",
    "可",
    "yes",
    "1",
    "あり",
    "✓",
}
_NO = {
    "無", "いいえ", "false", "×", "✕", "非該当", "該当しない", "不同意", "同意しない", "不可", "否",
    "no", "0", "なし",
}  # fmt: skip


def _parse_boolean(text: str, _options: Options) -> bool:
    plain = compact(text).casefold()
    if plain in _YES:
        return True
    if plain in _NO:
        return False
    raise RefusedValue("unknown_code", "is neither yes nor no")


def _fast_boolean(columns: Sequence[pl.Expr], _options: Options) -> Fast:
    text = columns[0]
    true = text.is_in(sorted(_YES))
    return Fast(true | text.is_in(sorted(_NO)), (true,))


BOOLEAN = Transform(
    name="boolean",
    version=2,
    outputs=("",),
    parse=single(_parse_boolean),
    format=single_format(lambda value, options: options["yes"] if value else options["no"]),
    fast=_fast_boolean,
    loss="which pair of words was used",
    options={
        "yes": Option("true", str, help="backward, the word for yes"),
        "no": Option("false", str, help="backward, the word for no"),
    },
    examples=(
        Example("有", (True,)),
        Example("無", (False,)),
        Example("はい", (True,)),
        Example("×", (False,)),
        Example("true", (True,), formatted="true"),
        Example("非該当", (False,), formatted="非該当", options={"yes": "該当", "no": "非該当"}),
        Example("否", (False,), formatted="否", options={"yes": "可", "no": "否"}),
        Example("たぶん", refused="unknown_code"),
    ),
)
