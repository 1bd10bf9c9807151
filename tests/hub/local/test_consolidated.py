"""Following the consolidation in Airflow: a client that answers as Airflow would."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.local import consolidated as module
from hub.local.airflow import DagRun
from hub.local.consolidated import Consolidated, follow, sentences

SINCE = datetime(2026, 11, 16, tzinfo=UTC)
BEFORE = {"businesses": 2, "claims": 5, "joined": 4, "review": 0, "seconds": 1.0,
          "events": {"business.created": 2}}  # fmt: skip
AFTER = BEFORE | {"businesses": 1_234, "events": {"business.created": 1, "party.merged": 1}}


class Script:
    """One run that an asset started, at work for two looks, and ours."""

    def __init__(self, state: str = "success") -> None:
        self.state = state
        self.looks = 0

    def trigger(self, dag_id: str) -> str:
        assert dag_id == "consolidate"
        return "ours"

    def runs_since(self, _dag_id: str, since: datetime) -> Iterator[str]:
        assert since == SINCE
        self.looks += 1
        yield from ["asset", "ours"]

    def run(self, dag_id: str, run_id: str) -> DagRun:
        state = "running" if run_id == "asset" and self.looks < 3 else self.state
        return DagRun(dag_id, run_id, state, {"consolidate": state})

    def result(self, run: DagRun, task_id: str) -> dict[str, Any]:
        assert task_id == "consolidate"
        return AFTER if run.run_id == "ours" else BEFORE

    def reason(self, run: DagRun, _task_id: str) -> str:
        return f"why {run.run_id} failed"


def watch(script: Script, monkeypatch: pytest.MonkeyPatch) -> Consolidated:
    monkeypatch.setattr(module, "POLL", 0)
    client: Any = script
    return follow(client, since=SINCE, check=lambda: None)


def test_the_last_run_tells_how_things_stand_and_all_of_them_what_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    script = Script()
    found = watch(script, monkeypatch)
    assert script.looks == 3
    assert found.events == {"business.created": 3, "party.merged": 1}
    assert found.well
    first, second = sentences(found)
    assert "1,234 out of 5 claims, 4 of them joined with others; 0 pairs to review" in first
    assert "4 changes in the feed; 2 s" in first
    assert second.endswith("business.created 3, party.merged 1")


def test_a_run_that_failed_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    found = watch(Script("failed"), monkeypatch)
    assert not found.well
    assert sentences(found) == ["consolidate failed: why ours failed"]
