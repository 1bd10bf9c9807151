"""Whether a stream is as fresh as it is promised to be, and when it is read next."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from croniter import croniter  # type: ignore[import-untyped]

from base.clock import JST
from base.officedays import OfficeDays
from connectors.declaration import Stream

Verdict = Literal["fresh", "late", "never", "by_hand"]

LOOKED_AHEAD = 400
"""Ticks after which a stream that is due on no office day is taken for one without a next run."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """How a stream stands to its promise.

    `since` is the instant up to which it was last read well; `promise` how old it may be. A stream
    that promises nothing is late when a tick of its schedule went by without a good end, longer
    ago than its deadline.
    """

    verdict: Verdict
    since: datetime | None
    promise: timedelta | None
    next_run: datetime | None


def freshness(
    stream: Stream, closed_days: Collection[str], read_well: datetime | None, now: datetime
) -> Freshness:
    """Judge a stream whose last good run began at `read_well`."""
    following = next_tick(stream.schedule, closed_days, now)
    return Freshness(
        _verdict(stream, closed_days, read_well, now), read_well, stream.promise, following
    )


def _verdict(
    stream: Stream, closed_days: Collection[str], read_well: datetime | None, now: datetime
) -> Verdict:
    if read_well is None:
        return "by_hand" if stream.schedule is None else "never"
    if stream.promise is not None:
        office = is_office_day(closed_days, now.astimezone(JST).date())
        return "late" if office and now - read_well > stream.promise else "fresh"
    if stream.schedule is None:
        return "by_hand"
    missed = last_tick(stream.schedule, closed_days, now - stream.deadline)
    return "late" if missed is not None and read_well < missed else "fresh"


def next_tick(cron: str | None, closed_days: Collection[str], after: datetime) -> datetime | None:
    """The next tick of a cron expression (Japan's time) on an office day of the system's owner."""
    return _tick(cron, tuple(closed_days), _minute(after), forward=True)


def last_tick(cron: str | None, closed_days: Collection[str], before: datetime) -> datetime | None:
    """The last such tick before an instant."""
    return _tick(cron, tuple(closed_days), _minute(before), forward=False)


def _minute(instant: datetime) -> datetime:
    return instant.replace(second=0, microsecond=0)


@lru_cache(maxsize=1_000)
def _tick(
    cron: str | None, closed_days: tuple[str, ...], start: datetime, *, forward: bool
) -> datetime | None:
    if cron is None:
        return None
    ticks = croniter(cron, start.astimezone(JST))
    step = ticks.get_next if forward else ticks.get_prev
    for _ in range(LOOKED_AHEAD):
        tick: datetime = step(datetime)
        if is_office_day(closed_days, tick.date()):
            return tick.astimezone(UTC)
    return None


def is_office_day(closed_days: Collection[str], day: date) -> bool:
    """Whether a system with these closed days (MM-DD or YYYY-MM-DD) works on `day`."""
    full = (one if len(one) == 10 else f"{day.year}-{one}" for one in closed_days)
    closed = (date.fromisoformat(one) for one in full if one[:4] == str(day.year))
    return OfficeDays(closed).is_office_day(day)
