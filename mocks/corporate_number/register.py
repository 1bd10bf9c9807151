"""What the register knows of the world's corporations: a row for every event, some days late."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial

from mocks.corporate_number.history import Event, event_rows, events_of
from mocks.corporate_number.rows import Row
from mocks.world import Changes, World
from mocks.world.dice import dice
from mocks.world.dirt import Flaw
from mocks.world.programs import JST, japan
from mocks.world.truth import RecordKey


class Register:
    """All rows, in the order of their update."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._rows: dict[str, list[Row]] = {}
        self._known: dict[str, set[Event]] = {}
        self._ordered: list[Row] = []
        self._days: list[str] = []
        with world.lock:
            for name in world.businesses:
                self._write(name, None)
            self._sort()
            world.subscribe(self.refresh)

    @property
    def updated(self) -> date:
        """The day of the register's last update."""
        return date.fromisoformat(self._days[-1]) if self._days else self.world.start

    def between(self, first: date, last: date) -> list[Row]:
        """The rows updated on these days, both included."""
        low = bisect_left(self._days, first.isoformat())
        return self._ordered[low : bisect_right(self._days, last.isoformat())]

    def of(self, numbers: Iterable[str], *, history: bool) -> list[Row]:
        """The rows of corporations; without `history` the newest of each."""
        wanted = list(numbers)
        found = [row for row in self._ordered if row.values["corporateNumber"] in wanted]
        return [row for row in found if history or row.values["latest"] == "1"]

    def refresh(self, changes: Changes) -> None:
        """Let what happened be registered in some days."""
        for name in sorted(changes.businesses):
            days = dice(self.world.seed, "register", name, self.world.today).randint(1, 6)
            at = japan(self.world.today + timedelta(days=days), 8)
            self.world.schedule(at, f"corporate_number {name}", partial(self._late, name))
        self._sort()

    def _late(self, name: str) -> Changes:
        self._write(name, self.world.stamp(self.world.now).astimezone(JST).date())
        return Changes()

    def _write(self, name: str, today: date | None) -> None:
        """Write the rows of events not written yet; with the day of update, if it is not past."""
        world = self.world
        business = world.businesses[name]
        if business.corporate_number is None:
            return
        known = self._known.setdefault(name, set())
        events = events_of(world, business)
        fresh = [event for event in events if event not in known]
        rows = self._rows.setdefault(name, [])
        for row, flaws in event_rows(world, business, events, fresh, today):
            rows.append(row)
            self._state(row, name, flaws)
        known.update(fresh)

    def _state(self, row: Row, business: str, flaws: tuple[Flaw, ...]) -> None:
        key = RecordKey("corporate_number", "corporations", row.key)
        self.world.truth.state(key, business, flaws, frozenset())

    def _sort(self) -> None:
        rows = (row for found in self._rows.values() for row in found)
        self._ordered = sorted(rows, key=lambda row: (row.day, row.key))
        self._days = [row.day for row in self._ordered]
