"""Watching one sync; without configuration nothing of OpenTelemetry or OpenLineage is imported."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from base.breaker import State
from base.errors import HubError
from base.identifiers import new_run_id
from hub.options import OnProgress, Progress, SyncOptions, SyncSummary

if TYPE_CHECKING:
    from base.clock import Clock
    from hub.transfer import SyncJob

log = logging.getLogger(__name__)

ENDPOINTS = ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
TRANSPORT = "OPENLINEAGE__TRANSPORT"

RunSync = Callable[["SyncJob", "SyncOptions | None", "OnProgress | None"], SyncSummary]


@dataclass(slots=True)
class Watched:
    """What is told of one sync: names of system and stream, numbers, never a value or a key.

    `seconds`, `lag` (since the instant up to which the stream has been read) and the waits are in
    seconds; `error` is the type of what ended the run and `words` what it says, None where it ended
    well; `findings` counts contract drift, None where that is not known.
    """

    system: str
    stream: str
    mode: str
    trigger: str
    run_id: str
    started_at: datetime
    counts: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    error: str | None = None
    words: str | None = None
    findings: int | None = None
    lag: float | None = None
    quarantine_open: int | None = None
    retries: int = 0
    retry_wait: float = 0.0
    rate_wait: float = 0.0
    breaker: State = State.CLOSED


@dataclass(slots=True)
class Step:
    """A step between tables of the hub's own, by their names."""

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    run_id: str
    started_at: datetime
    error: str | None = None
    words: str | None = None


def metrics_wanted(environment: Mapping[str, str] | None = None) -> bool:
    """Whether the standard variables of OpenTelemetry ask for metrics by OTLP."""
    given = os.environ if environment is None else environment
    if given.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    exporter = given.get("OTEL_METRICS_EXPORTER", "").strip().lower()
    return exporter == "otlp" if exporter else any(given.get(name) for name in ENDPOINTS)


def lineage_wanted(environment: Mapping[str, str] | None = None) -> bool:
    """Whether the standard variables of OpenLineage say where its events go."""
    given = os.environ if environment is None else environment
    if given.get("OPENLINEAGE_DISABLED", "").strip().lower() in {"true", "1"}:
        return False
    return any(
        value and (name in {"OPENLINEAGE_URL", "OPENLINEAGE_CONFIG"} or name.startswith(TRANSPORT))
        for name, value in given.items()
    )


def watched(
    run: RunSync, job: SyncJob, options: SyncOptions | None, on_progress: OnProgress | None
) -> SyncSummary:
    """Run a sync and tell its numbers and its lineage, however it ends.

    A dry run tells nothing. What cannot be sent is a warning, never the sync's failure.

    Raises:
        HubError: what the sync raised.
    """
    options = options or SyncOptions()
    metrics, lineage = metrics_wanted(), lineage_wanted()
    if options.dry_run or not (metrics or lineage):
        return run(job, options, on_progress)
    options = replace(options, run_id=options.run_id or new_run_id(job.clock))
    seen = Watched(
        job.system, job.stream.name, options.mode, options.trigger,
        options.run_id or "", job.clock.now(),
    )  # fmt: skip
    name = f"{job.system}.{job.stream.name}"
    if lineage:
        _guarded(name, "lineage", lambda: _send_lineage(seen, job, ended=False))
    started = job.clock.monotonic()
    try:
        summary = run(job, options, _noting(seen, on_progress))
        seen.counts, seen.findings = summary.counts, summary.findings
    except BaseException as error:
        seen.error, seen.words = _told(error)
        raise
    else:
        return summary
    finally:
        seen.seconds = job.clock.monotonic() - started
        if metrics:
            _guarded(name, "metrics", lambda: _send_metrics(seen, job))
        if lineage:
            _guarded(name, "lineage", lambda: _send_lineage(seen, job, ended=True))


@contextmanager
def watched_step(
    name: str, inputs: Iterable[str], outputs: Iterable[str], clock: Clock
) -> Iterator[None]:
    """Tell the lineage of a step, as `watched` does of a sync."""
    if not lineage_wanted():
        yield
        return
    step = Step(name, tuple(inputs), tuple(outputs), new_run_id(clock), clock.now())
    _guarded(name, "lineage", lambda: _send_step(step, step.started_at, ended=False))
    try:
        yield
    except BaseException as error:
        step.error, step.words = _told(error)
        raise
    finally:
        _guarded(name, "lineage", lambda: _send_step(step, clock.now(), ended=True))


def _told(error: BaseException) -> tuple[str, str]:
    """An error's type, and its words where they are ours; others' may hold a value."""
    kind = type(error).__name__
    return kind, str(error) if isinstance(error, HubError) else kind


def _noting(seen: Watched, on_progress: OnProgress | None) -> OnProgress:
    def note(progress: Progress) -> None:
        if progress.counts:
            seen.counts = progress.counts
        if on_progress is not None:
            on_progress(progress)

    return note


def _guarded(name: str, what: str, send: Callable[[], None]) -> None:
    try:
        send()
    except Exception as error:  # noqa: BLE001 - whatever it is, the sync goes on
        log.warning("%s: its %s could not be sent: %s", name, what, _told(error)[1])


def _send_metrics(seen: Watched, job: SyncJob) -> None:
    from hub.telemetry.metrics import send

    _look(seen, job)
    send(seen)


def _send_lineage(seen: Watched, job: SyncJob, *, ended: bool) -> None:
    from hub.telemetry.lineage import send

    send(seen, job, ended=ended)


def _send_step(step: Step, at: datetime, *, ended: bool) -> None:
    from hub.telemetry.lineage import send_step

    send_step(step, at, ended=ended)


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
