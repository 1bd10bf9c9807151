"""Runs that an operator starts: quarantined records mapped again, a stream mapped again.

Both read the archive, never the system, and go the way of every sync: one lease a stream, counts,
claims and quarantine in one transaction. Who started a run stands in Airflow with the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import DAG, AssetAlias, Param
from airflow.sdk import task as airflow_task

from base.errors import SettingsError
from dags.build import GRACE, asset_of
from dags.retries import RETRIES, ByErrorType
from dags.tasks import Task, sync, told_of
from hub.options import SyncOptions

if TYPE_CHECKING:
    from hub.declared import Declaration

REPLAY_ID = "quarantine_replay"
REMAP_ID = "remap"
DEADLINE = timedelta(hours=3)
EVERYTHING = 1_000_000_000

REPLAYED = AssetAlias(name="replayed", group="hub")
"""Stands for the asset of the stream that was mapped again, which the consolidation follows."""


def build_replay(declarations: Iterable[Declaration]) -> DAG:
    """The DAG that maps the records of open quarantine items again, by the mapping as it is now."""
    rule = Param(
        None,
        type=["null", "string"],
        title="Rule (規則)",
        description="Records of open items of this rule; empty: of all.",
    )
    return _dag(
        REPLAY_ID, "隔離の再処理 (quarantine_replay)", "Quarantined records, mapped again from the"
        " archive", declarations, {"rule": rule},
    )  # fmt: skip


def build_remap(declarations: Iterable[Declaration]) -> DAG:
    """The DAG that maps again what another version of the mapping mapped."""
    return _dag(
        REMAP_ID, "マッピング再適用 (remap)", "Records of an older mapping version, mapped again"
        " from the archive", declarations, {},
    )  # fmt: skip


def _dag(
    dag_id: str,
    title: str,
    description: str,
    declarations: Iterable[Declaration],
    more: Mapping[str, Param],
) -> DAG:
    known = {one.name: one.streams for one in declarations}
    streams = sorted({stream for streams in known.values() for stream in streams})
    params = {
        "system": Param(sorted(known)[0], enum=sorted(known), title="System (システム)"),
        "stream": Param(streams[0], enum=streams, title="Stream (ストリーム)"),
        **more,
    }
    with DAG(
        dag_id=dag_id,
        dag_display_name=title,
        description=description,
        schedule=None,
        catchup=False,
        max_active_runs=4,
        dagrun_timeout=DEADLINE + GRACE,
        params=params,
        tags=["operate"],
        doc_md=__doc__,
    ) as dag:

        @airflow_task(
            task_id=dag_id,
            task_display_name=title,
            outlets=[REPLAYED],
            retries=RETRIES,
            retry_policy=ByErrorType(DEADLINE),
            execution_timeout=DEADLINE,
        )
        def again(**context: Any) -> dict[str, Any]:
            return run_again(context, of_quarantine=dag_id == REPLAY_ID)

        again()
    return dag


def run_again(context: Mapping[str, Any], *, of_quarantine: bool) -> dict[str, Any]:
    """Map again what the run asks for; returns counts and how many items were open and are.

    Raises:
        AirflowSkipException: no item of this kind is open.
        HubError: the system has no such stream, or the run failed.
    """
    from airflow.sdk.exceptions import AirflowSkipException

    params = context["params"]
    task = Task(params["system"], params["stream"], snapshot=False, schedule=None)
    rule = params.get("rule")
    _known(task)
    before = _open(task, rule)
    keys = tuple(before) if of_quarantine else None
    if keys == ():
        raise AirflowSkipException(f"no open item of {task.name}{f' by rule {rule}' * bool(rule)}")
    told = told_of(sync(task, SyncOptions(mode="replay", keys=keys, trigger="dag")))
    after = _open(task, rule)
    told["items"] = {"open_before": sum(before.values()), "open_after": sum(after.values())}
    context["outlet_events"][REPLAYED].add(asset_of(task.system, task.stream), extra=told)
    return told


def _known(task: Task) -> None:
    from hub.declared import declarations

    streams = declarations()[task.system].streams
    if task.stream not in streams:
        raise SettingsError(
            f"{task.system} has no stream {task.stream}", remedy=f"It has: {', '.join(streams)}"
        )


def _open(task: Task, rule: str | None) -> dict[str, int]:
    """Keys of records with open items → how many items."""
    from base.settings import Settings
    from dags.connections import connection_from_airflow
    from hub.sync import open_store

    found: dict[str, int] = {}
    settings = Settings.load(connection_source=connection_from_airflow)
    with open_store(settings) as store:
        for item in store.quarantine(
            system=task.system, stream=task.stream, rule=rule, limit=EVERYTHING
        ):
            found[item.record_key] = found.get(item.record_key, 0) + 1
    return found
