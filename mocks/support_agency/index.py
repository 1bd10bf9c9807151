"""The agencies' records in the order of the contract, kept up to date with the world."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from mocks.pages import CursorPages, Position, Slice, Snapshot, instant
from mocks.support_agency.agencies import Agency, Step, agencies_of
from mocks.support_agency.records import agency_record
from mocks.world import Changes, World
from mocks.world.dice import dice
from mocks.world.programs import japan


class AgencyIndex:
    """Keeps the snapshot; the register learns of a change when the agency files it, weeks late."""

    def __init__(self, world: World, seconds: Callable[[], float]) -> None:
        self.world = world
        self.pages = CursorPages(seconds, separator=b"")
        self._records: dict[str, tuple[Position, bytes]] = {}
        self._by_business: dict[str, list[Agency]] = {}
        self._due: dict[str, date] = {}
        self._seen = world.now
        with world.lock:
            self.agencies = {one.id: one for one in agencies_of(world)}
            for one in self.agencies.values():
                self._by_business.setdefault(one.business, []).append(one)
                self._encode(one)
            self._publish()
            world.subscribe(self.refresh)

    def page(self, since: str | None, until: str | None, token: str | None, size: int) -> Slice:
        """One page; see `CursorPages.slice`."""
        return self.pages.slice(since, until, token, size)

    def refresh(self, changes: Changes) -> None:
        """Note who has to file a change, and show what was filed or has happened meanwhile."""
        before, self._seen = self._seen, self.world.now
        for business in changes.businesses & self._by_business.keys():
            rng = dice(self.world.seed, "files late", business, self.world.today.isoformat())
            self._due.setdefault(business, self.world.today + timedelta(days=rng.randint(10, 30)))
        stale = {
            one.id for one in self.agencies.values()
            if any(before < step.at <= self._seen for step in one.steps)
        }  # fmt: skip
        for key in stale if self.world.wall_clock else ():
            self.agencies[key].touched.append(self.world.stamp(self._seen))
        for business, day in list(self._due.items()):
            if day <= self.world.today:
                del self._due[business]
                stale |= {one.id for one in self._by_business[business] if self._file(one, day)}
        for key in stale:
            self._encode(self.agencies[key])
        if stale:
            self._publish()

    def _file(self, one: Agency, day: date) -> bool:
        """The agency files what has changed; a business that ended gives its certification back."""
        at = japan(day, 0, 0)
        shown = one.shown(self.world.now)
        if not shown or shown[-1].state != "有効":
            return False
        if self.world.businesses[one.business].closed_on:
            one.ended = Step(at, "廃止", True, shown[-1].valid_until)
        else:
            one.known_until = day
        one.touched.append(self.world.stamp(at))
        return True

    def _encode(self, one: Agency) -> None:
        if one.shown(self.world.now):
            at = str(instant(one.updated_at(self.world.now)))
            self._records[one.id] = ((at, one.id), agency_record(self.world, one))

    def _publish(self) -> None:
        self.pages.snapshot = Snapshot.of(self._records.values())
