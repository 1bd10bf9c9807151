"""Retries follow from the error's type, within the stream's deadline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from base import errors

pytestmark = pytest.mark.airflow
HOUR = timedelta(hours=1)


def decide(error: BaseException, try_number: int = 1, began: timedelta | None = None) -> Any:
    from dags.retries import RETRIES, ByErrorType

    run = SimpleNamespace(start_date=datetime.now(UTC) - (began or timedelta(0)))
    context: Any = {"dag_run": run}
    return ByErrorType(HOUR).evaluate(error, try_number, RETRIES, context)


@pytest.mark.parametrize(
    "error",
    [
        errors.SettingsError("x"),
        errors.AuthenticationError("x"),
        errors.ContractError("x"),
        errors.MappingError("x"),
        errors.Forbidden("x"),
        errors.FailureBudgetExceeded("x"),
        errors.ArchiveError("x"),
        errors.LeaseLost("x"),
        errors.InternalError("x"),
        errors.RefusedValue("rule", "x"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_will_not_pass_is_not_tried_again(error: errors.HubError) -> None:
    assert decide(error).action.value == "fail"


@pytest.mark.parametrize("error", [errors.ConnectError("x"), errors.ServerFault("x")])
def test_what_the_sync_has_retried_is_left_to_the_next_run(error: errors.HubError) -> None:
    decision = decide(error)
    assert decision.action.value == "fail"
    assert "next run" in decision.reason


def test_a_wait_the_system_asked_for_is_kept() -> None:
    asked = decide(errors.RateLimited("x", retry_after=90))
    assert (asked.action.value, asked.retry_delay) == ("retry", timedelta(seconds=90))
    assert decide(errors.CircuitOpen("x")).retry_delay == timedelta(minutes=5)


def test_a_store_that_was_away_is_tried_again_ever_later() -> None:
    delays = [decide(errors.StoreUnreachable("x"), number).retry_delay for number in (1, 2, 3)]
    assert delays == [timedelta(minutes=m) for m in (1, 2, 4)]


def test_a_backfill_that_found_the_stream_busy_comes_again() -> None:
    assert decide(errors.LeaseHeld("x")).retry_delay == timedelta(minutes=1)


def test_no_try_begins_after_the_streams_deadline() -> None:
    late = decide(errors.RateLimited("x", retry_after=600), began=timedelta(minutes=55))
    assert late.action.value == "fail"
    assert "leaves no time" in late.reason


def test_a_stream_over_its_deadline_is_given_up() -> None:
    from airflow.sdk.exceptions import AirflowTaskTimeout

    assert decide(AirflowTaskTimeout("x")).action.value == "fail"


def test_an_error_that_is_not_the_hubs_is_tried_again() -> None:
    assert decide(OSError("x")).action.value == "retry"


def test_every_error_of_the_tree_has_a_decision() -> None:
    def tree(kind: type[errors.HubError]) -> list[type[errors.HubError]]:
        return [kind, *(found for sub in kind.__subclasses__() for found in tree(sub))]

    for kind in tree(errors.HubError):
        error = kind("rule", "x") if kind is errors.RefusedValue else kind("x")
        if error.action in {errors.Action.STOP, errors.Action.QUARANTINE}:
            expected = "retry" if kind is errors.LeaseHeld else "fail"
            assert decide(error).action.value == expected, kind
