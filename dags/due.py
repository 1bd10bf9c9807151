"""When a stream is due: its own cron ticks, on the office days of its system's owner."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from croniter import croniter  # type: ignore[import-untyped]

from base.clock import JST
from base.officedays import OfficeDays


def office_days(closed: Iterable[str], year: int) -> OfficeDays:
    """The owner's calendar for one year; `closed` has days as MM-DD (every year) or YYYY-MM-DD."""
    full = (day if len(day) == 10 else f"{year}-{day}" for day in closed)
    return OfficeDays(date.fromisoformat(day) for day in full if day[:4] == str(year))


def is_office_day(closed: Iterable[str], day: date) -> bool:
    """Whether a system with these closed days works on Japan's date `day`."""
    return office_days(closed, day.year).is_office_day(day)


def previous_tick(cron: str, at: datetime) -> datetime:
    """The last tick of a cron expression in Japan's time before an aware instant, in UTC."""
    ticks = croniter(cron, at.astimezone(JST))
    return _utc(ticks.get_prev(datetime))


def ticks_at(cron: str, at: datetime) -> bool:
    """Whether the cron expression has a tick in the minute of `at`, in Japan's time."""
    return bool(croniter.match(cron, at.astimezone(JST)))


def is_due(cron: str | None, last: datetime | None, now: datetime) -> bool:
    """Whether the stream's cron has ticked since it last succeeded.

    One DAG runs on the ticks of all streams of its system. A tick that was missed while another
    stream was at work, or after which the stream failed, is thus made up for at the next one.
    """
    if cron is None:
        return False
    if last is None or ticks_at(cron, now):
        return True
    return previous_tick(cron, now) > last


def window_of(cron: str | None, start: datetime, end: datetime) -> tuple[datetime, datetime] | None:
    """The window (since, until) that a backfill run's data interval means for a stream, in UTC.

    The interval itself where it has a length. The ticks of several crons make intervals of no
    length: then it is the time since the stream's own tick before, and None where `end` is a
    tick of other streams only, so that each stream's windows follow each other without a gap.
    """
    if start < end:
        return _utc(start), _utc(end)
    if cron is None or not ticks_at(cron, end):
        return None
    return previous_tick(cron, end), _utc(end)


def _utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)
