"""Fiscal years that a rule names by `period:`, and where their figures belong."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from base.records import ORDINAL, ROW
from mappings.rules import PERIODS
from mappings.transforms.fiscal_years import months_before

END, SETTLED = "period_end", "settled"


def closed_year(as_of: date, month: int, years_before: int) -> tuple[date, date]:
    """First and last day of the fiscal year that closed last by `as_of`, or years before it.

    `month` is the month in which fiscal years end; `years_before` -1 is the year running.
    """
    year = as_of.year
    if _last(year, month) > as_of:
        year -= 1
    end = _last(year - years_before, month)
    return months_before(end, 12), end


def _last(year: int, month: int) -> date:
    after = date(year + month // 12, month % 12 + 1, 1)
    return after - timedelta(days=1)


def dated(frame: pl.DataFrame, period: str, ends: pl.DataFrame) -> pl.DataFrame:
    """The frame with the period's first and last day, where `ends` tells them.

    `ends` has `#row`, `as_of` and `month` (1–12); a record without either keeps null dates.
    """
    years = PERIODS[period]
    joined = frame.join(ends, on=ROW, how="left", maintain_order="left")
    found = [
        closed_year(as_of, month, years) if as_of and month else (None, None)
        for as_of, month in joined.select("as_of", "month").iter_rows()
    ]
    starts, lasts = [start for start, _ in found], [end for _, end in found]
    known = pl.Series(lasts, dtype=pl.Date).is_not_null()
    return frame.with_columns(
        pl.Series(END, lasts, dtype=pl.Date),
        pl.Series("period_start", starts, dtype=pl.Date),
        pl.Series(known).replace_strict({True: "day", False: None}, return_dtype=pl.String)
        .alias("period_end_precision"),
        pl.Series(known).replace_strict({True: "day", False: None}, return_dtype=pl.String)
        .alias("period_start_precision"),
        pl.lit(years >= 0).alias(SETTLED),
    )  # fmt: skip


def merge_periods(
    listed: pl.DataFrame | None, flat: list[tuple[str, pl.DataFrame]]
) -> pl.DataFrame:
    """Figures asked outside the list of years, put into the year that they belong to.

    The last closed year is the listed year that ends last, the one before it the next; years
    that are planned only (`settled` false) are not among them. A year that is not listed becomes a
    row of its own, after the listed ones.
    """
    frame = listed
    for period, figures in flat:
        if frame is None:
            frame = figures.with_columns(pl.lit(0, pl.UInt32).alias(ORDINAL))
            continue
        closed = pl.col(SETTLED).fill_null(value=True) if SETTLED in frame.columns else True
        rank = pl.when(closed).then(END).rank("ordinal", descending=True).over(ROW)
        wanted = PERIODS[period] + 1
        target = frame.with_columns((rank == wanted).fill_null(value=False).alias("#here"))
        if END not in frame.columns or wanted < 1:
            target = frame.with_columns(pl.lit(value=False).alias("#here"))
        frame = _merge(target, figures)
    assert frame is not None  # noqa: S101 (there is a list or a figure)
    return frame


def _merge(target: pl.DataFrame, figures: pl.DataFrame) -> pl.DataFrame:
    joined = target.join(
        figures.with_columns(pl.lit(value=True).alias("#here")),
        on=[ROW, "#here"], how="left", suffix="#new", maintain_order="left",
    )  # fmt: skip
    both = [name for name in figures.columns if f"{name}#new" in joined.columns]
    joined = joined.with_columns(pl.coalesce(name, f"{name}#new") for name in both)
    merged = joined.drop([f"{name}#new" for name in both])
    placed = merged.filter("#here").select(ROW)
    last = merged.group_by(ROW).agg(pl.col(ORDINAL).max().alias("#last"))
    rest = figures.join(placed, on=ROW, how="anti").join(last, on=ROW, how="left")
    rest = rest.with_columns(
        (pl.col("#last") + 1).fill_null(0).cast(pl.UInt32).alias(ORDINAL)
    ).drop("#last")
    return pl.concat([merged.drop("#here"), rest], how="diagonal").sort(ROW, ORDINAL)
