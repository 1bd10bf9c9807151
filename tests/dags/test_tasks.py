"""A sync task's body, with the sync itself replaced."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from base.clock import ManualClock
from base.errors import AuthenticationError, LeaseHeld, SettingsError
from dags import tasks
from hub.options import SyncOptions, SyncSummary
from tests.dags.doubles import APPLICATIONS, MONDAY_NOON, PROGRAMS, context

ASSET: Any = SimpleNamespace(name="subsidy.applications")
MONDAY = ManualClock(MONDAY_NOON)
SATURDAY = ManualClock(datetime(2026, 11, 21, 3, 0, tzinfo=UTC))
pytestmark = pytest.mark.airflow


class Syncs:
    """Stands in for the sync: keeps the options, answers or raises."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.options: list[SyncOptions] = []

    def __call__(self, task: tasks.Task, options: SyncOptions) -> SyncSummary:
        self.options.append(options)
        if self.error:
            raise self.error
        counts = {"read": 3, "new": 2, "unchanged": 1}
        return SyncSummary(
            task.system, task.stream, "r1", counts, 1.26, None, MONDAY_NOON, notes=["山田太郎"]
        )


@pytest.fixture
def syncs(monkeypatch: pytest.MonkeyPatch) -> Syncs:
    double = Syncs()
    monkeypatch.setattr(tasks, "sync", double)
    return double


def test_the_counts_leave_the_task_and_nothing_of_a_record(syncs: Syncs) -> None:
    given = context("scheduled")
    told = tasks.run_stream(APPLICATIONS, given, ASSET)
    assert told["counts"] == {"read": 3, "new": 2, "unchanged": 1}
    assert told["until"] == MONDAY_NOON.isoformat()
    assert given["outlet_events"].events["subsidy.applications"].extra == told
    assert "山田" not in json.dumps(told, ensure_ascii=False)
    assert syncs.options == [SyncOptions(mode="incremental", trigger="dag")]


def test_drift_and_remarks_are_told_with_the_asset(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def drifted(task: tasks.Task, options: SyncOptions) -> SyncSummary:
        del options
        return SyncSummary(
            task.system, task.stream, "r1", findings=2,
            remarks=Counter({("郵便番号", "lost_zeros"): 3, ("申請日", "era_out_of_range"): 4}),
        )  # fmt: skip

    monkeypatch.setattr(tasks, "sync", drifted)
    given = context("scheduled")
    tasks.run_stream(APPLICATIONS, given, ASSET)
    told = given["outlet_events"].events["subsidy.applications"].extra
    assert told["findings"] == 2
    assert "subsidy.applications: answers differ from the contract in 2 ways" in caplog.text
    assert told["remarks"] == [
        {"field": "申請日", "rule": "era_out_of_range", "count": 4},
        {"field": "郵便番号", "rule": "lost_zeros", "count": 3},
    ]


def test_full_is_asked_for_by_hand(syncs: Syncs) -> None:
    tasks.run_stream(APPLICATIONS, context(params={"full": True}), ASSET)
    assert syncs.options[0].mode == "full"


def test_a_window_by_hand_is_a_backfill_in_japans_time(syncs: Syncs) -> None:
    params = {"since": "2026-11-01T00:00:00", "until": "2026-11-02T00:00:00Z"}
    tasks.run_stream(APPLICATIONS, context(params=params), ASSET)
    assert syncs.options == [
        SyncOptions(
            mode="backfill",
            since=datetime(2026, 10, 31, 15, tzinfo=UTC),
            until=datetime(2026, 11, 2, tzinfo=UTC),
            trigger="dag",
        )
    ]


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"since": "yesterday"}, "since is no instant"),
        ({"since": "2026-11-02", "until": "2026-11-01"}, "since is not before until"),
    ],
)
def test_a_window_that_is_none_is_refused(params: dict[str, str], says: str, syncs: Syncs) -> None:
    with pytest.raises(SettingsError, match=says):
        tasks.run_stream(APPLICATIONS, context(params=params), ASSET)
    assert not syncs.options


def test_a_backfill_run_reads_its_data_interval(syncs: Syncs) -> None:
    start = MONDAY_NOON - timedelta(days=1)
    tasks.run_stream(APPLICATIONS, context("backfill", start=start), ASSET)
    assert syncs.options == [
        SyncOptions(mode="backfill", since=start, until=MONDAY_NOON, trigger="dag")
    ]


def test_a_backfill_run_of_a_tick_reads_the_time_since_the_tick_before(syncs: Syncs) -> None:
    tasks.run_stream(APPLICATIONS, context("backfill"), ASSET)
    assert syncs.options[0].since == MONDAY_NOON - timedelta(minutes=30)
    assert syncs.options[0].mode == "backfill"


def test_a_stream_held_by_another_run_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    monkeypatch.setattr(tasks, "sync", Syncs(LeaseHeld("another run is at work")))
    with pytest.raises(AirflowSkipException, match="at work"):
        tasks.run_stream(APPLICATIONS, context("scheduled"), ASSET)


def test_a_backfill_does_not_lose_its_window_to_another_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tasks, "sync", Syncs(LeaseHeld("another run is at work")))
    with pytest.raises(LeaseHeld):
        tasks.run_stream(APPLICATIONS, context("backfill"), ASSET)


def test_an_error_reaches_airflow_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "sync", Syncs(AuthenticationError("refused")))
    with pytest.raises(AuthenticationError):
        tasks.run_stream(APPLICATIONS, context(), ASSET)


def test_the_schedule_rests_on_days_the_office_is_closed() -> None:
    reason = tasks.reason_to_skip(APPLICATIONS, context("scheduled"), SATURDAY)
    assert reason == "2026-11-21 is no office day of subsidy"
    assert tasks.reason_to_skip(APPLICATIONS, context("scheduled"), MONDAY) is None


@pytest.mark.parametrize("run_type", ["manual", "backfill", "asset_triggered"])
def test_only_the_schedule_rests(run_type: str) -> None:
    assert tasks.reason_to_skip(APPLICATIONS, context(run_type), SATURDAY) is None


def test_a_stream_waits_for_its_own_tick() -> None:
    last = MONDAY_NOON - timedelta(hours=5)
    given = context("scheduled", last=last, task=PROGRAMS)
    assert tasks.reason_to_skip(PROGRAMS, given, MONDAY) == (
        "subsidy.programs is not due before its next tick (15 6,12,18 * * *)"
    )


def test_a_snapshot_has_no_windows() -> None:
    for given in (context("backfill"), context(params={"since": "2026-11-01"})):
        reason = tasks.reason_to_skip(PROGRAMS, given, MONDAY)
        assert reason is not None
        assert "snapshot" in reason
    assert tasks.reason_to_skip(PROGRAMS, context(params={"full": True}), MONDAY) is None


def test_a_backfill_run_of_another_streams_tick_is_skipped() -> None:
    quarter = MONDAY_NOON + timedelta(minutes=15)
    reason = tasks.reason_to_skip(APPLICATIONS, context("backfill", at=quarter), MONDAY)
    assert reason is not None
    assert "is no tick" in reason
