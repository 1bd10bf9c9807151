"""Following the DAG that makes businesses out of what the syncs brought, and what it came to."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.console import counted
from hub.local.airflow import Client, DagRun
from hub.local.follow import POLL

DAG = TASK = "consolidate"


@dataclass(slots=True)
class Consolidated:
    """What all runs since the hub was started came to.

    `standing` is what the last one found (claims, businesses, joined, review); `events` of all.
    """

    standing: Mapping[str, Any] = field(default_factory=dict)
    events: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    complaint: str = ""

    @property
    def well(self) -> bool:
        """Did the last run succeed?"""
        return not self.complaint


def follow(client: Client, *, since: datetime, check: Callable[[], None]) -> Consolidated:
    """Start a run, and wait until it and those that the syncs' assets started have ended.

    Args:
        client: of Airflow's API, signed in.
        since: when the hub was started.
        check: raises when one of the processes has died.
    """
    ours = client.trigger(DAG)
    while True:
        check()
        names = dict.fromkeys([*client.runs_since(DAG, since), ours])
        runs = [client.run(DAG, name) for name in names]
        if all(run.ended for run in runs):
            return _outcome(client, runs, ours)
        time.sleep(POLL)


def _outcome(client: Client, runs: list[DagRun], ours: str) -> Consolidated:
    """Ours, which ran with every sync ended, tells how things stand."""
    found = Consolidated()
    for run in runs:
        told = client.result(run, TASK) if run.state == "success" else {}
        found.events.update(told.get("events", {}))
        found.seconds += told.get("seconds", 0.0)
        if run.run_id == ours:
            found.standing = told
            if run.state != "success":
                found.complaint = client.reason(run, TASK) or "see its log"
    return found


def sentences(found: Consolidated) -> list[str]:
    """What to tell of it: businesses, joined claims, pairs to review, changes; or what failed."""
    if not found.well:
        return [f"consolidate failed: {found.complaint}"]
    now = found.standing
    said = [
        f"Businesses (名寄せ結果): {now['businesses']:,} out of {counted(now['claims'], 'claim')},"
        f" {now['joined']:,} of them joined with others; {counted(now['review'], 'pair')} to"
        f" review; {counted(found.events.total(), 'change')} in the feed; {found.seconds:.0f} s"
    ]
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in sorted(found.events.items()))
    return [*said, f"Changes (変更): {kinds}"] if kinds else said
