"""The DAG that follows the syncs, and what leaves its task."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from connectors.registry import declarations

pytestmark = pytest.mark.airflow
ROOT = Path(__file__).resolve().parents[2]


class Alias:
    """The events that a task notes on an alias."""

    def __init__(self) -> None:
        self.added: dict[str, Any] = {}

    def __getitem__(self, alias: Any) -> Alias:
        assert alias.name == "changes"
        return self

    def add(self, asset: Any, extra: dict[str, Any]) -> None:
        """As Airflow's accessor of an alias has it."""
        self.added[f"{asset.name} {asset.uri}"] = extra


@pytest.fixture(scope="module")
def dag() -> Any:
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(str(ROOT / "dags")).dags["consolidate"]


def test_it_follows_any_stream_of_any_system(dag: Any) -> None:
    from airflow.sdk import Asset, AssetAny

    streams = {f"{name}.{stream}" for name, d in declarations().items() for stream in d.streams}
    assert isinstance(dag.schedule, AssetAny)
    followed = [asset for asset in dag.schedule.objects if isinstance(asset, Asset)]
    assert {asset.name for asset in followed} == streams
    assert dag.max_active_runs == 1
    assert not dag.catchup


def test_it_has_one_task_that_ends_within_its_deadline(dag: Any) -> None:
    (task,) = dag.tasks
    assert task.execution_timeout < dag.dagrun_timeout
    assert task.retry_policy.deadline == task.execution_timeout
    assert [outlet.name for outlet in task.outlets] == ["changes"]


def test_every_kind_of_which_there_were_changes_has_its_asset(
    dag: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dags import consolidate
    from hub.consolidate import Consolidation, Standing

    events = Counter({"business.created": 3, "party.merged": 1})
    done = Consolidation(9, 3, events, Standing(12, 3, 10, 2), 1.26)
    monkeypatch.setattr(consolidate, "consolidation", lambda: done)
    alias = Alias()
    told = dag.get_task("consolidate").python_callable(outlet_events=alias)
    assert told == {
        "records": 9, "golden": 3, "claims": 12, "businesses": 3, "joined": 10, "review": 2,
        "events": {"business.created": 3, "party.merged": 1}, "seconds": 1.3,
    }  # fmt: skip
    assert alias.added == {
        "changes.business.created hub://changes/business.created": {"events": 3},
        "changes.party.merged hub://changes/party.merged": {"events": 1},
    }


def test_the_task_consolidates_the_store_of_its_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from dags.consolidate import run_consolidation

    monkeypatch.setenv("HUB_HOME", str(tmp_path / "home"))
    told = run_consolidation(SimpleNamespace(outlet_events=None).__dict__)
    assert (told["businesses"], told["events"]) == (0, {})
    assert (tmp_path / "home" / "hub.sqlite").exists()
