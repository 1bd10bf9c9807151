"""Watching one sync; without configuration nothing of OpenTelemetry is imported."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from base.breaker import State
from base.errors import HubError
from hub.options import OnProgress, Progress, SyncOptions, SyncSummary

if TYPE_CHECKING:
    from hub.transfer import SyncJob

log = logging.getLogger(__name__)

ENDPOINTS = ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")

RunSync = Callable[["SyncJob", "SyncOptions | None", "OnProgress | None"], SyncSummary]


@dataclass(slots=True)
class Watched:
    """What is told of one sync: names of system and stream, numbers, never a value or a key.

    `seconds`, `lag` (since the instant up to which the stream has been read) and the waits are in
    seconds; `error` is the type of what ended the run, None where it ended well.
    """

    system: str
    stream: str
    mode: str
    trigger: str
    counts: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    error: str | None = None
    lag: float | None = None
    quarantine_open: int | None = None
    retries: int = 0
    retry_wait: float = 0.0
    rate_wait: float = 0.0
    breaker: State = State.CLOSED


def metrics_wanted(environment: Mapping[str, str] | None = None) -> bool:
    """Whether the standard variables of OpenTelemetry ask for metrics by OTLP."""
    given = os.environ if environment is None else environment
    if given.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    exporter = given.get("OTEL_METRICS_EXPORTER", "").strip().lower()
    return exporter == "otlp" if exporter else any(given.get(name) for name in ENDPOINTS)


def watched(
    run: RunSync, job: SyncJob, options: SyncOptions | None, on_progress: OnProgress | None
) -> SyncSummary:
    """Run a sync and tell its numbers, however it ends.

    A dry run tells nothing. Numbers that cannot be sent are a warning, never the sync's failure.

    Raises:
        HubError: what the sync raised.
    """
    options = options or SyncOptions()
    if options.dry_run or not metrics_wanted():
        return run(job, options, on_progress)
    seen = Watched(job.system, job.stream.name, options.mode, options.trigger)
    started = job.clock.monotonic()
    try:
        summary = run(job, options, _noting(seen, on_progress))
        seen.counts = summary.counts
    except BaseException as error:
        seen.error = type(error).__name__
        raise
    else:
        return summary
    finally:
        seen.seconds = job.clock.monotonic() - started
        _tell(seen, job)


def _noting(seen: Watched, on_progress: OnProgress | None) -> OnProgress:
    def note(progress: Progress) -> None:
        if progress.counts:
            seen.counts = progress.counts
        if on_progress is not None:
            on_progress(progress)

    return note


def _tell(seen: Watched, job: SyncJob) -> None:
    try:
        _look(seen, job)
        from hub.telemetry.metrics import send

        send(seen)
    except Exception as error:  # noqa: BLE001 - whatever it is, the sync goes on
        told = str(error) if isinstance(error, HubError) else type(error).__name__
        log.warning("%s.%s: its metrics were not sent: %s", seen.system, seen.stream, told)


def _look(seen: Watched, job: SyncJob) -> None:
    """Add what the store and the run's clients know."""
    stream_id = job.store.stream_id(job.system, job.stream.name)
    cursor = job.store.state(stream_id).cursor
    if cursor is not None:
        seen.lag = max(0.0, (job.clock.now() - datetime.fromisoformat(cursor)).total_seconds())
    seen.quarantine_open = job.store.open_quarantine(stream_id)
    if job.clients is not None:
        waits = job.clients.waits
        seen.retries, seen.retry_wait = waits.retries, waits.retry_seconds
        seen.rate_wait = waits.rate_seconds
        seen.breaker = job.clients.breaker.state
