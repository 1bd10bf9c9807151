"""What is run in which order: contenders interleaved, each phase on the database of the one before.

In every round each contender gets a fresh database, loads everything, loads the same again, and
loads what has changed by one per cent. The order of the contenders turns from round to round.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import expectations, measure
from benchmarks.contenders import NAMES, Job, dlt_adbc
from benchmarks.datasets import Dataset
from benchmarks.results import Results, Run
from benchmarks.servers import Postgres

PHASES = ("first", "unchanged", "changed")

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Bench:
    """The machinery that every scenario uses."""

    address: str
    server: Postgres
    results: Results
    say: Say
    only: Sequence[str] = NAMES


@dataclass(frozen=True, slots=True)
class Scenario:
    """One block of the benchmark: who loads which datasets, phase by phase, in how many rounds."""

    name: str
    stream: str
    contenders: Sequence[str]
    datasets: Sequence[Dataset]
    rounds: int
    database: str = "postgresql"


def run(bench: Bench, scenario: Scenario) -> None:
    """Run all rounds of a scenario."""
    names = [name for name in scenario.contenders if name in bench.only and _available(bench, name)]
    for number in range(scenario.rounds):
        turn = number % len(names) if names else 0
        for name in [*names[turn:], *names[:turn]]:
            _round(bench, scenario, name, number)


def _available(bench: Bench, name: str) -> bool:
    if name == "dlt_adbc" and not dlt_adbc.available():
        bench.say("dlt_adbc left out: adbc-driver-postgresql is not installed")
        return False
    return True


def _round(bench: Bench, scenario: Scenario, contender: str, number: int) -> None:
    with tempfile.TemporaryDirectory(prefix="bench-home-") as folder:
        home = Path(folder)
        database = f"{scenario.name}_{contender}_{number}"
        embedded = scenario.database == "sqlite"
        address = (
            f"sqlite:///{home / 'bench.sqlite'}" if embedded else bench.server.create(database)
        )
        try:
            for phase, dataset in zip(PHASES, scenario.datasets, strict=False):
                bench.server.settle()
                source = f"{bench.address}/{dataset.name}"
                result = home / "result.json"
                job = Job(contender, scenario.stream, source, address, home, result)
                done = measure.run(job)
                expectations.check(contender, scenario.stream, phase, dataset, done.counts)
                found = Run(scenario.name, contender, phase, number, dataset.records, done)
                bench.results.runs.append(found)
                bench.say(
                    f"{scenario.name:13}{number + 1} {contender:10}{phase:10}"
                    f"{found.rate:9,.0f}/s {done.seconds:7.2f} s {done.peak / 1e6:5.0f} MB"
                )
        finally:
            if not embedded:
                bench.server.drop(database)
