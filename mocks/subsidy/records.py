"""Application records of the applicant side, as the contract shows them."""

from __future__ import annotations

from typing import Any

import msgspec

from mocks.pages import instant
from mocks.subsidy.form import answers, remarks, spoils
from mocks.world.applications import Application
from mocks.world.business import Business
from mocks.world.dice import dice
from mocks.world.handed_in import typed
from mocks.world.timeline import Step
from mocks.world.truth import RecordKey
from mocks.world.world import World

KINDS = {"corporation": "法人", "sole_proprietor": "個人事業主", "pre_founder": "創業予定者"}


def application_record(world: World, application: Application) -> dict[str, Any]:
    """The record of a visible application as it stands now; states the truth beside it."""
    now = world.now
    shown = application.shown(now)
    business = world.businesses[application.business].as_of(application.known_until)
    draft = application.submitted_at(now) is None
    consent = business.data_use_consent
    rng = dice(world.seed, "spelling", application.index, application.known_until.isoformat())
    form = answers(application, business, rng, consent=consent, draft=draft)
    flaws = tuple(flaw for flaw in application.flaws if spoils(flaw, form))
    flaws += remarks(form, business)
    if application.given is not None:
        form, flaws = typed(application.given, form), ()
    world.truth.state(
        RecordKey("subsidy", "applications", application.id),
        application.business,
        flaws,
        frozenset(name for name, value in form.items() if value not in (None, "", [])),
        consented=form.get("データ利活用の同意") is True,
    )
    program = world.programs[application.program]
    return {
        "applicationId": application.id,
        "updatedAt": instant(application.updated_at(now)),
        "applicant": _applicant(business),
        "programId": program.id,
        "programNumber": program.number,
        "programName": program.title,
        "projectNumber": None if draft else application.project_number,
        "status": shown[-1].state,
        "submittedAt": instant(application.submitted_at(now)),
        "answers": form,
        "procedures": procedures(shown, application.form_version),
        "history": [
            {"procedureId": s.procedure, "state": s.state, "at": instant(s.at), "note": s.note}
            for s in shown
        ],
        "notices": [_notice(s, *s.notice) for s in shown if s.notice],
    }


def _notice(step: Step, kind: str, title: str, body: str) -> dict[str, Any]:
    return {
        "procedureId": step.procedure,
        "kind": kind,
        "title": title,
        "body": body,
        "sentAt": instant(step.at),
    }


def _applicant(business: Business) -> dict[str, Any]:
    return {
        "kind": KINDS[business.kind],
        "gbizAccountId": business.account_id,
        "soleProprietorNumber": business.individual_number,
        "tradeNames": list(business.trade_names),
    }


def procedures(shown: list[Step], form_version: str) -> list[dict[str, Any]]:
    """One element a procedure, in the order in which they began."""
    found: dict[str, dict[str, Any]] = {}
    for step in shown:
        entry = found.setdefault(
            step.procedure,
            {
                "procedureId": step.procedure,
                "kind": step.kind,
                "state": step.state,
                "decision": None,
                "formVersion": form_version,
                "dueAt": None,
                "submittedAt": None,
                "decidedAt": None,
            },
        )
        entry["state"] = step.state
        if step.due_at:
            entry["dueAt"] = instant(step.due_at)
        if step.state == "申請済":
            entry["submittedAt"] = instant(step.at)
        if step.decision and entry["decision"] is None:
            entry["decision"], entry["decidedAt"] = step.decision, instant(step.at)
    return list(found.values())


def encode(record: dict[str, Any]) -> bytes:
    """The record as JSON text, keys in the contract's order."""
    return msgspec.json.encode(record)
