"""What `make run` shows while the syncs run, and the table at their end."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.table import Table

from hub.local.follow import Outcome
from hub.options import Progress
from hub.progress import ProgressBars, counts_table

WIDTH_OF_A_LOG = 160

LINE_EVERY = 5.0
"""Seconds between two lines about one stream, where there is no terminal for bars."""

DONE = math.inf
"""In place of the time of the last line: nothing more is said of the stream."""


def console() -> Console:
    """The program's voice; where nobody's terminal sets a width, wide enough for the table."""
    there = Console(highlight=False)
    return there if there.is_terminal else Console(highlight=False, width=WIDTH_OF_A_LOG)


class Display:
    """Bars on a terminal; elsewhere a line at a stream's start, its end, and now and then."""

    def __init__(
        self,
        streams: Sequence[tuple[str, str]],
        console: Console,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console = console
        self._streams = frozenset(streams)
        self._bars = ProgressBars(streams, console) if console.is_terminal else None
        self._clock = clock
        self._told: dict[tuple[str, str], float] = {}

    def __enter__(self) -> Display:
        if self._bars:
            self._bars.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._bars:
            self._bars.__exit__(*exc)

    def __call__(self, progress: Progress) -> None:
        """Show one stream's progress."""
        stream = (progress.system, progress.stream)
        if stream not in self._streams:
            return
        if self._bars:
            self._bars(progress)
        elif self._clock() - self._told.get(stream, -LINE_EVERY) >= LINE_EVERY or (
            progress.state == "done" and self._told[stream] != DONE
        ):
            self._told[stream] = DONE if progress.state == "done" else self._clock()
            read = progress.counts.get("read", 0)
            detail = f" ({progress.detail})" if progress.detail else ""
            self._console.print(f"  {'.'.join(stream)}: {progress.state}, {read:,} read{detail}")


def outcome_table(outcomes: Sequence[Outcome], seconds: float) -> Table:
    """The counts of invariant 1 for every stream, and the seconds of its syncs."""
    rows = [
        (
            f"{outcome.system}.{outcome.stream}",
            dict(outcome.counts),
            outcome.seconds,
            "" if outcome.state == "success" else outcome.state,
        )
        for outcome in outcomes
    ]
    return counts_table(rows, f"Every sync (同期結果), {seconds:.0f} s since the start")


def complaints(outcomes: Sequence[Outcome]) -> list[str]:
    """One sentence for each stream that did not end well."""
    return [
        f"{outcome.system}.{outcome.stream} {outcome.state}: {outcome.message or 'see its log'}"
        for outcome in outcomes
        if not outcome.well
    ]
