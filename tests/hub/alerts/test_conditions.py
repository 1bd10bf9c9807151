"""What the store shows, and the alert that it becomes."""

from __future__ import annotations

import inspect
from datetime import timedelta

import pytest
from sqlalchemy import insert

from base import errors
from canonical.store.alerts import Condition
from canonical.store.batch import COUNT_NAMES
from canonical.store.tables import BATCH, DRIFT_FINDING, MAPPING_PLAN
from connectors.registry import declarations
from hub.alerts.kinds import OF_ERRORS, Kind
from tests.hub.alerts.conftest import NOW, STREAM, SYSTEM, Watchman

DAY = 86_400.0


def test_a_stream_that_was_never_read_is_no_alert(watchman: Watchman) -> None:
    watchman.store.stream_id(SYSTEM, STREAM)
    assert watchman.told() == []


@pytest.mark.parametrize("failure", sorted(OF_ERRORS))
def test_how_a_run_ended_is_told_until_one_ends_well(watchman: Watchman, failure: str) -> None:
    kind = str(OF_ERRORS[failure])
    watchman.run(failure)
    assert watchman.told() == [("opened", kind, STREAM)]
    watchman.run(failure)
    assert watchman.told() == []
    begun = watchman.begin()
    assert watchman.told() == [], "a run at work has not ended well yet"
    watchman.end(begun)
    assert watchman.told() == [("cleared", kind, STREAM)]


def test_every_error_of_the_tree_that_can_end_a_run_has_its_kind() -> None:
    tree = {
        name for name, one in inspect.getmembers(errors, inspect.isclass)
        if issubclass(one, errors.HubError)
    }  # fmt: skip
    ends_no_run = {"HubError", "RefusedValue", "LeaseHeld"}
    seems_a_bug = {"InternalError", "LeaseLost"}
    assert tree - ends_no_run - seems_a_bug == set(OF_ERRORS) & tree


def test_an_error_that_is_not_ours_is_a_failure_and_an_interruption_is_none(
    watchman: Watchman,
) -> None:
    watchman.run("InternalError")
    assert watchman.told() == [("opened", "failed", STREAM)]
    watchman.run("KeyboardInterrupt")
    assert watchman.told() == [("cleared", "failed", STREAM)]


def test_a_replay_says_nothing_of_how_a_stream_stands(watchman: Watchman) -> None:
    watchman.run("ContractError", mode="replay")
    assert watchman.told() == []
    watchman.run("Forbidden")
    watchman.run(mode="replay")
    assert watchman.told() == [("opened", "forbidden", STREAM)]


def test_another_reason_is_told_and_is_not_the_end_of_the_first(watchman: Watchman) -> None:
    watchman.run("ServerFault")
    assert watchman.told() == [("opened", "down", STREAM)]
    watchman.run("CircuitOpen")
    assert watchman.told() == [("opened", "breaker", STREAM)]


def test_a_run_whose_lease_ran_out_has_died(watchman: Watchman) -> None:
    _, lease = watchman.begin()
    assert watchman.told() == []
    watchman.store.release_lease(lease)
    assert watchman.told() == [("opened", "died", STREAM)]
    watchman.run()
    assert watchman.told() == [("cleared", "died", STREAM)]


def test_a_run_at_work_beyond_its_deadline(watchman: Watchman) -> None:
    deadline = declarations()[SYSTEM].streams[STREAM].deadline.total_seconds()
    begun = watchman.begin()
    watchman.clock.advance(deadline)
    assert ("opened", "deadline", STREAM) not in watchman.told()
    watchman.clock.advance(1)
    assert ("opened", "deadline", STREAM) in watchman.told()
    watchman.end(begun, "AirflowTaskTimeout")
    assert ("cleared", "deadline", STREAM) not in watchman.told(), "it ended, but not well"
    watchman.run()
    assert ("cleared", "deadline", STREAM) in watchman.told()


def test_a_promise_is_broken_once_its_time_is_over_and_holds_again_after_a_good_run(
    watchman: Watchman,
) -> None:
    watchman.run()
    promise = declarations()[SYSTEM].streams[STREAM].promise
    span = (promise or timedelta(days=2)).total_seconds()
    watchman.clock.advance(span * 0.2)
    assert watchman.told() == []
    watchman.clock.advance(span + DAY)
    watchman.clock.advance(0)
    assert ("opened", "late", STREAM) in watchman.told()
    watchman.run()
    assert watchman.told() == [("cleared", "late", STREAM)]


def test_a_stream_that_never_ended_well_is_late_counted_from_its_first_run(
    watchman: Watchman,
) -> None:
    watchman.run("Forbidden")
    assert watchman.told() == [("opened", "forbidden", STREAM)]
    watchman.clock.advance(3 * DAY)
    watchman.run("Forbidden")
    assert watchman.told() == [("opened", "late", STREAM)]


def batch(watchman: Watchman, number: int, **counts: int) -> None:
    """A batch of the newest run."""
    stream = watchman.store.stream_id(SYSTEM, STREAM)
    run = watchman.store.runs(stream, limit=1)[0].run_id
    given = {f"{name}_count": counts.get(name, 0) for name in COUNT_NAMES}
    given["read_count"] = sum(given.values())
    plan = {"stream_id": stream, "plan_no": number, "version": str(number)}
    with watchman.store.database.write() as connection:
        connection.execute(insert(MAPPING_PLAN).values(plan))
        connection.execute(
            insert(BATCH).values(
                stream_id=stream, batch_no=number, run_id=run, recorded_at=watchman.clock.now(),
                plan_no=number, contract_version="1", archive_rows=0, **given,
            )
        )  # fmt: skip


def test_drift_holds_until_a_run_decodes_records_without_it(watchman: Watchman) -> None:
    watchman.run()
    batch(watchman, 1, new=3)
    with watchman.store.database.write() as connection:
        connection.execute(
            insert(DRIFT_FINDING).values(
                stream_id=watchman.store.stream_id(SYSTEM, STREAM), path="answers.新項目",
                kind="unknown_field", detail="string", first_batch=1, last_batch=1, count=3,
                status="open",
            )
        )  # fmt: skip
    assert watchman.told() == [("opened", "drift", STREAM)]
    watchman.run()
    batch(watchman, 2, unchanged=3)
    assert watchman.told() == [], "unchanged records are not looked into"
    watchman.run()
    batch(watchman, 3, changed=1)
    assert watchman.told() == [("cleared", "drift", STREAM)]


def test_what_airflow_reports_holds_until_a_run_ends_well(watchman: Watchman) -> None:
    missed = Condition(Kind.DEADLINE, SYSTEM, "", NOW, {"minutes": 120})
    assert watchman.told(missed) == [("opened", "deadline", "")]
    assert watchman.told() == []
    watchman.run("ServerFault")
    assert watchman.told() == [("opened", "down", STREAM)]
    watchman.run()
    assert sorted(watchman.told()) == [("cleared", "deadline", ""), ("cleared", "down", STREAM)]


def test_a_channel_that_is_down_loses_nothing_and_is_not_hurried(watchman: Watchman) -> None:
    channel = watchman.channel
    channel.down = True
    watchman.run("ServerFault")
    watchman.run("Forbidden", stream="programs")
    assert watchman.check().problems == {"memory": "the channel is down"}
    assert channel.tried == 1, "its other notices wait, too"
    watchman.clock.advance(30)
    watchman.check()
    assert channel.tried == 1
    channel.down = False
    watchman.clock.advance(60)
    assert sorted(watchman.told()) == [
        ("opened", "down", STREAM), ("opened", "forbidden", "programs"),
    ]  # fmt: skip
