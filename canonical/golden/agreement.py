"""Whether two values say the same, and which of two says it more finely.

Values agree when the coarser could be a rounding of the finer: 1,000千円 and 1,000,001円, 1998年
and 1998-04-01, 長野市 and 長野市七瀬2-10. A width, a space or a capital makes no difference.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from canonical.golden.units import FORM, NAME, Likeness, Unit
from canonical.matching import reduction

UNITS_FINE = {1: 4, 1_000: 3, 10_000: 2, 1_000_000: 1}
DATES_FINE = {"day": 3, "month": 2, "year": 1}
_OTHER = "#other"
COMPARED: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    NAME: reduction.reduced_name,
    "representative_name": reduction.reduced_name,
    "address_city": reduction.reduced_town,
    "address_town": reduction.reduced_town,
    "address_block": reduction.reduced_block,
    "phone": reduction.reduced_phone,
}
"""In which form a text is compared; in that of `reduced` where nothing else is said."""


def stated(unit: Unit) -> pl.Expr:
    """Whether a claim states the unit."""
    return pl.any_horizontal(pl.col(name).is_not_null() for name in unit.lead)


def fineness(unit: Unit) -> pl.Expr | None:
    """How finely a claim states the unit, 0 to 15; None for units that know no difference."""
    name = unit.levels[0]
    if unit.likeness is Likeness.MONEY:
        return pl.col(f"{name}_unit").replace_strict(UNITS_FINE, default=4, return_dtype=pl.Int64)
    if unit.likeness is Likeness.DATE:
        precision = pl.col(f"{name}_precision")
        return precision.replace_strict(DATES_FINE, default=3, return_dtype=pl.Int64)
    if unit.likeness is Likeness.LEVELS:
        return pl.sum_horizontal(
            pl.col(level).is_not_null().cast(pl.Int64) for level in unit.levels if level != FORM
        )
    return None


def agree(unit: Unit, claims: pl.DataFrame, rows: pl.Series, others: pl.Series) -> pl.Series:
    """Row by row whether two claims that state the unit say the same of it, as Boolean.

    `rows` and `others` are row numbers of `claims`, of one length.
    """
    if rows.is_empty():
        return pl.Series("agree", dtype=pl.Boolean)
    names = [*unit.levels, *_beside(unit)]
    ours = claims.select(names)[rows]
    theirs = claims.select(pl.col(name).alias(name + _OTHER) for name in names)[others]
    pairs = pl.concat([ours, theirs], how="horizontal")
    return pairs.select(_agree(unit).fill_null(value=False).alias("agree"))["agree"]


def _beside(unit: Unit) -> Sequence[str]:
    name = unit.levels[0]
    if unit.likeness is Likeness.MONEY:
        return (f"{name}_unit",)
    return (f"{name}_precision",) if unit.likeness is Likeness.DATE else ()


def _agree(unit: Unit) -> pl.Expr:
    name = unit.levels[0]
    if unit.likeness is Likeness.MONEY:
        coarser = pl.max_horizontal(f"{name}_unit", f"{name}_unit{_OTHER}").fill_null(1)
        return (pl.col(name) - pl.col(name + _OTHER)).abs() < coarser
    if unit.likeness is Likeness.DATE:
        return _same_date(name)
    if unit.likeness is Likeness.LEVELS:
        return _same_levels(unit.levels)
    if unit.likeness is Likeness.TEXT:
        return _same_text(name)
    return pl.col(name).eq_missing(pl.col(name + _OTHER))


def reduced(text: pl.Expr) -> pl.Expr:
    """A text without what makes no difference: widths, spaces, capitals."""
    return text.str.normalize("NFKC").str.replace_all(r"[\s\p{Zs}]+", "").str.to_lowercase()


def _same_text(name: str) -> pl.Expr:
    """As received, or in the form compared; null where one of them states nothing."""
    ours, theirs = pl.col(name), pl.col(name + _OTHER)
    form = COMPARED.get(name, reduced)
    return (ours == theirs) | (form(ours) == form(theirs)).fill_null(
        pl.when(ours.is_not_null() & theirs.is_not_null()).then(pl.lit(value=False))
    )


def _same_date(name: str) -> pl.Expr:
    ours, theirs = pl.col(name), pl.col(name + _OTHER)
    precisions = [pl.col(f"{name}_precision"), pl.col(f"{name}_precision{_OTHER}")]
    yearly = pl.any_horizontal(precision == "year" for precision in precisions)
    monthly = pl.any_horizontal(precision == "month" for precision in precisions)
    same_year = ours.dt.year() == theirs.dt.year()
    same_month = same_year & (ours.dt.month() == theirs.dt.month())
    return (
        pl.when(yearly.fill_null(value=False))
        .then(same_year)
        .when(monthly.fill_null(value=False))
        .then(same_month)
        .otherwise(ours == theirs)
    )


def _same_levels(levels: Sequence[str]) -> pl.Expr:
    """Every level that both state is the same, and there is such a level."""
    compared = [_same_text(name) for name in levels]
    return pl.all_horizontal(c.fill_null(value=True) for c in compared) & pl.any_horizontal(
        c.is_not_null() for c in compared
    )
