"""Office days and deadlines as Japan's offices keep them.

Offices are closed on Saturdays, Sundays, public holidays and 12/29 to 1/3
(行政機関の休日に関する法律 第1条), and on days of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from base.clock import JST

if TYPE_CHECKING:
    from holidays import HolidayBase

END_OF_DAY = time(23, 59)
"""The minute most electronic submissions close."""


@lru_cache(maxsize=1)
def _public_holidays() -> HolidayBase:
    import holidays

    return holidays.country_holidays("JP")


def _is_new_year(day: date) -> bool:
    return (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)


class OfficeDays:
    """One owner's calendar of office days.

    Args:
        closed: days on which this owner is closed beside the public ones (maintenance, …).
    """

    def __init__(self, closed: Iterable[date] = ()) -> None:
        self._closed = frozenset(closed)

    def is_office_day(self, day: date) -> bool:
        """Whether the office works on this date."""
        return not (
            day.weekday() >= 5
            or _is_new_year(day)
            or day in self._closed
            or day in _public_holidays()
        )

    def on_or_after(self, day: date) -> date:
        """`day` itself where it is an office day, else the next one."""
        while not self.is_office_day(day):
            day += timedelta(days=1)
        return day

    def next_office_day(self, day: date) -> date:
        """The first office day after `day`."""
        return self.on_or_after(day + timedelta(days=1))

    def previous_office_day(self, day: date) -> date:
        """The last office day before `day`."""
        day -= timedelta(days=1)
        while not self.is_office_day(day):
            day -= timedelta(days=1)
        return day

    def add(self, day: date, office_days: int) -> date:
        """The date `office_days` after `day`, which itself does not count; before it if negative.

        Zero gives `day` itself, or the next office day where it is none.
        """
        if office_days == 0:
            return self.on_or_after(day)
        step = self.next_office_day if office_days > 0 else self.previous_office_day
        for _ in range(abs(office_days)):
            day = step(day)
        return day

    def deadline_after(
        self, received: datetime, office_days: int, at: time = END_OF_DAY
    ) -> datetime:
        """The deadline `office_days` office days after an aware instant, as an instant in UTC."""
        return deadline(self.add(received.astimezone(JST).date(), office_days), at)


def deadline(day: date, at: time = END_OF_DAY) -> datetime:
    """The instant in UTC of a deadline on Japan's date `day`, at the JST minute `at`."""
    return datetime.combine(day, at.replace(second=0, microsecond=0), JST).astimezone(UTC)


def minutes_left(due: datetime, now: datetime) -> int:
    """Whole JST minutes from `now` to the deadline's minute; 0 in that minute, then negative."""
    return int((_minute(due) - _minute(now)).total_seconds() // 60)


def has_passed(due: datetime, now: datetime) -> bool:
    """Whether a deadline has passed: its own minute still counts (23:59 lasts to 23:59:59)."""
    return minutes_left(due, now) < 0


def japan_date(instant: datetime) -> date:
    """Japan's calendar date of an aware instant (15:00Z is already the next day in Japan)."""
    return instant.astimezone(JST).date()


def _minute(instant: datetime) -> datetime:
    return instant.astimezone(JST).replace(second=0, microsecond=0)
