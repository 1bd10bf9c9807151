"""Runs the block `prefill` on PostgreSQL and on SQLite."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import measure
from benchmarks.measure import Measurement
from benchmarks.results import Results, Run
from benchmarks.servers import Postgres

SCENARIO = "prefill"

Say = Callable[[str], None]


def run(results: Results, say: Say, server: Postgres, parties: int, rounds: int) -> None:
    """Fill one store of each kind, and fill in forms from it, a fresh process each round."""
    with tempfile.TemporaryDirectory(prefix="bench-prefill-") as folder:
        stores = {
            "postgresql": server.create(SCENARIO),
            "sqlite": f"sqlite:///{Path(folder) / 'bench.sqlite'}",
        }
        try:
            for kind, url in stores.items():
                made = _step(url, "fill", parties, Path(folder))
                say(f"{SCENARIO:13} {kind:10} {made.counts} in {made.seconds:.0f} s")
                server.settle()
                for number in range(rounds):
                    done = _step(url, "run", parties, Path(folder))
                    results.runs.append(Run(SCENARIO, kind, "first", number, parties, done))
                    median, p95, p99 = (
                        done.counts[name] / 1000 for name in ("median_us", "p95_us", "p99_us")
                    )
                    say(
                        f"{SCENARIO:13}{number + 1} {kind:10} median {median:.1f} ms,"
                        f" p95 {p95:.1f} ms, p99 {p99:.1f} ms"
                    )
        finally:
            server.drop(SCENARIO)


def _step(url: str, phase: str, parties: int, folder: Path) -> Measurement:
    result = folder / "result.json"
    command = [
        sys.executable, "-m", "benchmarks.prefill", url, phase, str(parties), str(result)
    ]  # fmt: skip
    return measure.watch(command, result, f"{phase} of {SCENARIO}")
