"""The ZIP of each day: made when it is first asked for, and again when its day changes."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import blake2b

from mocks.management_plan.document import PlanDocument
from mocks.management_plan.filings import (
    Filing,
    Step,
    handed_in_filing,
    make_filings,
    may_file,
    new_filing,
)
from mocks.world import Changes, World
from mocks.world.dice import dice
from mocks.world.programs import JST
from mocks.world.truth import RecordKey

SYSTEM, STREAM = "management_plan", "plans"
MOMENT = (2026, 1, 1, 0, 0, 0)
"""What every member says of its time, so that a ZIP of the same documents has the same bytes."""


@dataclass(slots=True)
class Day:
    """The plans that changed on a day: filing, state and update time."""

    on: date
    entries: dict[str, tuple[Filing, Step, datetime]] = field(default_factory=dict)
    body: bytes | None = None

    @property
    def name(self) -> str:
        """The file's name."""
        return f"plans-{self.on:%Y%m%d}.zip"

    @property
    def etag(self) -> str:
        """Tells one issue of the file from another."""
        text = "\n".join(
            f"{key} {step.state} {updated.isoformat()}"
            for key, (_, step, updated) in sorted(self.entries.items())
        )
        return f'"{blake2b(text.encode(), digest_size=12).hexdigest()}"'


class PlanFiles:
    """The files of a world, kept up to date with it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.days: dict[date, Day] = {}
        with world.lock:
            self.filings = make_filings(world)
            self._last = {filing.business: filing for filing in self.filings}
            for filing in self.filings:
                self._reveal(filing, stamped=False)
            world.subscribe(self.refresh)

    def listed(self, since: date | None, until: date) -> list[Day]:
        """The days of a period that have a file, in their order."""
        return [
            day for on, day in sorted(self.days.items())
            if day.entries and on <= until and (since is None or on >= since)
        ]  # fmt: skip

    def named(self, name: str) -> Day | None:
        """The day of a file."""
        return next((day for day in self.days.values() if day.name == name), None)

    def body(self, day: Day) -> bytes:
        """The ZIP of a day."""
        with self.world.lock:
            if day.body is None:
                day.body = self._zipped(day)
            return day.body

    def refresh(self, changes: Changes) -> None:
        """Show the steps that the world has come to; a changed business files a change later."""
        for business in changes.businesses & self._last.keys():
            self._change_later(business)
        self._take_in()
        for filing in self.filings:
            self._reveal(filing, stamped=True)

    def _take_in(self) -> None:
        """Take in what was handed in since."""
        known = {filing.key for filing in self.filings}
        for one in self.world.handed_in:
            if one.system == SYSTEM and one.id not in known:
                self.filings.append(handed_in_filing(self.world, one, len(self.filings)))

    def _change_later(self, name: str) -> None:
        last, business = self._last[name], self.world.businesses[name]
        today = self.world.today
        if not may_file(business) or last.known >= today or last.steps[-1].state != "認定":
            return
        index = len(self.filings)
        rng = dice(self.world.seed, "management_plan change", index)
        on = date.fromordinal(today.toordinal() + rng.randint(10, 40))
        filing = new_filing(self.world, rng, business, on, index=index, before=last)
        self.filings.append(filing)
        self._last[name] = filing

    def _reveal(self, filing: Filing, *, stamped: bool) -> None:
        now = self.world.now
        shown = [step for step in filing.steps if step.at <= now]
        for step in shown[len(filing.revealed) :]:
            updated = self.world.stamp(step.at) if stamped else step.at
            filing.revealed.append(updated)
            on = updated.astimezone(JST).date()
            day = self.days.setdefault(on, Day(on))
            day.entries[filing.key] = (filing, step, updated)
            day.body = None
        if shown:
            self._state_truth(filing, shown[-1])

    def _state_truth(self, filing: Filing, step: Step) -> None:
        key = RecordKey(SYSTEM, STREAM, filing.key)
        if key in self.world.truth.business_of:
            return
        document = PlanDocument(self.world, filing, step, filing.revealed[-1])
        flaws = (*filing.flaws, *document.remarks)
        self.world.truth.state(
            key,
            filing.business,
            flaws,
            document.asked(),
            consented=document.business.data_use_consent,
        )

    def _zipped(self, day: Day) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
            for key, (filing, step, updated) in sorted(day.entries.items()):
                data = PlanDocument(self.world, filing, step, updated).encoded()
                info = zipfile.ZipInfo(f"{key}.xml", MOMENT)
                info.compress_type = zipfile.ZIP_DEFLATED
                made.writestr(info, data, compresslevel=1)
        return buffer.getvalue()
