"""The body of a sync task: from what Airflow knows of its run to one sync, and back.

Nothing here imports Airflow or a data library when it is imported; a task's process does when it
runs.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from base.clock import JST, Clock, SystemClock
from base.errors import LeaseHeld, SettingsError
from dags.due import is_due, is_office_day, window_of
from hub.options import SyncOptions, SyncSummary, told_remarks

if TYPE_CHECKING:
    from airflow.sdk import Asset

log = logging.getLogger(__name__)

Trigger = Literal["scheduled", "backfill", "manual"]


@dataclass(frozen=True, slots=True)
class Task:
    """What a task knows of its stream when the DAG is parsed."""

    system: str
    stream: str
    snapshot: bool
    schedule: str | None
    closed_days: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """`system.stream`."""
        return f"{self.system}.{self.stream}"


def trigger_of(run: Any) -> Trigger:
    """Why this DAG run is there: the clock, a backfill, or somebody's wish (also an asset's)."""
    kind = str(getattr(run.run_type, "value", run.run_type))
    return {"scheduled": "scheduled", "backfill": "backfill"}.get(kind, "manual")  # type: ignore[return-value]


def reason_to_skip(
    task: Task, context: Mapping[str, Any], clock: Clock | None = None
) -> str | None:
    """Why this run leaves the stream alone, None if it does not. A manual run never does so
    because of the calendar.
    """
    clock = clock or SystemClock()
    run, trigger = context["dag_run"], trigger_of(context["dag_run"])
    if trigger == "scheduled":
        if not is_office_day(task.closed_days, clock.today()):
            return f"{clock.today()} is no office day of {task.system}"
        if not is_due(task.schedule, last_success(task, context), run.run_after):
            return f"{task.name} is not due before its next tick ({task.schedule})"
        return None
    windowed = trigger == "backfill" or any(asked(context).get(k) for k in ("since", "until"))
    if windowed and task.snapshot:
        return f"{task.name} is a snapshot: there is no window of it to read again"
    if trigger == "backfill" and options_of(task, context) is None:
        return f"{run.data_interval_end} is no tick of {task.name} ({task.schedule})"
    return None


def last_success(task: Task, context: Mapping[str, Any]) -> datetime | None:
    """When the stream last ended well: the time of its asset's newest event."""
    for asset in context["inlet_events"]:
        newest = list(context["inlet_events"][asset].ascending(False).limit(1))
        if asset.name == task.name and newest:
            at: datetime = newest[0].timestamp
            return at
    return None


def asked(context: Mapping[str, Any]) -> Mapping[str, Any]:
    """What whoever started the run asked for (full, since, until)."""
    return context.get("params") or {}


def options_of(task: Task, context: Mapping[str, Any]) -> SyncOptions | None:
    """The sync that this run means; None where a backfill run has no window for the stream.

    A window (a backfill, or `since`/`until`) never moves the stream's cursor.

    Raises:
        SettingsError: `since` or `until` is no instant, or they are the wrong way round.
    """
    run, params = context["dag_run"], asked(context)
    since, until = _instant(params, "since"), _instant(params, "until")
    if since and until and since >= until:
        raise SettingsError("since is not before until", remedy="Trigger the DAG again")
    if since or until:
        return SyncOptions(mode="backfill", since=since, until=until, trigger="dag")
    if trigger_of(run) == "backfill":
        bounds = window_of(task.schedule, run.data_interval_start, run.data_interval_end)
        if bounds is None:
            return None
        return SyncOptions(mode="backfill", since=bounds[0], until=bounds[1], trigger="dag")
    mode: Literal["full", "incremental"] = "full" if params.get("full") else "incremental"
    return SyncOptions(mode=mode, trigger="dag")


def _instant(params: Mapping[str, Any], name: str) -> datetime | None:
    text = params.get(name)
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsError(
            f"{name} is no instant", remedy="Write it as 2026-11-02T09:00:00+09:00"
        ) from None
    # A time without an offset is what a Japanese office means by it.
    return (instant if instant.tzinfo else instant.replace(tzinfo=JST)).astimezone(UTC)


def run_stream(task: Task, context: Mapping[str, Any], asset: Asset) -> dict[str, Any]:
    """Sync the stream; returns counts, bounds and seconds, and notes them on the asset's event.

    Raises:
        AirflowSkipException: another run is at work on the stream and this one has no window of
            its own to see to.
        HubError: the sync failed.
    """
    from airflow.sdk.exceptions import AirflowSkipException

    from dags.decisions import asking

    options = options_of(task, context)
    if options is None:
        raise AirflowSkipException("this run has no window for the stream")
    try:
        summary = asking(task, options)
    except LeaseHeld as error:
        if options.mode == "backfill":
            raise
        raise AirflowSkipException(str(error)) from None
    if summary.findings:
        log.warning(
            "%s: answers differ from the contract in %d ways; `hub status` names them",
            task.name,
            summary.findings,
        )
    told = told_of(summary)
    context["outlet_events"][asset].extra = told
    return told


def sync(task: Task, options: SyncOptions) -> SyncSummary:
    """One sync in this process, with Airflow's connections behind the environment's."""
    from base.redact import protect_handlers
    from base.settings import Settings
    from dags.connections import connection_from_airflow
    from hub.alerts.check import check_quietly
    from hub.local.progress import ProgressFile
    from hub.sync import sync_stream

    protect_handlers()
    settings = Settings.load(connection_source=connection_from_airflow)
    try:
        return sync_stream(
            task.system,
            task.stream,
            options,
            settings,
            on_progress=ProgressFile(settings.home),
        )
    finally:
        check_quietly(settings)


def told_of(summary: SyncSummary) -> dict[str, Any]:
    """What leaves the task: counts, bounds and seconds, never a value of a record."""
    since, until = summary.window_since, summary.window_until
    return {
        "run_id": summary.run_id,
        "counts": dict(summary.counts),
        "issues": summary.issues,
        "findings": summary.findings,
        "remarks": told_remarks(summary.remarks),
        "since": since.isoformat() if since else None,
        "until": until.isoformat() if until else None,
        "seconds": round(summary.seconds, 1),
    }


def minutes(span: timedelta) -> int:
    """Whole minutes of a time span."""
    return int(span.total_seconds() // 60)
