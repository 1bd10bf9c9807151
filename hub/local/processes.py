"""Starting and stopping the processes of a local run, so that none is left behind.

Each process is the head of its own session, so that Ctrl-C in the terminal reaches this program
alone, which then stops the others in order. Airflow's tasks form process groups of their own
below that; every process therefore carries this run's mark in its environment, and stopping goes
by that mark. A guard process does the same when this program dies without a chance to clean up.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import psutil

from base.errors import HubError

MARK = "HUB_LOCAL_RUN"
"""Environment variable that every process of one local run carries."""

GRACE = 8.0
"""Seconds a process has to end by itself after SIGTERM."""


class ProcessDied(HubError):
    """A process of the local run ended by itself."""


def marked(mark: str, *, but: frozenset[int] = frozenset()) -> list[psutil.Process]:
    """The living processes of this user that carry a run's mark, this process left out."""
    found = []
    for process in psutil.process_iter():
        if process.pid == os.getpid() or process.pid in but:
            continue
        with contextlib.suppress(psutil.Error, OSError):
            if process.status() != psutil.STATUS_ZOMBIE and process.environ().get(MARK) == mark:
                found.append(process)
    return found


def end(processes: Sequence[psutil.Process], grace: float = GRACE) -> None:
    """SIGTERM to all, SIGKILL to those that are still there after `grace` seconds."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, alive = psutil.wait_procs(processes, timeout=grace)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=grace)


def end_marked(mark: str, grace: float = GRACE, *, but: frozenset[int] = frozenset()) -> None:
    """End every process with the mark, also those started while the others were ending."""
    deadline = time.monotonic() + 3 * grace
    while (left := marked(mark, but=but)) and time.monotonic() < deadline:
        end(left, grace)


def tail(path: Path, lines: int = 15) -> str:
    """The last lines of a log, for a message that says why a process ended."""
    try:
        return "\n".join(path.read_text("utf-8", errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


@dataclass
class Processes:
    """The processes of one local run; use as a context manager.

    Args:
        logs: folder that takes one log file a process.
        environment: what every process gets, without the mark.
        grace: seconds each has to end by itself after SIGTERM.
    """

    logs: Path
    environment: Mapping[str, str]
    mark: str = field(default_factory=lambda: uuid4().hex)
    grace: float = GRACE
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _guard: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Processes:
        self.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The guard reads until this process closes its end of the pipe, dead or alive.
        self._guard = subprocess.Popen(
            [sys.executable, "-m", "hub.local.guard", self.mark],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**self.environment},
            start_new_session=True,
        )
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def log_of(self, name: str) -> Path:
        """Where a process writes what it has to say."""
        return self.logs / f"{name}.log"

    def _spawn(
        self, name: str, arguments: Sequence[str], also: Mapping[str, str] | None
    ) -> subprocess.Popen[bytes]:
        with self.log_of(name).open("wb") as log:
            return subprocess.Popen(
                list(arguments),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # SPT_NOENV: setproctitle otherwise overwrites the environment, and the mark with it
                env={**self.environment, **(also or {}), MARK: self.mark, "SPT_NOENV": "1"},
                start_new_session=True,
            )

    def start(
        self, name: str, arguments: Sequence[str], also: Mapping[str, str] | None = None
    ) -> None:
        """Start a process that is meant to run until `stop`."""
        self._running[name] = self._spawn(name, arguments, also)

    def run(self, name: str, arguments: Sequence[str], timeout: float) -> None:
        """Run a process to its end.

        Raises:
            ProcessDied: it did not end well, or not within `timeout` seconds.
        """
        process = self._spawn(name, arguments, None)
        try:
            status: int | str = process.wait(timeout)
        except subprocess.TimeoutExpired:
            status = f"still at work after {timeout:.0f} s"
        if status != 0:
            raise self._died(name, status)

    def check(self) -> None:
        """Refuse to go on when a process has ended.

        Raises:
            ProcessDied: names the process, its log and the log's last lines.
        """
        for name, process in self._running.items():
            if (status := process.poll()) is not None:
                raise self._died(name, status)

    def _died(self, name: str, status: int | str) -> ProcessDied:
        log = self.log_of(name)
        return ProcessDied(f"{name} ended ({status})", remedy=f"The end of {log}:\n{tail(log)}")

    def stop(self) -> None:
        """End everything that was started, whatever it started itself."""
        guard, self._guard = self._guard, None
        but = frozenset({guard.pid} if guard else ())
        end_marked(self.mark, self.grace, but=but)
        for process in self._running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(self.grace)
        self._running.clear()
        if guard and guard.stdin:
            guard.stdin.close()
            guard.wait(3 * GRACE)
