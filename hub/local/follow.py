"""Following the runs of the syncs in Airflow to their end, and what they came to."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from hub.local import progress
from hub.local.airflow import Client, DagRun
from hub.options import Progress

POLL = 0.7
SKIPPED = "skipped"
WELL = frozenset({"success", SKIPPED})


@dataclass(slots=True)
class Outcome:
    """What all runs of one stream came to since the hub was started."""

    system: str
    stream: str
    counts: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    state: str = ""
    message: str = ""

    @property
    def well(self) -> bool:
        """Did every run succeed, or leave because it was not wanted?"""
        return self.state in WELL


def follow(
    client: Client,
    dags: Mapping[str, str],
    *,
    since: datetime,
    home: Path,
    show: Callable[[Progress], None],
    check: Callable[[], None],
) -> list[Outcome]:
    """Wait until every run queued since `since` has ended.

    The schedule may have started a run before ours: both belong to what the user watches.

    Args:
        dags: DAG → its system.
        show: told of each stream's progress as it goes on.
        check: raises when one of the processes has died.
    """
    while True:
        check()
        runs = [client.run(dag, run) for dag in dags for run in client.runs_since(dag, since)]
        for told in progress.read(home):
            show(told)
        if all(run.ended for run in runs) and {run.dag_id for run in runs} == set(dags):
            return list(outcomes(client, dags, runs))
        time.sleep(POLL)


def outcomes(client: Client, dags: Mapping[str, str], runs: Sequence[DagRun]) -> Iterator[Outcome]:
    """One outcome a stream, the counts of its runs added up."""
    found: dict[tuple[str, str], Outcome] = {}
    for run in runs:
        for task, state in sorted(run.tasks.items()):
            outcome = found.setdefault(
                (run.dag_id, task), Outcome(system=dags[run.dag_id], stream=task)
            )
            result = client.result(run, task) if state == "success" else {}
            outcome.counts.update(result.get("counts", {}))
            outcome.seconds += result.get("seconds", 0.0)
            if state not in WELL:
                outcome.state = state or run.state
                outcome.message = client.reason(run, task)
            elif outcome.state in {"", SKIPPED}:
                outcome.state = state
    yield from found.values()
