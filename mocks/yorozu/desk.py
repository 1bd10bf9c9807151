"""Lays the files out, day by day: what was written on it, and each Sunday everything."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from mocks.world import Changes, World
from mocks.world.dice import dice
from mocks.world.programs import japan
from mocks.yorozu.consultations import Consultation, Step, make_consultations
from mocks.yorozu.flaws import COLUMNS, Row
from mocks.yorozu.rows import columns, row

SUNDAY = 6
KEPT = 21
"""Days after which a file is taken away."""

LISTED_TWICE = 0.005
"""So many consultations stand twice in the full file, word for word."""

Marked = tuple[Row, bool]
"""A row, and whether its cells are put in quotes where they must be."""


class KarteDesk:
    """Keeps the folder up to date with the world; `consultations` are all, by key."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob("karte_*"):
            left.unlink()
        with world.lock:
            self.consultations = make_consultations(world)
            self._of: dict[str, list[Consultation]] = {}
            for one in self.consultations.values():
                self._of.setdefault(one.business, []).append(one)
            self._days = self._by_day()
            self._written = world.today - timedelta(days=2 + world.today.weekday())
            self.refresh(Changes())
            world.subscribe(self.refresh)

    def refresh(self, changes: Changes) -> None:
        """Write the files of the days that are over; let bases hear of what changed, later."""
        for business in sorted(changes.businesses & self._of.keys()):
            self._hear_later(business)
        while self._written < self.world.today - timedelta(days=1):
            self._written += timedelta(days=1)
            self._lay_out(self._written)

    def _by_day(self) -> dict[date, set[str]]:
        found: dict[date, set[str]] = {}
        for one in self.consultations.values():
            for step in one.steps:
                found.setdefault(_day(step.at), set()).add(one.key)
        return found

    def _hear_later(self, business: str) -> None:
        """The base corrects its last consultation with the business some weeks later."""
        world, last = self.world, self._of[business][-1]
        days = dice(world.seed, "yorozu hears", business, world.today).randint(7, 30)
        at = japan(world.today + timedelta(days=days), 15)

        def effect() -> Changes:
            if last.by(at) and not last.is_deleted(at):
                consents = world.businesses[business].data_use_consent
                last.consents = False if not consents else last.consents
                last.steps.append(Step(at, "corrected", at, _day(at)))
                last.steps.sort(key=lambda step: step.at)
                self._days.setdefault(_day(at), set()).add(last.key)
            return Changes()

        world.schedule(at, f"yorozu {business}", effect)

    def _lay_out(self, day: date) -> None:
        end = japan(day + timedelta(days=1))
        touched = [self.consultations[key] for key in sorted(self._days.get(day, ()))]
        for one in touched:
            for step in one.steps:
                if _day(step.at) == day and self.world.today > self.world.start:
                    step.shown = self.world.stamp(step.at)
        self._write(f"karte_diff_{day:%Y%m%d}.csv", self._rows(touched, end), end)
        if day.weekday() == SUNDAY:
            every = [
                one
                for one in self.consultations.values()
                if one.steps[0].at < end and not one.is_deleted(end)
            ]
            rows = list(self._rows(every, end))
            twice = dice(self.world.seed, "yorozu twice")
            rows += [marked for marked in rows if twice.random() < LISTED_TWICE]
            self._write(f"karte_full_{day:%Y%m%d}.csv", rows, end)
        for old in self.folder.glob("karte_*.csv"):
            if old.stem[-8:] < f"{day - timedelta(days=KEPT):%Y%m%d}":
                old.unlink()

    def _rows(self, listed: Iterable[Consultation], end: datetime) -> Iterator[Marked]:
        for one in listed:
            quoted = all(flaw.rule != COLUMNS for flaw in one.flaws)
            made = row(self.world, one, end)
            if not quoted:
                plain = {
                    name: text.replace("\r\n", " ").replace('"', "") for name, text in made.items()
                }
                made = plain | {"経営課題": "人手不足,原価高"}
            yield made, quoted

    def _write(self, name: str, rows: Iterable[Marked], at: datetime) -> None:
        """Write under another name, and rename: nobody meets half a file."""
        hidden = self.folder / f"{name}.part"
        hidden.write_bytes(_text(rows).encode("cp932"))
        seconds = int(self.world.stamp(at).timestamp())
        os.utime(hidden, (seconds, seconds))
        hidden.rename(self.folder / name)


def _day(at: datetime) -> date:
    """Japan's day of an instant."""
    return (at + timedelta(hours=9)).date()


def _text(rows: Iterable[Marked]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns())
    for made, quoted in rows:
        if quoted:
            writer.writerow(made.values())
        else:
            text.write(",".join(made.values()).replace('"', "") + "\r\n")
    return text.getvalue()
