"""Which part of a stream a run reads, and what its end means for the stream's cursor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from base.records import Window
from canonical.store.batch import StreamState
from hub.options import Mode, SyncOptions


def utc_text(instant: datetime) -> str:
    """UTC ISO text with microseconds; text order is time order."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_text(text: str) -> datetime:
    """The instant of `utc_text`."""
    return datetime.fromisoformat(text)


@dataclass(frozen=True, slots=True)
class Reading:
    """One run's window, where in it to start, and whether it moves the stream's cursor.

    `resume` is the page position at which an interrupted run of the same window stopped.
    """

    mode: Mode
    window: Window
    resume: str | None
    moves_cursor: bool

    def state(self) -> dict[str, str | None]:
        """The window as the store keeps it while it is in progress."""
        return {
            "mode": self.mode,
            "since": utc_text(self.window.since) if self.window.since else None,
            "until": utc_text(self.window.until),
        }


def plan_reading(
    options: SyncOptions,
    now: datetime,
    state: StreamState,
    *,
    incremental: bool,
    whole: bool = False,
) -> Reading:
    """Decide the window of a run from what is asked and what the store remembers.

    A window left in progress by an interrupted run of the same mode is taken up where it
    stopped, with its own upper bound, so that the interruption leaves no trace; from its beginning
    where only a `whole` snapshot tells what was deleted. `until` is otherwise fixed here, once
    (invariant 3).
    """
    if options.mode in {"backfill", "replay", "file"}:
        bounds = Window(since=options.since, until=min(options.until or now, now))
        return Reading(options.mode, bounds, None, moves_cursor=False)
    partial = options.limit is not None or options.dry_run
    left = state.window
    if left is not None and left["mode"] == options.mode and not partial:
        since = from_text(left["since"]) if left["since"] else None
        bounds = Window(since=since, until=from_text(left["until"]))
        resume = None if whole else state.resume
        return Reading(options.mode, bounds, resume, moves_cursor=True)
    forward = incremental and options.mode == "incremental" and state.cursor is not None
    since = from_text(state.cursor) if forward and state.cursor else None
    return Reading(options.mode, Window(since=since, until=now), None, moves_cursor=not partial)
