"""Progress of syncs for a person at a terminal, and the tables at their end."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from hub.console import table
from hub.options import COUNTS
from hub.options import Progress as SyncProgress


class ProgressBars:
    """One bar a stream; what it shows comes from `on_progress` calls."""

    def __init__(self, streams: Sequence[tuple[str, str]], console: Console) -> None:
        self._bars = Progress(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            TextColumn("{task.completed:>9,.0f} read"),
            TextColumn("{task.fields[detail]}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._tasks: dict[tuple[str, str], TaskID] = {
            pair: self._bars.add_task(".".join(pair), total=None, start=False, detail="")
            for pair in streams
        }

    def __enter__(self) -> ProgressBars:
        self._bars.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._bars.stop()

    def __call__(self, progress: SyncProgress) -> None:
        """Show the progress of one stream."""
        task = self._tasks[progress.system, progress.stream]
        read = progress.counts.get("read")
        self._bars.start_task(task)
        if progress.state == "done":
            total = max(read or 0, 1)
            self._bars.update(task, total=total, completed=total, detail="")
        else:
            self._bars.update(task, completed=read, detail=progress.detail)


def counts_table(rows: Sequence[tuple[str, dict[str, int], float, str]], title: str) -> Table:
    """A table of streams with the counts of invariant 1; rows are (name, counts, seconds, note).

    A stream that failed has no counts.
    """
    shown = table("system.stream", title=title)
    for name in COUNTS:
        shown.add_column(name, justify="right")
    shown.add_column("seconds", justify="right")
    shown.add_column("")
    for name, counts, seconds, note in rows:
        numbers = [f"{counts.get(name, 0):,}" for name in COUNTS] if counts else [""] * len(COUNTS)
        shown.add_row(name, *numbers, f"{seconds:.1f}" if counts else "", note)
    return shown
