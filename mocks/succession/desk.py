"""Keeps the database up to date with the world: each case by its steps, each change of a business
weeks after it happened, when the centre hears of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from mocks.succession.cases import DELETED, Case, Step, make_cases
from mocks.succession.database import CaseDatabase
from mocks.succession.rows import Row, row
from mocks.world import Changes, World
from mocks.world.business import Business
from mocks.world.dice import dice
from mocks.world.programs import japan


class CaseDesk:
    """The centres' staff: they write into the database what they hear."""

    def __init__(self, world: World, database: CaseDatabase) -> None:
        self.world = world
        self.database = database
        self._heard: set[str] = set()
        with world.lock:
            self.cases: dict[str, Case] = {case.key: case for case in make_cases(world)}
            self._seen = {case.business: self._mark(case.business) for case in self.cases.values()}
            self._now: datetime = world.now
            rows = [made for case in self.cases.values() if (made := row(world, case))]
            database.fill(rows, live=world.wall_clock is not None)
            world.subscribe(self.refresh)

    def refresh(self, changes: Changes) -> None:
        """Write the cases that took a step, or of which the centre heard something."""
        del changes
        now = self.world.now
        for case in self.cases.values():
            self._look(case.business)
            for step in case.steps:
                if self._now < step.at <= now:
                    case.touched.append(self.world.stamp(step.at))
                    self._heard.add(case.key)
        self._now = now
        heard, self._heard = sorted(self._heard), set()
        rows: list[Row] = [made for key in heard if (made := row(self.world, self.cases[key]))]
        if rows:
            self.database.write(rows)

    def _mark(self, business: str) -> tuple[int, bool]:
        now: Business = self.world.businesses[business]
        return len(now.past), now.closed_on is not None

    def _look(self, business: str) -> None:
        """Notice that a business changed; the centre hears of it two to eight weeks later."""
        mark = self._mark(business)
        if mark == self._seen[business]:
            return
        self._seen[business] = mark
        rng = dice(self.world.seed, "succession hears", business, *mark)
        at = japan(self.world.today + timedelta(days=rng.randint(14, 56)), 15, rng.randrange(60))

        def effect() -> Changes:
            for case in self.cases.values():
                if case.business == business:
                    self._hear(case, at)
            return Changes()

        self.world.schedule(at, f"succession {business}", effect)

    def _hear(self, case: Case, at: datetime) -> None:
        """The centre corrects an open case; one of a business that is gone is struck."""
        if not case.shown(at) or case.shown(at)[-1].status in {DELETED, "成約"}:
            return
        case.known_until = self.world.today
        if self.world.businesses[case.business].closed_on is not None:
            case.steps = (*case.shown(at), Step(at, "中止"), Step(at, DELETED))
        case.touched.append(self.world.stamp(at))
        self._heard.add(case.key)
