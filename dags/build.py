"""From a connector's declaration to its DAG: one fat task per stream, each ending in an asset."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import DAG, Asset, MultipleCronTriggerTimetable, Param
from airflow.sdk import task as airflow_task
from airflow.sdk.definitions.callback import AsyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

from dags.alerts import deadline_missed
from dags.retries import RETRIES, ByErrorType
from dags.tasks import Task, minutes, reason_to_skip, run_stream

if TYPE_CHECKING:
    from hub.declared import Declaration, Stream

TIMEZONE = "Asia/Tokyo"
AT_ONCE = 4
"""Streams of one system that run at once: they share its rate budget, and more gain nothing."""

GRACE = timedelta(minutes=10)
"""What a run has beyond its longest streams, for queueing and the tasks' own start."""


def dag_id(system: str) -> str:
    """The DAG of a system."""
    return f"sync_{system}"


def asset_of(system: str, stream: str) -> Asset:
    """What a sync of the stream brings up to date."""
    return Asset(name=f"{system}.{stream}", uri=f"hub://{system}/{stream}", group="hub")


def build_dag(declaration: Declaration) -> DAG:
    """The DAG of one system. Nothing in it depends on the time or the place of the parse."""
    waves = -(-len(declaration.streams) // AT_ONCE)
    longest = max(stream.deadline for stream in declaration.streams.values()) * waves
    with DAG(
        dag_id=dag_id(declaration.name),
        dag_display_name=f"{declaration.title.ja} ({declaration.name})",
        description=f"{declaration.title.en}: {', '.join(declaration.streams)}",
        schedule=_timetable(declaration),
        catchup=False,
        max_active_runs=1,
        max_active_tasks=AT_ONCE,
        dagrun_timeout=longest + GRACE,
        deadline=DeadlineAlert(
            reference=DeadlineReference.DAGRUN_QUEUED_AT,
            interval=longest,
            callback=AsyncCallback(
                deadline_missed, kwargs={"system": declaration.name, "minutes": minutes(longest)}
            ),
        ),
        params=_params(),
        tags=["sync", declaration.role],
        doc_md=__doc__,
    ) as dag:
        for stream in declaration.streams.values():
            _add_task(declaration, stream)
    return dag


def _timetable(declaration: Declaration) -> MultipleCronTriggerTimetable | None:
    """Every tick of every stream; which streams are due at one, `dags.due` says."""
    crons = sorted({s.schedule for s in declaration.streams.values() if s.schedule})
    return MultipleCronTriggerTimetable(*crons, timezone=TIMEZONE) if crons else None


def _params() -> dict[str, Param]:
    """What a run started by hand may ask for."""
    instant: dict[str, Any] = {"type": ["null", "string"], "format": "date-time"}
    return {
        "full": Param(
            False,
            type="boolean",
            title="Read everything again (全件)",
            description="Not only what is new since the last sync.",
        ),
        "since": Param(
            None,
            title="Updated after (更新日時、より後)",
            description="Reads a window again; the next scheduled run is not affected.",
            **instant,
        ),
        "until": Param(None, title="Updated up to (更新日時、以前)", **instant),
    }


def _add_task(declaration: Declaration, stream: Stream) -> None:
    asset = asset_of(declaration.name, stream.name)
    task = Task(
        system=declaration.name,
        stream=stream.name,
        snapshot=stream.mode == "snapshot",
        schedule=stream.schedule,
        closed_days=declaration.closed_days,
    )

    def skip(context: Any) -> tuple[bool, str | None]:
        reason = reason_to_skip(task, context)
        return reason is not None, reason

    @airflow_task.skip_if(skip)
    @airflow_task(
        task_id=stream.name,
        task_display_name=f"{stream.title.ja} ({stream.name})",
        # Its own newest event says when the stream last succeeded.
        inlets=[asset],
        outlets=[asset],
        retries=RETRIES,
        retry_policy=ByErrorType(stream.deadline),
        execution_timeout=stream.deadline,
        # One run of a stream at a time, backfills included; a system holds no more slots than
        # it has streams, and never more than AT_ONCE, however long it hangs.
        max_active_tis_per_dag=1,
    )
    def sync(**context: Any) -> dict[str, Any]:
        return run_stream(task, context, asset)

    sync()
