"""Bands and coarser names in which an analysis sees what would point at one business."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

UNKNOWN = "unknown"

_REGIONS = (
    ("北海道", 1), ("東北", 7), ("関東", 14), ("中部", 23), ("近畿", 30), ("中国", 35),
    ("四国", 39), ("九州・沖縄", 47),
)  # fmt: skip
"""Region and its last prefecture (JIS X 0401)."""

_DIVISIONS = (
    ("A", 2), ("B", 4), ("C", 5), ("D", 8), ("E", 32), ("F", 36), ("G", 41), ("H", 49), ("I", 61),
    ("J", 67), ("K", 70), ("L", 74), ("M", 77), ("N", 80), ("O", 82), ("P", 85), ("Q", 87),
    ("R", 96), ("S", 98), ("T", 99),
)  # fmt: skip
"""Division of the JSIC (14th revision) and its last major group."""

SECTORS = {
    letter: sector
    for sector, letters in (("A-B", "AB"), ("C-F", "CDEF"), ("G-T", "GHIJKLMNOPQRST"))
    for letter in letters
}
"""Division → primary, secondary or tertiary sector."""

AGES = ("under 40", "40-49", "50-59", "60-69", "70+")
WIDE_AGES = {age: "under 60" if age in AGES[:3] else "60+" for age in AGES}
EMPLOYEES = ("0", "1-5", "6-20", "21-50", "51-100", "101-300", "301+")
WIDE_EMPLOYEES = {band: "0-20" if band in EMPLOYEES[:3] else "21+" for band in EMPLOYEES}
_EMPLOYEES_FROM = (1, 6, 21, 51, 101, 301)
CAPITAL = ("under 5m", "5m-10m", "10m-50m", "50m-100m", "100m-300m", "300m+")
_CAPITAL_FROM = (5_000_000, 10_000_000, 50_000_000, 100_000_000, 300_000_000)
AMOUNTS = ("under 10m", "10m-50m", "50m-100m", "100m-500m", "500m-1bn", "1bn-5bn", "5bn+")
WIDE_AMOUNTS = {band: "under 100m" if band in AMOUNTS[:3] else "100m+" for band in AMOUNTS}
_AMOUNTS_FROM = (
    10_000_000, 50_000_000, 100_000_000, 500_000_000, 1_000_000_000, 5_000_000_000,
)  # fmt: skip
PROFITS = ("loss", "0-1m", "1m-10m", "10m-100m", "100m+")
_PROFITS_FROM = (0, 1_000_000, 10_000_000, 100_000_000)
GRANTS = ("under 500k", "500k-1m", "1m-5m", "5m-10m", "10m+")
_GRANTS_FROM = (500_000, 1_000_000, 5_000_000, 10_000_000)

OUTCOMES = {
    "submitted": "open", "under_review": "open", "sent_back": "open", "selected": "granted",
    "grant_decided": "granted", "performance_reported": "granted", "amount_fixed": "granted",
    "paid": "granted", "not_selected": "not granted", "withdrawn": "ended", "declined": "ended",
    "discontinued": "ended", "revoked": "ended",
}  # fmt: skip
"""State of an application → what came of it."""


def region(prefecture: pl.Expr) -> pl.Expr:
    """The region of a prefecture's code."""
    return _last(prefecture.cast(pl.Int32, strict=False), _REGIONS)


def division(jsic: pl.Expr) -> pl.Expr:
    """The division (A–T) of a JSIC code: a letter, or two to four digits."""
    letter = pl.when(jsic.str.contains("^[A-T]$")).then(jsic)
    return pl.coalesce(letter, _last(jsic.str.slice(0, 2).cast(pl.Int32, strict=False), _DIVISIONS))


def age(birth: pl.Expr, on: date) -> pl.Expr:
    """Whole years on a day."""
    month, day = birth.dt.month(), birth.dt.day()
    had = (month < on.month) | ((month == on.month) & (day <= on.day))
    return on.year - birth.dt.year().cast(pl.Int64) - pl.when(had).then(0).otherwise(1)


def age_band(years: pl.Expr) -> pl.Expr:
    """A band of AGES."""
    return _band(years, (40, 50, 60, 70), AGES)


def employees(count: pl.Expr) -> pl.Expr:
    """A band of EMPLOYEES."""
    return _band(count, _EMPLOYEES_FROM, EMPLOYEES)


def capital(yen: pl.Expr) -> pl.Expr:
    """A band of CAPITAL, in yen."""
    return _band(yen, _CAPITAL_FROM, CAPITAL)


def amount(yen: pl.Expr) -> pl.Expr:
    """A band of AMOUNTS, in yen."""
    return _band(yen, _AMOUNTS_FROM, AMOUNTS)


def profit(yen: pl.Expr) -> pl.Expr:
    """A band of PROFITS, in yen."""
    return _band(yen, _PROFITS_FROM, PROFITS)


def grant(yen: pl.Expr) -> pl.Expr:
    """A band of GRANTS, in yen."""
    return _band(yen, _GRANTS_FROM, GRANTS)


def decade(day: pl.Expr) -> pl.Expr:
    """`1990s`."""
    start = day.dt.year() // 10 * 10
    return pl.when(start.is_not_null()).then(pl.format("{}s", start)).otherwise(pl.lit(UNKNOWN))


def fiscal_year(day: pl.Expr) -> pl.Expr:
    """The year in whose April the administration's fiscal year of a day began, as text."""
    year = day.dt.year() - pl.when(day.dt.month() < 4).then(1).otherwise(0)
    return year.cast(pl.String).fill_null(UNKNOWN)


def known(value: pl.Expr) -> pl.Expr:
    """The value, or that it is not known."""
    return value.cast(pl.String).fill_null(UNKNOWN)


def _band(value: pl.Expr, edges: Sequence[int], labels: Sequence[str]) -> pl.Expr:
    """The label of the band that holds a value; each edge belongs to the band above it."""
    below = (
        pl.when(value < edge).then(pl.lit(label))
        for edge, label in zip(edges, labels[:-1], strict=True)
    )
    above = pl.when(value.is_not_null()).then(pl.lit(labels[-1]))
    return pl.coalesce(*below, above, pl.lit(UNKNOWN))


def _last(number: pl.Expr, names: Sequence[tuple[str, int]]) -> pl.Expr:
    """The first name whose last number is not below `number`."""
    upto = (pl.when(number <= last).then(pl.lit(name)) for name, last in names)
    return pl.when(number >= 1).then(pl.coalesce(*upto)).otherwise(None).fill_null(UNKNOWN)
