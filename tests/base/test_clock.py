from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from base.clock import ManualClock, SystemClock


def test_japans_date_is_a_day_ahead_from_15_utc() -> None:
    clock = ManualClock(datetime(2026, 11, 2, 14, 59, 59, tzinfo=UTC))
    assert clock.today() == date(2026, 11, 2)
    clock.advance(1)
    assert clock.today() == date(2026, 11, 3)


def test_sleep_moves_the_manual_clock_and_is_noted() -> None:
    clock = ManualClock()
    start = clock.now()
    clock.sleep(90)
    clock.sleep(-1)
    clock.advance(timedelta(hours=1))
    assert clock.now() - start == timedelta(hours=1, seconds=90)
    assert clock.monotonic() == 3690
    assert clock.slept == [90]


def test_a_clock_needs_an_aware_start() -> None:
    with pytest.raises(ValueError, match="aware"):
        ManualClock(datetime(2026, 11, 2))  # noqa: DTZ001


def test_the_system_clock_is_aware_and_never_sleeps_backwards() -> None:
    clock = SystemClock()
    assert clock.now().utcoffset() == timedelta(0)
    assert (clock.today() - clock.now().date()).days in (0, 1)
    before = clock.monotonic()
    clock.sleep(-5)
    assert clock.monotonic() >= before
