"""The block `golden`: every golden record, the same once more, and a day's change of one per cent.

Claims are written into PostgreSQL beforehand, by a process that nobody is charged for.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import measure
from benchmarks.measure import Measurement
from benchmarks.results import Results, Run
from benchmarks.servers import Postgres

SCENARIO = "golden"
_PHASES = (("first", "fill"), ("unchanged", "wait"), ("changed", "change"))

Say = Callable[[str], None]


def run(results: Results, say: Say, server: Postgres, claims: int, rounds: int) -> None:
    """All rounds, each on a database of its own."""
    for number in range(rounds):
        database = f"{SCENARIO}_{number}"
        url = server.create(database)
        try:
            for phase, preparation in _PHASES:
                made = _step(url, preparation, claims)
                server.settle()
                done = _step(url, "run", claims)
                _check(phase, made, done)
                results.runs.append(Run(SCENARIO, "hub", phase, number, claims, done))
                told = ", ".join(f"{name} {count:,}" for name, count in done.counts.items())
                say(
                    f"{SCENARIO:13}{number + 1} {phase:10}{done.seconds:7.1f} s"
                    f" {done.peak / 1e6:6.0f} MB  {told}"
                )
        finally:
            server.drop(database)


def _step(url: str, phase: str, claims: int) -> Measurement:
    with tempfile.TemporaryDirectory(prefix="bench-golden-") as folder:
        result = Path(folder) / "result.json"
        command = [
            sys.executable, "-m", "benchmarks.golden", url, phase, str(claims), str(result)
        ]  # fmt: skip
        return measure.watch(command, result, f"{phase} of {SCENARIO}")


def _check(phase: str, made: Measurement, done: Measurement) -> None:
    """A figure counts only when the work was done.

    A day's change leaves alone the few parties of which the changed claim wins nothing.
    """
    parties, changed = done.counts["parties"], done.counts["changed"]
    least = {"first": parties, "unchanged": 0, "changed": parties * 9 // 10}[phase]
    most = 0 if phase == "unchanged" else parties
    if not parties or not least <= changed <= most:
        raise RuntimeError(f"golden, {phase}: {changed} of {parties} changed: {made.counts}")
