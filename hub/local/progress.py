"""How far the syncs of this machine are, told from Airflow's tasks to whoever watches.

One small file a stream under `HUB_HOME/progress`, replaced as a whole: the watcher asks neither
the store, which is busy, nor Airflow, whose tasks may write counts only at their end.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

from hub.options import Progress

INTERVAL = 0.3
"""Seconds between two writes at least; the end is written at once."""


class ProgressFile:
    """Writes a stream's progress; pass an instance as `on_progress`.

    A machine that cannot write it loses nothing but the display.
    """

    def __init__(self, home: Path) -> None:
        self._folder = folder(home)
        self._counts: dict[str, int] = {}
        self._written = -INTERVAL

    def __call__(self, progress: Progress) -> None:
        """Tell the progress, unless it was told a moment ago."""
        # One that only says that it waits leaves the counts as they were.
        self._counts = progress.counts or self._counts
        now = time.monotonic()
        if progress.state != "done" and now - self._written < INTERVAL:
            return
        self._written = now
        self._write(progress)

    def _write(self, progress: Progress) -> None:
        text = json.dumps(
            {"counts": self._counts, "state": progress.state, "detail": progress.detail}
        )
        path = self._folder / f"{progress.system}.{progress.stream}.json"
        part = path.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            part.write_text(text, "utf-8")
            part.replace(path)


def folder(home: Path) -> Path:
    """Where the progress files are."""
    return home / "progress"


def read(home: Path) -> Iterator[Progress]:
    """The progress of every stream that told any."""
    for path in sorted(folder(home).glob("*.json")):
        with contextlib.suppress(OSError, ValueError, KeyError):
            told = json.loads(path.read_text("utf-8"))
            system, _, stream = path.stem.partition(".")
            yield Progress(system, stream, told["counts"], told["state"], told["detail"])


def forget(home: Path) -> None:
    """Remove what earlier runs told."""
    for path in folder(home).glob("*"):
        path.unlink(missing_ok=True)
