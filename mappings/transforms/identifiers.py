"""Numbers that name something: 法人番号, 認定支援機関ID, 郵便番号."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl
from stdnum.jp import cn

from base.errors import RefusedValue
from mappings.transforms.core import (
    Example,
    Fast,
    Option,
    Options,
    Parsed,
    Shared,
    Transform,
    as_text,
    single,
    single_format,
)
from mappings.transforms.width import compact, hyphenate

_FLOAT = re.compile(r"[0-9.]+[eE]\+?[0-9]+")
_SEPARATORS = re.compile("[-‐‑–—―−ー]")


def _digits(text: str) -> str:
    """The digits of a number that may be spaced or hyphenated.

    Raises:
        RefusedValue: `float_spelling` for Excel's 1.23E+12, `not_a_number` for anything else.
    """
    narrowed = compact(text)
    if _FLOAT.fullmatch(narrowed):
        raise RefusedValue(
            "float_spelling", "is written as a float, so its last digits are lost at the source"
        )
    digits = _SEPARATORS.sub("", narrowed)
    if not (digits.isascii() and digits.isdigit()):
        raise RefusedValue("not_a_number", "holds something that is not a digit")
    return digits


def registry_number(text: str) -> str | None:
    """The 12 digits of what may be a 会社法人等番号; None of any other text."""
    try:
        digits = _digits(text)
    except RefusedValue:
        return None
    return digits if len(digits) == 12 else None


def parse_corporate_number(text: str, options: Options) -> Parsed:
    """13 digits whose first is the check digit of the rest (法人番号の指定等に関する省令).

    A number of 12 digits is not completed: it may be a 会社法人等番号, and only the register can
    say whose it is. A party's own is kept as such beside it (`mappings.registry_numbers`).
    """
    digits = _digits(text.strip().removeprefix("T").removeprefix("Ｔ"))
    if len(digits) == 12:
        if options["registry_number"]:
            return Parsed((None,), "twelve_digits")
        raise RefusedValue(
            "twelve_digits", "has 12 digits: a 会社法人等番号 or a lost check digit, to be reviewed"
        )
    if len(digits) != 13:
        raise RefusedValue("wrong_length", f"has {len(digits)} digits, 13 are expected")
    if digits[0] != cn.calc_check_digit(digits[1:]):
        raise RefusedValue("check_digit", "has a wrong check digit")
    return Parsed((digits,))


def _fast_corporate_number(columns: Sequence[pl.Expr], _options: Options) -> Fast:
    text = columns[0]
    shared = Shared()
    number = shared.keep(text.cast(pl.Int64, strict=False))
    total = sum(
        (number // 10**i % 10 * (1 if i % 2 == 0 else 2) for i in range(12)), start=pl.lit(0)
    )
    right = (9 - total % 9) == number // 10**12
    return Fast(text.str.contains(r"^[0-9]{13}$") & right, (text,), shared)


REGISTRY_NUMBER = {
    "registry_number": Option(
        False, bool,
        help="12 digits are kept as a 会社法人等番号; so it is of itself for a party's own number",
    )
}  # fmt: skip

CORPORATE_NUMBER = Transform(
    name="corporate_number",
    version=2,
    outputs=("",),
    parse=single(parse_corporate_number),
    format=single_format(as_text),
    fast=_fast_corporate_number,
    loss="separators, width and a leading T of the invoice number",
    options=REGISTRY_NUMBER,
    examples=(
        Example("7000012050002", ("7000012050002",), formatted="7000012050002"),
        Example("７０００－０１２０５０００２", ("7000012050002",)),
        Example("T7000012050002", ("7000012050002",)),
        Example("2180001015846", refused="check_digit"),
        Example("000012050002", refused="twelve_digits"),
        Example("0000-12-050002", (None,), note="twelve_digits", options={"registry_number": True}),
        Example("7.00001E+12", refused="float_spelling"),
        Example("70000120500", refused="wrong_length"),
        Example("なし", refused="not_a_number"),
        Example("", (None,)),
    ),
)


def _parse_digits(text: str, options: Options) -> Parsed:
    digits, length = _digits(text), options["length"]
    if length is None or len(digits) == length:
        return Parsed((digits,))
    if len(digits) < length and options["lost_zeros"]:
        return Parsed((digits.zfill(length),), "lost_zeros")
    raise RefusedValue("wrong_length", f"has {len(digits)} digits, {length} are expected")


def _fast_digits(columns: Sequence[pl.Expr], options: Options) -> Fast:
    text, length = columns[0], options["length"]
    count = "+" if length is None else f"{{{length}}}"
    return Fast(text.str.contains(f"^[0-9]{count}$"), (text,))


DIGITS = Transform(
    name="digits",
    version=1,
    outputs=("",),
    parse=single(_parse_digits),
    format=single_format(as_text),
    fast=_fast_digits,
    loss="separators and width",
    options={
        "length": Option(None, int, help="how many digits the number has"),
        "lost_zeros": Option(False, bool, help="leading zeros may have been lost: put them back"),
    },
    examples=(
        Example("123456789012", ("123456789012",), options={"length": 12}),
        Example("１２３４−５６７８９０１２", ("123456789012",), options={"length": 12}),
        Example("12345", refused="wrong_length", options={"length": 12}),
        Example("1234", ("001234",), note="lost_zeros", options={"length": 6, "lost_zeros": True}),
        Example("1.23E+12", refused="float_spelling", options={"length": 13}),
    ),
)


def _parse_postal_code(text: str, _options: Options) -> Parsed:
    narrowed = hyphenate(compact(text)).removeprefix("〒")
    if re.fullmatch(r"[0-9]{3}-[0-9]{2}|[0-9]{3}", narrowed):
        raise RefusedValue("old_postal_code", "is a postal code from before 1998 (3 or 5 digits)")
    digits = _digits(narrowed)
    if len(digits) == 7:
        return Parsed((digits,))
    if len(digits) in {5, 6} and "-" not in narrowed:
        return Parsed((digits.zfill(7),), "lost_zeros")
    raise RefusedValue("wrong_length", f"has {len(digits)} digits, 7 are expected")


def _format_postal_code(value: str, options: Options) -> str:
    return f"{value[:3]}-{value[3:]}" if options["hyphen"] else value


def _fast_postal_code(columns: Sequence[pl.Expr], _options: Options) -> Fast:
    text = columns[0]
    return Fast(
        text.str.contains("^[0-9]{3}-?[0-9]{4}$"), (text.str.replace("-", "", literal=True),)
    )


POSTAL_CODE = Transform(
    name="postal_code",
    version=1,
    outputs=("",),
    parse=single(_parse_postal_code),
    format=single_format(_format_postal_code),
    fast=_fast_postal_code,
    loss="the hyphen (DS-443: 7 digits)",
    options={"hyphen": Option(True, bool, help="backward, write 100-0013")},
    examples=(
        Example("1000013", ("1000013",), formatted="100-0013"),
        Example("〒１００－００１３", ("1000013",)),
        Example("60001", ("0060001",), note="lost_zeros"),
        Example("060-01", refused="old_postal_code"),
        Example("12345678", refused="wrong_length"),
        Example("1000013", ("1000013",), formatted="1000013", options={"hyphen": False}),
    ),
)
