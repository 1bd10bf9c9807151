"""Runs that an operator starts: of quarantined records, and of a stream that is mapped again.

What maps again reads the archive, never the system, and goes the way of every sync: one lease a
stream, counts, claims and quarantine in one transaction. Who started a run stands in Airflow with
the run.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
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

log = logging.getLogger(__name__)

REPLAY_ID = "quarantine_replay"
DISCARD_ID = "quarantine_discard"
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


def build_discard(declarations: Iterable[Declaration]) -> DAG:
    """The DAG that closes open quarantine items of one reason for good; nothing is deleted."""
    words = {
        "rule": "Rule (規則)", "stage": "Stage (段階)", "field": "Field (項目), if any",
        "up_to": "Newest item that is meant (最後の番号), such as 2-17", "reason": "Why (理由)",
    }  # fmt: skip
    more = {name: Param("", type="string", title=title) for name, title in words.items()}
    return _dag(
        DISCARD_ID, "隔離の破棄 (quarantine_discard)", "Quarantined items, closed for good",
        declarations, more,
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
            outlets=[] if dag_id == DISCARD_ID else [REPLAYED],
            retries=RETRIES,
            retry_policy=ByErrorType(DEADLINE),
            execution_timeout=DEADLINE,
        )
        def again(**context: Any) -> dict[str, Any]:
            if dag_id == DISCARD_ID:
                return run_discard(context)
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


def run_discard(context: Mapping[str, Any]) -> dict[str, Any]:
    """Close the open items of a reason, up to the newest that whoever asked had seen.

    Raises:
        AirflowSkipException: none is open any more.
        SettingsError: rule, stage, the newest item or why is missing, or there is no such stream.
    """
    from airflow.sdk.exceptions import AirflowSkipException

    from hub.console import item_number

    params = context["params"]
    task = Task(params["system"], params["stream"], snapshot=False, schedule=None)
    _known(task)
    for name in ("rule", "stage", "up_to", "reason"):
        if not params.get(name, "").strip():
            raise SettingsError(f"{name} is missing", remedy="Trigger the DAG again, and say it")
    try:
        newest = item_number(params["up_to"])
    except ValueError:
        raise SettingsError(
            "up_to is no item", remedy="Take it from `hub quarantine list`"
        ) from None
    with _store() as store:
        done = store.discard_reason(
            task.system, task.stream, stage=params["stage"], rule=params["rule"],
            field=params.get("field") or None, up_to=newest,
        )  # fmt: skip
    if not done:
        raise AirflowSkipException(f"no such item of {task.name} is open")
    log.info("%s: %d items by %s discarded: %s", task.name, done, params["rule"], params["reason"])
    return {"discarded": done}


def _store() -> AbstractContextManager[Any]:
    from base.settings import Settings
    from dags.connections import connection_from_airflow
    from hub.sync import open_store

    return open_store(Settings.load(connection_source=connection_from_airflow))


def _known(task: Task) -> None:
    from hub.declared import declarations

    streams = declarations()[task.system].streams
    if task.stream not in streams:
        raise SettingsError(
            f"{task.system} has no stream {task.stream}", remedy=f"It has: {', '.join(streams)}"
        )


def _open(task: Task, rule: str | None) -> dict[str, int]:
    """Keys of records with open items → how many items."""
    found: dict[str, int] = {}
    with _store() as store:
        for item in store.quarantine(
            system=task.system, stream=task.stream, rule=rule, limit=EVERYTHING
        ):
            found[item.record_key] = found.get(item.record_key, 0) + 1
    return found
