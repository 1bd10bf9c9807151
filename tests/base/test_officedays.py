from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.officedays import OfficeDays, deadline, has_passed, japan_date, minutes_left

days = st.dates(date(2000, 1, 1), date(2050, 12, 31))


@pytest.mark.parametrize(
    ("day", "open_"),
    [
        (date(2026, 11, 2), True),
        (date(2026, 11, 3), False),  # 文化の日
        (date(2026, 11, 7), False),  # Saturday
        (date(2026, 9, 22), False),  # 国民の休日 between two holidays
        (date(2026, 12, 28), True),
        (date(2026, 12, 29), False),
        (date(2027, 1, 3), False),
        (date(2027, 1, 4), True),
        (date(2019, 5, 1), False),  # 即位の日
    ],
)
def test_public_calendar(day: date, open_: bool) -> None:
    assert OfficeDays().is_office_day(day) is open_


def test_an_owners_own_closed_days_count() -> None:
    calendar = OfficeDays(closed=[date(2026, 11, 4)])
    assert calendar.next_office_day(date(2026, 11, 2)) == date(2026, 11, 5)
    assert calendar.previous_office_day(date(2026, 11, 5)) == date(2026, 11, 2)


def test_counting_over_the_new_year() -> None:
    assert OfficeDays().add(date(2026, 12, 28), 1) == date(2027, 1, 4)
    assert OfficeDays().add(date(2027, 1, 4), -1) == date(2026, 12, 28)
    assert OfficeDays().add(date(2027, 1, 1), 0) == date(2027, 1, 4)


@given(days, st.integers(1, 15))
def test_there_and_back(day: date, count: int) -> None:
    calendar = OfficeDays()
    start = calendar.on_or_after(day)
    assert calendar.add(calendar.add(start, count), -count) == start


def test_a_deadline_is_a_minute_of_japan() -> None:
    due = deadline(date(2026, 11, 27))
    assert due == datetime(2026, 11, 27, 14, 59, tzinfo=UTC)
    assert not has_passed(due, due + timedelta(seconds=59))
    assert has_passed(due, due + timedelta(seconds=60))
    assert minutes_left(due, due - timedelta(hours=1, seconds=30)) == 61
    assert deadline(date(2026, 11, 27), time(17, 0, 30)).second == 0


def test_a_deadline_counts_office_days_from_japans_date() -> None:
    late_evening = datetime(2026, 11, 1, 15, 0, tzinfo=UTC)  # already 2 November in Japan
    assert japan_date(late_evening) == date(2026, 11, 2)
    assert OfficeDays().deadline_after(late_evening, 1) == deadline(date(2026, 11, 4))
