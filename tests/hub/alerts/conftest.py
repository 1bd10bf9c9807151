"""A store with runs as a test says them, and a channel that remembers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from base.clock import ManualClock
from base.errors import ConnectError
from canonical.store import Store
from canonical.store.alerts import Condition, Notice
from canonical.store.batch import Lease
from canonical.store.leases import this_process
from hub.alerts.check import settle
from hub.alerts.deliver import Delivery, deliver

NOW = datetime(2026, 12, 21, 3, 0, tzinfo=UTC)
"""A Monday, noon in Japan."""

SYSTEM, STREAM = "subsidy", "applications"


@dataclass
class Remembers:
    """A channel that keeps what it is told, and fails while it is down."""

    name: str = "memory"
    down: bool = False
    tried: int = 0
    said: list[Notice] = field(default_factory=list)

    def send(self, notice: Notice) -> None:
        self.tried += 1
        if self.down:
            raise ConnectError("the channel is down")
        self.said.append(notice)

    def kinds(self) -> list[tuple[str, str, str]]:
        """Event, kind and stream of what was told, and forget it."""
        told: list[tuple[str, str, str]] = [
            (n.event, str(n.alert.condition.kind), n.alert.condition.stream) for n in self.said
        ]
        self.said.clear()
        return told


@dataclass
class Watchman:
    """A store, a clock that is moved by hand, and one channel."""

    store: Store
    clock: ManualClock
    channel: Remembers
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def begin(self, stream: str = STREAM, mode: str = "incremental") -> tuple[str, Lease]:
        """Begin a run that holds its lease."""
        number, name = self.store.stream_id(SYSTEM, stream), f"run{next(self.numbers):04d}"
        now = self.clock.now()
        lease = self.store.acquire_lease(number, this_process(), timedelta(hours=9), now)
        self.store.start_run(
            name, number, trigger="dag", mode=mode, since=None, until=now, started_at=now
        )
        return name, lease

    def end(self, begun: tuple[str, Lease], failure: str | None = None) -> None:
        """End it, badly where `failure` names an error."""
        self.clock.advance(10)
        status = "failed" if failure else "succeeded"
        self.store.end_run(begun[0], status=status, ended_at=self.clock.now(), failure=failure)
        self.store.release_lease(begun[1])

    def run(
        self, failure: str | None = None, stream: str = STREAM, mode: str = "incremental"
    ) -> None:
        """A whole run."""
        self.end(self.begin(stream, mode), failure)

    def check(self, *reported: Condition) -> Delivery:
        settle(self.store, [self.channel], self.clock, reported)
        return deliver(self.store.database, [self.channel], self.clock)

    def told(self, *reported: Condition) -> list[tuple[str, str, str]]:
        """Check, and say what the channel was told."""
        self.check(*reported)
        return self.channel.kinds()


@pytest.fixture
def watchman(tmp_path: Path) -> Iterator[Watchman]:
    with Store.open(f"sqlite:///{tmp_path / 'hub.sqlite'}") as store:
        store.upgrade()
        yield Watchman(store, ManualClock(NOW), Remembers())
