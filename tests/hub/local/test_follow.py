"""Following runs in Airflow: a client that answers as Airflow would, from a script."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hub.local import follow as module
from hub.local.airflow import DagRun
from hub.local.follow import follow

SINCE = datetime(2026, 11, 16, tzinfo=UTC)
DAGS = {"sync_subsidy": "subsidy"}


States = list[tuple[str, dict[str, str | None]]]


class Script:
    """Runs whose states change at every look."""

    def __init__(self, states: dict[str, States]) -> None:
        self.states = states
        self.looks = 0

    def runs_since(self, dag_id: str, since: datetime) -> Iterator[str]:
        self.looks += 1
        assert since == SINCE
        yield from self.states

    def run(self, dag_id: str, run_id: str) -> DagRun:
        script = self.states[run_id]
        state, tasks = script[min(self.looks, len(script)) - 1]
        return DagRun(dag_id, run_id, state, tasks)

    def result(self, run: DagRun, task_id: str) -> dict[str, Any]:
        return {"counts": {"read": 2, "new": 1}, "seconds": 0.5}

    def reason(self, run: DagRun, task_id: str) -> str:
        return f"why {task_id} of {run.run_id}"


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "POLL", 0)


def watch(script: Script, tmp_path: Path) -> dict[str, module.Outcome]:
    client: Any = script
    found = follow(
        client, DAGS, since=SINCE, home=tmp_path, show=lambda _: None, check=lambda: None
    )
    return {outcome.stream: outcome for outcome in found}


def test_it_waits_for_every_run_and_adds_them_up(tmp_path: Path) -> None:
    done: States = [("success", {"applications": "success"})]
    script = Script({"scheduled": [("running", {"applications": None}), *done], "ours": done})
    outcome = watch(script, tmp_path)["applications"]
    assert script.looks == 2
    assert outcome.counts == {"read": 4, "new": 2}
    assert outcome.seconds == 1.0
    assert outcome.well


def test_a_stream_skipped_by_one_run_and_synced_by_the_other_went_well(tmp_path: Path) -> None:
    script = Script(
        {
            "scheduled": [("success", {"applications": "skipped"})],
            "ours": [("success", {"applications": "success"})],
        }
    )
    outcome = watch(script, tmp_path)["applications"]
    assert (outcome.state, outcome.well) == ("success", True)


def test_a_stream_that_failed_once_did_not_go_well(tmp_path: Path) -> None:
    ended: dict[str, str | None] = {"applications": "success", "programs": "failed"}
    script = Script(
        {
            "first": [("failed", ended)],
            "second": [("success", {"applications": "success", "programs": "success"})],
        }
    )
    outcomes = watch(script, tmp_path)
    assert not outcomes["programs"].well
    assert outcomes["programs"].message == "why programs of first"
    assert outcomes["applications"].well


def test_it_ends_when_a_process_has_died(tmp_path: Path) -> None:
    class DiedError(Exception):
        pass

    def check() -> None:
        raise DiedError

    client: Any = Script({})
    with pytest.raises(DiedError):
        follow(client, DAGS, since=SINCE, home=tmp_path, show=lambda _: None, check=check)
