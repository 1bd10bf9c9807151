"""Fiscal years: 決算年月 as the period it closes, and 年度 as its first calendar year."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from base.errors import RefusedValue
from mappings.transforms.core import (
    Example,
    Option,
    Options,
    Parsed,
    Texts,
    Transform,
    Values,
    single,
    single_format,
)
from mappings.transforms.dates import format_date, read_date
from mappings.transforms.width import compact

_TERM = re.compile(r"(?:度|期|決算期?)$")


def months_before(day: date, months: int) -> date:
    """The first day of a period of `months` whole months that ends with the month of `day`."""
    index = day.year * 12 + day.month - months
    return date(index // 12, index % 12 + 1, 1)


def _parse(texts: Texts, options: Options) -> Parsed:
    text = texts[0]
    if text is None or not text.strip():
        return Parsed((None, None, None, None, None))
    plain = _TERM.sub("", compact(text))
    found, precision, note = read_date(plain)
    months = int(options["months"])
    try:
        if compact(text).endswith("年度"):
            start = date(found.year, 4, 1)
            end = date(found.year + 1, 3, 31)
        elif precision == "year":
            raise RefusedValue("month_missing", "names a year, but not the month it closes in")
        else:
            last = calendar.monthrange(found.year, found.month)[1]
            end = found if precision == "day" else found.replace(day=last)
            start = months_before(end, months)
            if end.day != last:
                start = months_before(end, months + 1) + timedelta(days=end.day)
    except ValueError:
        raise RefusedValue("impossible_date", "is a period that does not exist") from None
    return Parsed((end, "day", start, "day", months), note)


def _format(values: Values, options: Options) -> Texts:
    """A year that does not close with its month is written to the day."""
    end = values[0]
    if end is None:
        return (None,)
    closes = end.day == calendar.monthrange(end.year, end.month)[1]
    precision = options["precision"] if closes else "day"
    return (format_date(end, precision, options["style"]),)


CLOSING_MONTH = Transform(
    name="closing_month",
    version=1,
    outputs=("", "_precision", "=period_start", "=period_start_precision", "=months"),
    parse=_parse,
    format=_format,
    loss="a month is taken to its last day; the year's length is the rule's",
    options={
        "months": Option(12, int, help="length of the fiscal year"),
        "style": Option("japanese", str, ("iso", "slash", "japanese", "compact", "era")),
        "precision": Option("month", str, ("month", "day"), "backward, how much is written"),
    },
    examples=(
        Example(
            "2025年3月",
            (date(2025, 3, 31), "day", date(2024, 4, 1), "day", 12),
            formatted="2025年3月",
        ),
        Example("令和7年3月期", (date(2025, 3, 31), "day", date(2024, 4, 1), "day", 12)),
        Example("2024/12/31", (date(2024, 12, 31), "day", date(2024, 1, 1), "day", 12)),
        Example("令和6年度", (date(2025, 3, 31), "day", date(2024, 4, 1), "day", 12)),
        Example("2024年9月20日", (date(2024, 9, 20), "day", date(2023, 9, 21), "day", 12)),
        Example(
            "2000-01-20",
            (date(2000, 1, 20), "day", date(1999, 1, 21), "day", 12),
            formatted="2000年1月20日",
        ),
        Example("2025", refused="month_missing"),
        Example("2025年13月", refused="impossible_date"),
    ),
)


def _parse_year(text: str, _options: Options) -> int | Parsed:
    found, precision, note = read_date(_TERM.sub("", compact(text)))
    if precision == "year":
        return Parsed((found.year,), note)
    return Parsed((found.year if found.month >= 4 else found.year - 1,), note)


FISCAL_YEAR = Transform(
    name="fiscal_year",
    version=1,
    outputs=("",),
    parse=single(_parse_year),
    format=single_format(
        lambda value, options: (
            format_date(date(int(value), 4, 1), "year", options["style"])
            + ("度" if options["style"] in {"era", "japanese"} else "")
        )
    ),
    loss="the spelling; of a day or month, all but the fiscal year (from April) it lies in",
    options={"style": Option("japanese", str, ("iso", "japanese", "era"))},
    examples=(
        Example("令和5年度", (2023,), formatted="2023年度"),
        Example("2023", (2023,)),
        Example("R5", (2023,)),
        Example("2024年3月", (2023,)),
        Example("令和5年度", (2023,), formatted="令和5年度", options={"style": "era"}),
        Example("昨年", refused="not_a_date"),
    ),
)
