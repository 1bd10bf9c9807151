"""Amounts of money: whole yen, and the yen they are known to."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from base.errors import RefusedValue
from mappings.transforms.core import (
    Example,
    Fast,
    Option,
    Options,
    Parsed,
    Texts,
    Transform,
    Values,
    single,
)
from mappings.transforms.kanji_numbers import LONGEST, read_number
from mappings.transforms.width import compact

UNITS = {"円": 1, "千円": 1000, "万円": 10**4, "百万円": 10**6, "億円": 10**8}
_LARGEST = 9 * 10**17
_AMOUNT = re.compile(
    r"(?P<sign>[-−△▲]?)[¥\\]?"
    r"(?:(?P<digits>[0-9.]+)(?P<unit>(?:千|百万|万|億)?円)?|(?P<mixed>.+?)円?)也?"
)
_FLOAT = re.compile(r"[0-9.]+[eE][+-]?[0-9]+")
_UNSTATED = {"-", "ー", "―", "未記入", "なし", "不明"}


def _parse(text: str, options: Options) -> Parsed:
    plain = compact(text).replace(",", "").replace("、", "")
    if len(plain) > LONGEST:
        raise RefusedValue("not_an_amount", "is no amount of money")
    if plain in _UNSTATED:
        return Parsed((None, None))
    if _FLOAT.fullmatch(plain):
        raise RefusedValue("float_spelling", "is written as a float")
    if plain.startswith("(") and plain.endswith(")"):
        plain = "-" + plain[1:-1]
    match = _AMOUNT.fullmatch(plain)
    if match is None:
        raise RefusedValue("not_an_amount", "is no amount of money")
    number, unit = _scale(match["digits"] or match["mixed"], match["unit"], options["unit"])
    if number is None:
        raise RefusedValue("not_an_amount", "is no amount of money")
    if abs(number) > _LARGEST:
        raise RefusedValue("out_of_range", "is larger than any amount of money here")
    if number == 0 and options["zero"] == "not_stated":
        return Parsed((None, None))
    differs = match["unit"] and options["unit"] and match["unit"] != options["unit"]
    return Parsed((-number if match["sign"] else number, unit), "unit_differs" if differs else None)


def _scale(number: str, stated: str | None, usual: str | None) -> tuple[int | None, int]:
    """The yen that `number` is, and what it is known to.

    万 and 億 inside the number are a unit of their own: 3億5000万 is known to 10 000 yen.
    """
    if number[-1] in "万億":
        return read_number(number), 10**4 if number[-1] == "万" else 10**6
    if stated is None and usual is None:
        raise RefusedValue("unit_missing", "names no unit, and the rule names none either")
    unit = UNITS[stated or usual or "円"]
    whole, _, fraction = number.partition(".")
    if fraction and not fraction.strip("0"):
        number = whole
    if fraction.strip("0") and number.replace(".", "", 1).isdigit():
        scaled, rest = divmod(int(whole + fraction) * unit, 10 ** len(fraction))
        return (None, 1) if rest else (scaled, _known_to(unit // 10 ** len(fraction)))
    value = read_number(number)
    return (None if value is None else value * unit), _known_to(unit)


def _known_to(yen: int) -> int:
    """The coarsest unit the model knows (1, 1000, 10000, 1000000) that is not coarser than this."""
    return next((unit for unit in (10**6, 10**4, 1000) if yen >= unit), 1)


def _whole(texts: Texts, options: Options) -> Parsed:
    parsed = single(_parse)(texts, options)
    return parsed if len(parsed.values) == 2 else Parsed((None, None))


_USUAL = {10**6: "百万円", 10**4: "万円", 1000: "千円"}


def _format(values: Values, options: Options) -> Texts:
    """In the form's unit; where the form leaves it open, in the unit the value is known to."""
    value, known_to = values
    if value is None:
        return (None,)
    unit = options["unit"] or _USUAL.get(known_to, "円")
    if options["unit"] is None and value % UNITS[unit]:
        unit = "円"
    amount = abs(int(value)) // UNITS[unit]
    text = f"{amount:,}" if options["thousands"] else str(amount)
    sign = options["negative"] if value < 0 and amount else ""
    write_unit = options["write_unit"] or options["unit"] is None
    return (f"{sign}{text}{unit if write_unit else ''}",)


def _fast(columns: Sequence[pl.Expr], options: Options) -> Fast:
    """Amounts in the rule's unit; where it names none, with 円, 千円 or 万円 behind them."""
    text = columns[0]
    units = (options["unit"],) if options["unit"] else ("円", "千円", "万円")
    digits, factor = text, pl.lit(UNITS[units[0]], pl.Int64)
    for unit in units[1:]:
        stated = pl.lit(UNITS[unit], pl.Int64)
        factor = pl.when(text.str.ends_with(unit)).then(stated).otherwise(factor)
    for unit in reversed(units):
        digits = digits.str.strip_suffix(unit)
    number = digits.str.replace_all(",", "", literal=True).cast(pl.Int64, strict=False)
    value = number * factor
    suffix = f"(?:{'|'.join(units)}){'?' if options['unit'] else ''}"
    settled = text.str.contains(rf"^-?(?:[0-9]{{1,9}}|[0-9]{{1,3}}(?:,[0-9]{{3}}){{1,3}}){suffix}$")
    settled &= number.abs() <= _LARGEST // factor
    if options["zero"] == "not_stated":
        settled &= value != 0
    known_to = factor.clip(upper_bound=_known_to(UNITS["億円"])).cast(pl.Int32)
    return Fast(settled, (value, known_to))


MONEY = Transform(
    name="money",
    version=1,
    outputs=("", "_unit"),
    parse=_whole,
    format=_format,
    fast=_fast,
    loss="what is finer than the unit of the form; the spelling",
    options={
        "unit": Option(None, str, tuple(UNITS), "unit of the field; a unit in the text wins"),
        "zero": Option("zero", str, ("zero", "not_stated"), "what 0 means"),
        "thousands": Option(False, bool, help="backward, 1,000 instead of 1000"),
        "write_unit": Option(False, bool, help="backward, the unit is written too"),
        "negative": Option("-", str, ("-", "△", "▲"), "backward, sign of a negative amount"),
    },
    examples=(
        Example("1,000", (1000000, 1000), options={"unit": "千円"}, formatted="1000"),
        Example("1,000千円", (1000000, 1000), note=None),
        Example("１０００万円", (10000000, 10000), formatted="1000万円"),
        Example("3億5000万", (350000000, 10000)),
        Example("三千五百万円", (35000000, 10000)),
        Example("1千万円", (10000000, 10000)),
        Example("1.5億円", (150000000, 1000000)),
        Example("△1,234千円", (-1234000, 1000)),
        Example("▲５００", (-500, 1), options={"unit": "円"}, formatted="-500"),
        Example("¥12,345", (12345, 1), options={"unit": "円"}),
        Example("1,000千円", (1000000, 1000), note="unit_differs", options={"unit": "円"}),
        Example("1000", refused="unit_missing"),
        Example("1.23E+12", refused="float_spelling", options={"unit": "円"}),
        Example("約百万", refused="not_an_amount"),
        Example("999,999,999,999", refused="out_of_range", options={"unit": "億円"}),
        Example("未記入", (None, None)),
        Example("0", (0, 1), options={"unit": "円"}, formatted="0"),
        Example("2", (200000000, 1000000), options={"unit": "億円"}, formatted="2"),
        Example("0", (None, None), options={"unit": "円", "zero": "not_stated"}),
        Example("5000000.0", (5000000, 1), options={"unit": "円"}),
        Example(
            "△12,000千円",
            (-12000000, 1000),
            formatted="△12,000千円",
            options={"unit": "千円", "thousands": True, "write_unit": True, "negative": "△"},
        ),
    ),
)
