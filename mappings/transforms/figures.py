"""Figures as securities reports publish them: an amount and its currency, a share as a fraction."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

import polars as pl

from base.errors import RefusedValue
from mappings.transforms.core import (
    Example,
    Fast,
    Options,
    Parsed,
    Texts,
    Transform,
    Values,
    single,
    single_format,
)
from mappings.transforms.money import MONEY

YEN = "JPY"
_WHOLE_YEN = {"unit": "円"}


def _parse_amount(texts: Texts, _options: Options) -> Parsed:
    amount, currency = ((text or "").strip() for text in texts)
    if not amount:
        return Parsed((None, None))
    if not currency:
        raise RefusedValue("unit_missing", "is an amount without its currency")
    if currency != YEN:
        raise RefusedValue("currency", "is not in yen (JPY)")
    return MONEY.parse((amount,), MONEY.complete(_WHOLE_YEN))


def _format_amount(values: Values, _options: Options) -> Texts:
    (text,) = MONEY.format(values, MONEY.complete(_WHOLE_YEN))
    return (text, None if text is None else YEN)


def _fast_amount(columns: Sequence[pl.Expr], _options: Options) -> Fast:
    amount, currency = columns
    settled = amount.str.contains("^-?[0-9]{1,15}$") & (currency == YEN)
    return Fast(settled, (amount.cast(pl.Int64, strict=False), pl.lit(1)))


CURRENCY_AMOUNT = Transform(
    name="currency_amount",
    version=1,
    outputs=("", "_unit"),
    parse=_parse_amount,
    format=_format_amount,
    fast=_fast_amount,
    inputs=("amount", "currency"),
    loss="what is finer than a yen",
    examples=(
        Example(("1534160000", "JPY"), (1534160000, 1), formatted=("1534160000", "JPY")),
        Example(("-45596000", "JPY"), (-45596000, 1), formatted=("-45596000", "JPY")),
        Example((None, None), (None, None)),
        Example((None, "JPY"), (None, None)),
        Example(("1000", "USD"), refused="currency"),
        Example(("1000", None), refused="unit_missing"),
    ),
)


def _parse_fraction(text: str, _options: Options) -> str:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        raise RefusedValue("not_a_rate", "is no decimal fraction") from None
    if not value.is_finite():
        raise RefusedValue("not_a_rate", "is no decimal fraction")
    if not 0 <= value <= 1:
        raise RefusedValue("out_of_range", "lies outside 0 to 1")
    return plain(value * 100)


def plain(value: Decimal) -> str:
    """Decimal text without an exponent and without zeros at its end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


FRACTION = Transform(
    name="fraction",
    version=1,
    outputs=("",),
    parse=single(_parse_fraction),
    format=single_format(lambda value, _options: plain(Decimal(value) / 100)),
    loss="zeros at the end",
    examples=(
        Example("0.0102", ("1.02",), formatted="0.0102"),
        Example("1", ("100",), formatted="1"),
        Example("0.5", ("50",), formatted="0.5"),
        Example("1E-2", ("1",), formatted="0.01"),
        Example("60", refused="out_of_range"),
        Example("半分", refused="not_a_rate"),
        Example("NaN", refused="not_a_rate"),
    ),
)
