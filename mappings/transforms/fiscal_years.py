"""Fiscal years: 決算年月 and 事業年度 as their period, and 年度 as its first calendar year."""

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


_FROM_TO = re.compile(r"自(?P<start>.+?)至(?P<end>[^)）]+)")


def _parse_term(texts: Texts, _options: Options) -> Parsed:
    """The year of a report's cover, or one so many years before it.

    Years before the cover's are taken to be of twelve months.
    """
    cover, before = texts
    if cover is None or not cover.strip() or before is None or not before.strip():
        return Parsed((None, None, None, None, None))
    found = _FROM_TO.search(compact(cover))
    if found is None:
        raise RefusedValue("not_a_period", "does not say from when to when (自…至…)")
    years = compact(before)
    if not re.fullmatch("[0-9]{1,2}", years):
        raise RefusedValue("not_an_integer", "does not say how many years before the cover's")
    start, of_start, note = read_date(found["start"])
    end, of_end, _ = read_date(found["end"])
    if {of_start, of_end} != {"day"} or end <= start:
        raise RefusedValue("not_a_period", "does not name two days, the later one last")
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    if int(years):
        try:
            first = start.replace(year=start.year - int(years))
            end = first.replace(year=first.year + 1) - timedelta(days=1)
        except ValueError:
            raise RefusedValue("impossible_date", "is a period that does not exist") from None
        start, months = first, 12
    return Parsed((end, "day", start, "day", months), note)


def _format_term(values: Values, _options: Options) -> Texts:
    end, _, start, _, _ = values
    if end is None or start is None:
        return (None, None)
    days = (format_date(day, "day", "japanese") for day in (start, end))
    return ("自{}至{}".format(*days), "0")


FISCAL_TERM = Transform(
    name="fiscal_term",
    version=1,
    outputs=("", "_precision", "=period_start", "=period_start_precision", "=months"),
    parse=_parse_term,
    format=_format_term,
    inputs=("cover", "years_before"),
    loss="the number of the term; an earlier year is written as a cover of its own",
    examples=(
        Example(
            ("第20期（自　2019年11月１日　至　2020年10月31日）", "0"),
            (date(2020, 10, 31), "day", date(2019, 11, 1), "day", 12),
            formatted=("自2019年11月1日至2020年10月31日", "0"),
        ),
        Example(
            ("第20期(自 令和元年11月1日 至 令和2年10月31日)", "2"),
            (date(2018, 10, 31), "day", date(2017, 11, 1), "day", 12),
        ),
        Example(
            ("第3期（自 2020年４月１日 至 2020年12月31日）", "0"),
            (date(2020, 12, 31), "day", date(2020, 4, 1), "day", 9),
        ),
        Example(("第20期（自 2019年11月1日 至 2020年10月31日）", None), (None,) * 5),
        Example(("第20期", "0"), refused="not_a_period"),
        Example(("第20期（自 2019年11月1日 至 2020年10月31日）", "当期"), refused="not_an_integer"),
    ),
)
