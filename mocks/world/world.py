"""One synthetic world that all mock systems show, each in its own way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import RLock
from typing import Any

from mocks.world.applications import Application, make_applications
from mocks.world.business import Business
from mocks.world.dice import dice
from mocks.world.founding import found_business, move_in_the_past
from mocks.world.handed_in import HandedIn
from mocks.world.programs import Program, japan, make_programs, reuse_id
from mocks.world.truth import Truth

START = date(2026, 11, 20)

Now = Callable[[], datetime]


@dataclass(slots=True)
class Changes:
    """What a step of the world touched: ids of applications, programmes and businesses."""

    applications: set[str] = field(default_factory=set)
    programs: set[str] = field(default_factory=set)
    businesses: set[str] = field(default_factory=set)

    def add(self, other: Changes) -> None:
        """Take in what another step touched."""
        self.applications |= other.applications
        self.programs |= other.programs
        self.businesses |= other.businesses


class World:
    """Businesses, programmes and applications; the same for the same seed, size and start.

    The world stands at the first instant of `today` in Japan: what happens on a day is seen when
    the day is over. Record updates are stamped with the time at which they happened in the world
    or, where `wall_clock` is given (a live `hub mocks`), with that clock at the moment they are
    revealed: a reader that has already read up to today still meets them.
    """

    def __init__(
        self,
        seed: int = 1,
        businesses: int = 10_000,
        start: date = START,
        *,
        programs: int | None = None,
        applications: int | None = None,
        wall_clock: Now | None = None,
    ) -> None:
        self.seed = seed
        self.start = start
        self.today = start
        self.wall_clock = wall_clock
        self.lock = RLock()
        self.truth = Truth()
        made = [found_business(seed, index, start) for index in range(businesses)]
        for business in made:
            move_in_the_past(business, seed, start)
        self.businesses: dict[str, Business] = {b.id: b for b in made}
        count = programs if programs is not None else max(12, min(300, businesses // 10 or 12))
        listed = make_programs(seed, count, start)
        self.programs: dict[str, Program] = {p.id: p for p in listed}
        wanted = applications if applications is not None else businesses * 9 // 8
        self.applications: dict[str, Application] = {
            a.id: a for a in make_applications(seed, wanted, made, listed)
        }
        self.handed_in: list[HandedIn] = []
        self.agenda: list[tuple[datetime, str, Callable[[], Changes]]] = []
        self._listeners: list[Callable[[Changes], None]] = []

    @property
    def now(self) -> datetime:
        """The world's present instant, in UTC."""
        return japan(self.today)

    def subscribe(self, listener: Callable[[Changes], None]) -> None:
        """Call `listener` after every change of the world, with the world's lock held."""
        self._listeners.append(listener)

    def stamp(self, at: datetime) -> datetime:
        """The update time that a system shows for something that happens at `at`."""
        return max(at, self.wall_clock()) if self.wall_clock else at

    def visible_applications(self) -> list[Application]:
        """Applications that exist by now, drafts included."""
        now = self.now
        return [a for a in self.applications.values() if a.steps and a.steps[0].at <= now]

    def visible_programs(self) -> list[Program]:
        """Programmes that have been created by now."""
        now = self.now
        return [p for p in self.programs.values() if p.created_at <= now]

    def open_applications(self, business: str) -> list[Application]:
        """The applications of a business whose answers may still change."""
        now = self.now
        return [a for a in self.applications.values() if a.business == business and a.is_open(now)]

    def schedule(self, at: datetime, what: str, effect: Callable[[], Changes]) -> None:
        """Let `effect` happen when the world reaches `at`."""
        self.agenda.append((at, what, effect))
        self.agenda.sort(key=lambda entry: (entry[0], entry[1]))

    def apply(self, event: dict[str, Any]) -> dict[str, Any]:
        """Let one scripted event happen (see `mocks.world.events`); returns what it did."""
        from mocks.world.events import happen

        with self.lock:
            done, changes = happen(self, event)
            self.truth.events.append(done)
            named = {value for value in done.values() if isinstance(value, str)}
            changes.businesses |= named & self.businesses.keys()
            self._tell(changes)
        return done

    def advance(self, days: int = 1) -> Changes:
        """Go on by so many days; returns everything that changed."""
        if days < 1:
            msg = f"days must be 1 or more, not {days}: the world does not run backwards"
            raise ValueError(msg)
        total = Changes()
        with self.lock:
            for _ in range(days):
                total.add(self._next_day())
            self._tell(total)
        return total

    def _next_day(self) -> Changes:
        before = self.now
        self.today += timedelta(days=1)
        now = self.now
        changes = Changes()
        for application in self.applications.values():
            if any(before < step.at <= now for step in application.steps):
                changes.applications.add(application.id)
                if self.wall_clock:
                    application.touched.append(self.stamp(now))
        while self.agenda and self.agenda[0][0] <= now:
            _, _, effect = self.agenda.pop(0)
            changes.add(effect())
        changes.programs |= {p.id for p in self.programs.values() if before < p.created_at <= now}
        changes.programs |= self._edit_programs()
        return changes

    def _edit_programs(self) -> set[str]:
        """Offices move an end date or two a day, and take an id again every week."""
        rng = dice(self.seed, "office", self.today.isoformat())
        edited = set()
        plain = [p for p in self.visible_programs() if not p.takes_applications]
        for program in rng.sample(plain, min(2, len(plain))):
            move = timedelta(days=rng.choice((-60, -30, 14, 30, 365)))
            program.rounds = tuple(_moved(r, move) for r in program.rounds)
            edited.add(program.id)
        if plain and self.today.weekday() == 0:
            program = rng.choice(plain)
            reuse_id(program, rng)
            edited.add(program.id)
        return edited

    def _tell(self, changes: Changes) -> None:
        for listener in self._listeners:
            listener(changes)


def _moved(round_: Any, move: timedelta) -> Any:
    from dataclasses import replace

    if round_.end is None or round_.end.year > 2100 or round_.start is None:
        return round_
    return replace(round_, end=max(round_.start + timedelta(days=1), round_.end + move))
