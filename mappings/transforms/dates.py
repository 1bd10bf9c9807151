"""Dates of Japan in every spelling that forms hold, and instants as UTC.

A date is what is known of it: its first day, and a precision of `day`, `month` or `year`.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, NamedTuple

import polars as pl

from base.errors import RefusedValue
from mappings.transforms.core import (
    Example,
    Fast,
    Option,
    Options,
    Parsed,
    Shared,
    Texts,
    Transform,
    Values,
    single,
    single_format,
)
from mappings.transforms.kanji_numbers import KANJI_NUMBER, read_number

JST = timezone(timedelta(hours=9), "JST")


class Era(NamedTuple):
    """A Japanese era: the day it began, and the year before its first."""

    name: str
    letter: str
    began: date
    offset: int


ERAS = (
    Era("令和", "R", date(2019, 5, 1), 2018),
    Era("平成", "H", date(1989, 1, 8), 1988),
    Era("昭和", "S", date(1926, 12, 25), 1925),
    Era("大正", "T", date(1912, 7, 30), 1911),
    Era("明治", "M", date(1868, 1, 25), 1867),
)
_BY_MARK = {mark: era for era in ERAS for mark in (era.name, era.name[0], era.letter)}
_ERA = "令和|平成|昭和|大正|明治|令|平|昭|大|明|[RHSTM]"
_NUMBER = rf"[0-9{KANJI_NUMBER}]{{1,5}}"
_REST = rf"(?:[年./\-](?P<m>{_NUMBER})(?:[月./\-](?P<d>{_NUMBER}|末)日?)?)?(?:[年月日]|月末日?)?"
_ERA_DATE = re.compile(rf"(?P<era>{_ERA})(?P<y>元|{_NUMBER}){_REST}")
_WESTERN = re.compile(rf"(?P<y>[0-9]{{4}}){_REST}")
_COMPACT = re.compile(r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})")
_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?"
)
_UNKNOWN = {"不詳", "不明", "未定", "-", "ー"}
_EXCEL = {"1900": date(1899, 12, 30), "1904": date(1904, 1, 1)}


def read_instant(text: str) -> datetime:
    """The instant in UTC. Without an offset the time is Japan's.

    Raises:
        RefusedValue: `not_an_instant`.
    """
    match = _INSTANT.fullmatch(text.strip())
    if match is None:
        raise RefusedValue("not_an_instant", "is no date with a time")
    day, minutes, seconds, fraction, offset = match.groups()
    moment = f"{day}T{minutes}:{seconds or '00'}.{(fraction or '0')[:6]:0<6}"
    try:
        read = datetime.fromisoformat(moment + (offset or "+09:00").replace("Z", "+00:00"))
        return read.astimezone(UTC)
    except (ValueError, OverflowError):
        raise RefusedValue("impossible_date", "is a time that does not exist") from None


def read_date(text: str, excel: str | None = None) -> tuple[date, str, str | None]:
    """The first day of what the text names, its precision, and a remark where it is odd.

    Raises:
        RefusedValue: `impossible_date` or `not_a_date`.
    """
    if _INSTANT.fullmatch(text.strip()):
        return read_instant(text).astimezone(JST).date(), "day", None
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).replace("−", "-")
    plain = re.sub(r"\([日月火水木金土](?:曜日?)?\)", "", plain)
    if match := _COMPACT.fullmatch(plain):
        return _build(int(match["y"]), int(match["m"]), int(match["d"]), None)
    if match := _ERA_DATE.fullmatch(plain.upper()):
        return _read_era(match)
    if match := _WESTERN.fullmatch(plain):
        day = "末" if plain.endswith(("月末", "月末日")) else match["d"]
        return _build(int(match["y"]), _number(match["m"]), day, None)
    if excel and re.fullmatch(r"[0-9]{1,6}(?:\.0+)?", plain):
        return _EXCEL[excel] + timedelta(days=int(float(plain))), "day", "excel_serial"
    raise RefusedValue("not_a_date", "is no date")


def _read_era(match: re.Match[str]) -> tuple[date, str, str | None]:
    era = _BY_MARK[match["era"]]
    year = 1 if match["y"] == "元" else _number(match["y"])
    if not year:
        raise RefusedValue("impossible_date", "is a year that no era has")
    day: str | None = match["d"]
    if match[0].endswith(("月末", "月末日")):
        day = "末"
    return _build(era.offset + year, _number(match["m"]), day, era)


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    value = read_number(text)
    if value is None:
        raise RefusedValue("not_a_date", "is no date")
    return value


def _build(
    year: int, month: int | None, day: str | int | None, era: Era | None
) -> tuple[date, str, str | None]:
    note = None
    if month in {0, 99}:
        month, day, note = None, None, "part_unknown"
    if isinstance(day, str):
        day = calendar.monthrange(year, month or 1)[1] if _end(day, year, month) else _number(day)
    if day in {0, 99}:
        day, note = None, "part_unknown"
    precision = "year" if month is None else "month" if day is None else "day"
    try:
        found = date(year, month or 1, day or 1)
    except ValueError:
        raise RefusedValue("impossible_date", "is a day that does not exist") from None
    if era is not None and not _within(era, found, precision):
        note = "era_out_of_range"
    return found, precision, note


def _end(day: str, year: int, month: int | None) -> bool:
    """Whether `day` is the end of a month that exists."""
    if day != "末":
        return False
    if month is None or not 1 <= month <= 12 or not 1 <= year <= 9999:
        raise RefusedValue("impossible_date", "is a day that does not exist")
    return True


def _ended(era: Era) -> date:
    """The day after the era's last."""
    index = ERAS.index(era)
    return ERAS[index - 1].began if index else date.max


def _within(era: Era, found: date, precision: str) -> bool:
    ended = _ended(era)
    if precision == "day":
        return era.began <= found < ended
    if precision == "month":
        return era.began.replace(day=1) <= found < ended
    return era.began.year <= found.year <= ended.year


def format_date(value: date, precision: str, style: str) -> str:
    """The date as a form writes it, as far as it is known.

    `style` is iso (2024-04-01), slash (2024/4/1), japanese (2024年4月1日), compact (20240401) or
    era (令和6年4月1日).
    """
    count = {"year": 1, "month": 2, "day": 3}[precision]
    if style == "iso":
        return value.isoformat()[: (4, 7, 10)[count - 1]]
    if style == "compact" and count == 3:
        return value.strftime("%Y%m%d").zfill(8)
    if style == "slash":
        return "/".join(str(part) for part in (value.year, value.month, value.day)[:count])
    era = next((e for e in ERAS if e.began <= value), None) if style == "era" else None
    year = str(value.year)
    if era is not None:
        number = value.year - era.offset
        year = era.name + ("元" if number == 1 else str(number))
    parts = (f"{year}年", f"{value.month}月", f"{value.day}日")
    return "".join(parts[:count])


def _parse(texts: Texts, options: Options) -> Parsed:
    text = texts[0]
    if text is None or not text.strip() or text.strip() in _UNKNOWN:
        return Parsed((None, None))
    if text.strip() == options["open_end"]:
        return Parsed((None, None))
    try:
        found, precision, note = read_date(text, options["excel"])
    except (ValueError, OverflowError):
        raise RefusedValue("impossible_date", "is a day that does not exist") from None
    return Parsed((found, precision), note)


def _format(values: Values, options: Options) -> Texts:
    value, precision = values
    return (None,) if value is None else (format_date(value, precision or "day", options["style"]),)


_RECENT = [era for era in ERAS if era.name in {"令和", "平成", "昭和"}]
_ERA_YEARS = {
    f"{era.name}{written}": f"{era.offset + year:04}"
    for era in _RECENT
    for year in range(1, 100)
    for written in {str(year), f"{year:02}", "元" if year == 1 else str(year)}
}
_MONTHS_AND_DAYS = {
    f"{written_month}月{written_day}日": f"-{month:02}-{day:02}"
    for month in range(1, 13)
    for day in range(1, 32)
    for written_month in {str(month), f"{month:02}"}
    for written_day in {str(day), f"{day:02}"}
}


def _fast(columns: Sequence[pl.Expr], options: Options) -> Fast:
    """2024-04-01, 令和6年4月1日 within its era, and an instant in UTC as the day in Japan."""
    text = columns[0]
    shared = Shared()
    is_iso = shared.keep(text.str.contains("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))
    halves = shared.keep(text.str.splitn("年", 2))
    year = halves.struct.field("field_0").replace_strict(_ERA_YEARS, default=None)
    rest = halves.struct.field("field_1").replace_strict(_MONTHS_AND_DAYS, default=None)
    western = pl.when(is_iso).then(text).otherwise(pl.concat_str([year, rest]))
    found = shared.keep(western.str.to_date("%Y-%m-%d", strict=False), 1)
    within = pl.any_horizontal(
        text.str.starts_with(era.name) & (found >= era.began) & (found < _ended(era))
        for era in _RECENT
    )
    instant = shared.keep(_utc_instant(text))
    settled = (is_iso & (found >= date.min)) | within | instant.is_between(*_SAFE)
    if options["open_end"] is not None:
        settled &= text != options["open_end"]
    in_japan = (instant + timedelta(hours=9)).dt.date()
    return Fast(settled, (pl.coalesce(found, in_japan), pl.lit("day")), shared)


_SAFE = (datetime(1, 1, 1), datetime(9998, 12, 31))  # noqa: DTZ001 (UTC without saying so)
"""Instants that no time zone takes out of the calendar."""


def _utc_instant(text: pl.Expr) -> pl.Expr:
    """2026-11-27T14:59:00.000Z without a time zone; null for every other text."""
    written = text.str.contains(
        r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9](\.[0-9]{1,6})?Z$"
    )
    form = "%Y-%m-%dT%H:%M:%S%.fZ"
    return pl.when(written).then(text).str.to_datetime(form, time_unit="us", strict=False)


_STYLE = Option(
    "iso", str, ("iso", "slash", "japanese", "compact", "era"), "backward, how it is written"
)
_DATE_EXAMPLES = (
    Example("2024-04-01", (date(2024, 4, 1), "day")),
    Example("令和6年4月1日", (date(2024, 4, 1), "day")),
    Example("令和元年5月1日", (date(2019, 5, 1), "day")),
    Example("R1.5.1", (date(2019, 5, 1), "day")),
    Example("R01/05/01", (date(2019, 5, 1), "day")),
    Example("令1.5.1", (date(2019, 5, 1), "day")),
    Example("令和六年四月一日", (date(2024, 4, 1), "day")),
    Example("平成３１年４月", (date(2019, 4, 1), "month")),
    Example("S64.1.7", (date(1989, 1, 7), "day")),
    Example("㋿2年", (date(2020, 1, 1), "year")),
    Example("㍻30年12月末日", (date(2018, 12, 31), "day")),
    Example("平成32年3月31日", (date(2020, 3, 31), "day"), note="era_out_of_range"),
    Example("平成31年10月", (date(2019, 10, 1), "month"), note="era_out_of_range"),
    Example("20240401", (date(2024, 4, 1), "day")),
    Example("2024/4/1", (date(2024, 4, 1), "day")),
    Example("2024年4月", (date(2024, 4, 1), "month")),
    Example("2024", (date(2024, 1, 1), "year")),
    Example("昭和45年00月00日", (date(1970, 1, 1), "year"), note="part_unknown"),
    Example("2026-03-31T14:59Z", (date(2026, 3, 31), "day")),
    Example("2026-03-31T15:00Z", (date(2026, 4, 1), "day")),
    Example("45383", (date(2024, 4, 1), "day"), note="excel_serial", options={"excel": "1900"}),
    Example("20990101", (None, None), options={"open_end": "20990101"}),
    Example("45383", refused="not_a_date"),
    Example("5.5.1", refused="not_a_date"),
    Example("2023-02-29", refused="impossible_date"),
    Example("令和6年2月30日", refused="impossible_date"),
    Example("2024年13月1日", refused="impossible_date"),
    Example("不詳", (None, None)),
)


def _date_transform(name: str, style: str, formatted: Example) -> Transform:
    return Transform(
        name=name,
        version=1,
        outputs=("", "_precision"),
        parse=_parse,
        format=_format,
        fast=_fast,
        loss="the spelling; the time of an instant",
        options={
            "style": Option(style, _STYLE.kind, _STYLE.choices, _STYLE.help),
            "excel": Option(None, str, ("1900", "1904"), "plain numbers are Excel's day numbers"),
            "open_end": Option(None, str, help="the date that stands for no end"),
        },
        examples=(*_DATE_EXAMPLES, formatted),
    )


DATE = _date_transform(
    "date", "iso", Example("2024年4月", (date(2024, 4, 1), "month"), formatted="2024-04")
)
ERA_DATE = _date_transform(
    "era_date", "era", Example("2019-05-01", (date(2019, 5, 1), "day"), formatted="令和元年5月1日")
)


def _fast_instant(columns: Sequence[pl.Expr], _options: Options) -> Fast:
    shared = Shared()
    found = shared.keep(_utc_instant(columns[0]))
    return Fast(found.is_between(*_SAFE), (found.dt.replace_time_zone("UTC"),), shared)


def _format_instant(value: Any, options: Options) -> str:
    style = options["style"]
    if style == "japan":
        return str(value.astimezone(JST).strftime("%Y-%m-%dT%H:%M:%S+09:00"))
    return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


INSTANT = Transform(
    name="instant",
    version=1,
    outputs=("",),
    parse=single(lambda text, _options: read_instant(text)),
    format=single_format(_format_instant),
    fast=_fast_instant,
    loss="what is finer than a microsecond (style japan: than a second); the offset",
    options={"style": Option("utc", str, ("utc", "japan"), "backward, in UTC or Japan's time")},
    examples=(
        Example("2026-11-27T14:59:00.000Z", (datetime(2026, 11, 27, 14, 59, tzinfo=UTC),)),
        Example("2025-10-01T15:00Z", (datetime(2025, 10, 1, 15, 0, tzinfo=UTC),)),
        Example(
            "2020-02-28 16:41:41.090000+00:00",
            (datetime(2020, 2, 28, 16, 41, 41, 90000, tzinfo=UTC),),
            formatted="2020-02-28T16:41:41.090000Z",
        ),
        Example("2025-10-02T00:00:00+09:00", (datetime(2025, 10, 1, 15, 0, tzinfo=UTC),)),
        Example("2025-10-02 00:00", (datetime(2025, 10, 1, 15, 0, tzinfo=UTC),)),
        Example("2025-02-30T00:00Z", refused="impossible_date"),
        Example("2025-10-02", refused="not_an_instant"),
    ),
)
