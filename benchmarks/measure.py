"""Run a job in a child process, and watch the memory of its whole process tree."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.contenders import Job

SAMPLE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Measurement:
    """One run: seconds of the load, seconds of the whole process, CPU seconds of the contender's
    main process, peak resident bytes of the process tree, and what the contender counted."""

    seconds: float
    wall: float
    cpu: float
    peak: int
    counts: dict[str, int]


def run(job: Job) -> Measurement:
    """Run the job; a contender that fails fails the benchmark, with its own words."""
    job.home.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "benchmarks.contenders", json.dumps(job.as_json())]
    return watch(command, job.result, job.contender)


def watch(command: list[str], result: Path, name: str) -> Measurement:
    """Run a command that writes its own figures to `result`; `name` says whose failure it is.

    Raises:
        RuntimeError: it failed; with the end of what it said.
    """
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    memory = MemoryWatch(process.pid)
    memory.start()
    output, _ = process.communicate()
    wall = time.perf_counter() - started
    memory.ended.set()
    memory.join()
    if process.returncode:
        raise RuntimeError(f"{name} ended with {process.returncode}:\n{output[-4000:]}")
    told = json.loads(result.read_text())
    peak = max(memory.peak, told["peak"])
    return Measurement(told["seconds"], wall, told["cpu"], peak, told["counts"])


class MemoryWatch(threading.Thread):
    """Samples the sum of resident bytes of a process and its descendants until it ends.

    What children share with their parent is counted twice: the figure errs upward.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.process = psutil.Process(pid)
        self.peak = 0
        self.ended = threading.Event()

    def run(self) -> None:
        """Sample until told that the process has ended."""
        while True:
            with contextlib.suppress(psutil.NoSuchProcess):
                self.peak = max(self.peak, self._resident())
            if self.ended.wait(SAMPLE_SECONDS):
                return

    def _resident(self) -> int:
        total = int(self.process.memory_info().rss)
        for child in self.process.children(recursive=True):
            try:
                total += int(child.memory_info().rss)
            except psutil.NoSuchProcess:
                continue
        return total
