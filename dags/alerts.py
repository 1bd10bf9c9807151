"""The DAG that looks at what is wrong every few minutes, and what a missed deadline does.

A sync looks, too, once it has ended. What is wrong and who is told is settled in the hub's store,
so that nobody is told twice (`hub.alerts`).
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, CronTriggerTimetable
from airflow.sdk import task as airflow_task

ALERTS_ID = TASK_ID = "alerts"
SCHEDULE = "*/5 * * * *"
TIME_OUT = timedelta(minutes=10)


def build_alerts() -> DAG:
    """The DAG; a run that fails is made up for by the next."""
    with DAG(
        dag_id=ALERTS_ID,
        dag_display_name="アラート (alerts)",
        description="What is wrong with the syncs, told once to each channel",
        schedule=CronTriggerTimetable(SCHEDULE, timezone="Asia/Tokyo"),
        catchup=False,
        max_active_runs=1,
        dagrun_timeout=TIME_OUT,
        tags=["alerts"],
        doc_md=__doc__,
    ) as dag:

        @airflow_task(
            task_id=TASK_ID,
            task_display_name="アラート (alerts)",
            retries=0,
            execution_timeout=TIME_OUT,
        )
        def look() -> dict[str, Any]:
            return run_check()

        look()
    return dag


def run_check() -> dict[str, Any]:
    """Look at every stream, and tell what waits; returns counts.

    Raises:
        HubError: the store is away, or lacks migrations.
    """
    from base.redact import protect_handlers
    from base.settings import Settings
    from hub.alerts.check import check

    protect_handlers()
    done = check(Settings.load())
    return {
        "opened": len(done.change.opened),
        "cleared": len(done.change.cleared),
        "told": len(done.delivery.told),
        "channels_down": sorted(done.delivery.problems),
    }


async def deadline_missed(system: str, minutes: int, **_context: Any) -> None:
    """Tell that a run of `sync_<system>` has not ended `minutes` after it was queued.

    Called by Airflow's triggerer. The run goes on until the deadline of its streams ends it.
    """
    await asyncio.to_thread(_report, system, minutes)


def _report(system: str, minutes: int) -> None:
    from base.redact import protect_handlers
    from base.settings import Settings
    from hub.alerts.check import deadline_missed as report

    protect_handlers()
    report(Settings.load(), system, minutes)
