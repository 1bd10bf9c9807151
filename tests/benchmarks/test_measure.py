"""Measuring: a failing contender fails loudly, and memory is that of the whole process tree."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import measure
from benchmarks.contenders import Job
from benchmarks.measure import MemoryWatch

GRANDCHILD = "held = bytearray(64 << 20); print('ready', flush=True); input()"
CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {GRANDCHILD!r}])"


def test_memory_of_grandchildren_counts() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    watch = MemoryWatch(process.pid)
    watch.start()
    watch.ended.set()
    watch.join()
    process.communicate("\n")
    assert watch.peak > 64 << 20


def test_a_failing_contender_fails_the_benchmark_in_its_own_words(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'missing' / 'bench.sqlite'}"
    job = Job("core", "flat", "http://127.0.0.1:9", database, tmp_path, tmp_path / "result.json")
    with pytest.raises(RuntimeError, match=r"core ended with 1:(.|\n)*unable to open database"):
        measure.run(job)
