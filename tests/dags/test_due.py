"""When a stream is due, and which window a backfill run means for it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from dags.due import is_due, is_office_day, previous_tick, ticks_at, window_of

HALF_HOURS = "*/30 8-20 * * *"
THRICE = "15 6,12,18 * * *"


def jst(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}+09:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("day", "closed", "open_"),
    [
        ("2026-11-16", (), True),
        ("2026-11-21", (), False),  # Saturday
        ("2026-11-23", (), False),  # 勤労感謝の日
        ("2026-12-29", (), False),
        ("2027-01-04", (), True),
        ("2026-11-16", ("11-16",), False),
        ("2026-11-16", ("2026-11-16",), False),
        ("2026-11-16", ("2025-11-16",), True),
    ],
)
def test_office_days_leave_out_holidays_and_the_owners_own(
    day: str, closed: tuple[str, ...], open_: bool
) -> None:
    assert is_office_day(closed, date.fromisoformat(day)) is open_


def test_a_stream_is_due_at_its_own_tick_in_japans_time() -> None:
    assert ticks_at(THRICE, jst("16T12:15:00"))
    assert not ticks_at(THRICE, jst("16T12:00:00"))
    assert not ticks_at(HALF_HOURS, jst("16T06:00:00"))


def test_a_stream_that_never_succeeded_is_due_at_any_tick() -> None:
    assert is_due(THRICE, None, jst("16T12:00:00"))


def test_a_stream_without_a_schedule_is_never_due() -> None:
    assert not is_due(None, None, jst("16T12:00:00"))


def test_a_tick_that_was_missed_is_made_up_for() -> None:
    after_failure = jst("16T06:15:40")
    assert is_due(THRICE, after_failure, jst("16T12:30:00"))
    assert not is_due(THRICE, jst("16T12:16:00"), jst("16T12:30:00"))


def test_a_window_with_a_length_is_the_interval_itself() -> None:
    start, end = jst("16T00:00:00"), jst("17T00:00:00")
    assert window_of(HALF_HOURS, start, end) == (start, end)


def test_windows_of_ticks_follow_each_other_without_a_gap_over_night() -> None:
    ticks = [jst("16T20:00:00"), jst("16T20:30:00"), jst("17T08:00:00"), jst("17T08:30:00")]
    windows = [window_of(HALF_HOURS, tick, tick) for tick in ticks]
    for before, after in pairwise(windows):
        assert before is not None
        assert after is not None
        assert before[1] == after[0]


def test_a_tick_of_another_stream_has_no_window() -> None:
    assert window_of(THRICE, jst("16T12:00:00"), jst("16T12:00:00")) is None
    assert window_of(None, jst("16T12:00:00"), jst("16T12:00:00")) is None


def test_the_previous_tick_is_strictly_before() -> None:
    assert previous_tick(HALF_HOURS, jst("16T08:30:00")) == jst("16T08:30:00") - timedelta(
        minutes=30
    )
