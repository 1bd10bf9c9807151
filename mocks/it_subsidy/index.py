"""Records as the contract shows them, kept up to date with the world."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from mocks.it_subsidy.applications import (
    ItApplication,
    handed_in_application,
    make_it_applications,
)
from mocks.it_subsidy.flaws import remarks, spoil
from mocks.it_subsidy.form import answers
from mocks.it_subsidy.timeline import DRAFT
from mocks.pages import CursorPages, Position, Snapshot, instant
from mocks.subsidy.records import procedures
from mocks.world import Changes, World
from mocks.world.dice import dice
from mocks.world.handed_in import typed
from mocks.world.programs import japan
from mocks.world.truth import RecordKey

FORM_VERSION = "2026-1"


class ItApplicationIndex(CursorPages):
    """The applications of a world; a business's changes show some days later.

    `flaws` multiplies how many records are flawed.
    """

    def __init__(
        self, world: World, seconds: Callable[[], float] = time.time, *, flaws: float = 1.0
    ) -> None:
        super().__init__(seconds)
        self.world = world
        self._records: dict[str, tuple[Position, bytes]] = {}
        self._seen: dict[str, int] = {}
        with world.lock:
            self.applications = make_it_applications(world, flaws)
            self._of: dict[str, list[ItApplication]] = {}
            for application in self.applications.values():
                self._of.setdefault(application.business, []).append(application)
            self._encode_new(stamped=False)
            self.snapshot = Snapshot.of(self._records.values())
            world.subscribe(self.refresh)

    def page(self, since: str | None, until: str | None, cursor: str | None, limit: int) -> bytes:
        """One page as JSON text; see `CursorPages.slice`."""
        part = self.slice(since, until, cursor, limit)
        return b'{"items":[%s],"nextCursor":%s}' % (part.items, part.token)

    def refresh(self, changes: Changes) -> None:
        """Show the steps that have come; let applicants correct what changed, in some days."""
        for business in sorted(changes.businesses & self._of.keys()):
            self._correct_later(business)
        self._take_in()
        self._encode_new(stamped=self.world.wall_clock is not None)
        self.snapshot = Snapshot.of(self._records.values())

    def _take_in(self) -> None:
        """Take in what was handed in since."""
        for one in self.world.handed_in:
            if one.system == "it_subsidy" and one.id not in self.applications:
                made = handed_in_application(self.world, one)
                self.applications[made.id] = made
                self._of.setdefault(made.business, []).append(made)

    def _correct_later(self, business: str) -> None:
        world = self.world
        days = dice(world.seed, "it_subsidy reaction", business, world.today).randint(4, 12)
        at = japan(world.today + timedelta(days=days), 13)

        def effect() -> Changes:
            closed = world.businesses[business].closed_on
            for application in self._of[business]:
                if not application.is_open(world.now):
                    continue
                application.touched.append(world.stamp(at))
                application.known_until = world.today
                if closed:
                    application.end(at, world.now, "事業の廃止")
                self._seen.pop(application.id, None)
            return Changes()

        world.schedule(at, f"it_subsidy {business}", effect)

    def _encode_new(self, *, stamped: bool) -> None:
        now = self.world.now
        for application in self.applications.values():
            count = len(application.shown(now))
            if not count or self._seen.get(application.id) == count:
                continue
            if stamped:
                application.touched.append(self.world.stamp(now))
            self._seen[application.id] = count
            record = it_application_record(self.world, application)
            self._records[application.id] = (
                (record["updatedAt"], application.id),
                msgspec.json.encode(record),
            )


def it_application_record(world: World, application: ItApplication) -> dict[str, Any]:
    """The record of a visible application as it stands now; states the truth beside it."""
    now = world.now
    shown = application.shown(now)
    business = world.businesses[application.business].as_of(application.known_until)
    draft = all(step.state in DRAFT for step in shown)
    form = answers(application, business, draft=draft)
    flaws = spoil(form, application.flaws, business) + remarks(form)
    if application.given is not None:
        form, flaws = typed(application.given, form), ()
    world.truth.state(
        RecordKey("it_subsidy", "applications", application.id),
        application.business,
        flaws,
        frozenset(name for name, value in form.items() if value not in (None, "", [])),
        consented=form.get("データ利活用の同意") is True,
    )
    granted = any(step.decision == "交付決定" for step in shown)
    fixed = any(step.state == "補助額確定" for step in shown)
    return {
        "applicationId": application.id,
        "updatedAt": instant(_updated(application, shown[-1].at)),
        "status": shown[-1].state,
        "submittedAt": instant(application.submitted_at(now)),
        "program": {
            "programKey": f"IT-{application.round + 1:02d}",
            "name": "IT導入補助金",
            "round": f"第{application.round + 1}次締切",
        },
        "vendor": {
            "vendorKey": application.vendor_key,
            "corporateNumber": application.vendor_number,
            "confirmedAt": None if draft else instant(shown[min(1, len(shown) - 1)].at),
        },
        "answers": form,
        "decidedAmount": application.requested_jpy if granted else None,
        "fixedAmount": application.requested_jpy * 9 // 10 if fixed else None,
        "procedures": [
            {**one, "submittedAt": _submission(application, one["procedureId"], now)}
            for one in procedures(shown, FORM_VERSION)
        ],
        "history": [
            {"procedureId": s.procedure, "state": s.state, "at": instant(s.at), "note": s.note}
            for s in shown
        ],
    }


def _submission(application: ItApplication, procedure: str, now: datetime) -> str | None:
    times = [
        step.at
        for step in application.shown(now)
        if step.procedure == procedure and step.state in {"提出済", "確定検査中"}
    ]
    return instant(times[-1] if times else None)


def _updated(application: ItApplication, last: datetime) -> datetime:
    return max([last, *application.touched])
