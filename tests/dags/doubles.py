"""What Airflow hands to a task, as far as the tasks look at it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from dags.tasks import Task

APPLICATIONS = Task("subsidy", "applications", snapshot=False, schedule="*/30 8-20 * * *")
PROGRAMS = Task("subsidy", "programs", snapshot=True, schedule="15 6,12,18 * * *")

MONDAY_NOON = datetime(2026, 11, 16, 3, 0, tzinfo=UTC)
"""12:00 in Japan on an office day: a tick of the applications, not of the programs."""


class Inlets:
    """The newest event of one asset, if there is any."""

    def __init__(self, name: str, at: datetime | None) -> None:
        self._asset = SimpleNamespace(name=name)
        self._events = [SimpleNamespace(timestamp=at)] if at else []

    def __iter__(self) -> Iterator[Any]:
        return iter([self._asset])

    def __getitem__(self, asset: Any) -> Inlets:
        return self

    def ascending(self, _yes: bool) -> Inlets:
        return self

    def limit(self, _number: int) -> list[Any]:
        return self._events


@dataclass
class Outlets:
    """Keeps what a task notes on its asset's event."""

    events: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, asset: Any) -> Any:
        return self.events.setdefault(asset.name, SimpleNamespace(extra=None))


def context(
    run_type: str = "manual",
    *,
    at: datetime = MONDAY_NOON,
    start: datetime | None = None,
    params: Mapping[str, Any] | None = None,
    last: datetime | None = None,
    task: Task = APPLICATIONS,
) -> dict[str, Any]:
    """A task's context in a run of the given type, due at `at`."""
    run = SimpleNamespace(
        run_type=run_type,
        run_after=at,
        start_date=at,
        data_interval_start=start or at,
        data_interval_end=at,
    )
    return {
        "dag_run": run,
        "params": dict(params or {}),
        "inlet_events": Inlets(task.name, last),
        "outlet_events": Outlets(),
    }
