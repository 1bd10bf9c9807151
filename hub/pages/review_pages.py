"""Pairs of records that wait for a person: why, what is compared, and the decision."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from starlette.responses import Response

from base.errors import StoreError
from canonical.audit import Action
from canonical.matching.decisions import Decision
from canonical.model.codes import RELATION_CAUSES, RELATION_KINDS
from hub import matching
from hub.audited import systems_of_parties
from hub.pages.view import back, failed, page
from hub.pages.visit import Visit

CONSOLIDATE = "consolidate"
"""The DAG of matching; who may start it may decide."""

PURPOSE = "matching"


def queue(visit: Visit) -> Response:
    """`GET /review`: the likeliest pairs first. Confidential records take no part."""
    if CONSOLIDATE not in visit.base.guard.readable(visit.viewer, [CONSOLIDATE]):
        return failed(visit, "forbidden", 403)
    found = visit.base.review.get()
    _leave(visit, {int(party) for pair in found.pairs for party in pair["parties"]})
    done = visit.request.query_params.get("done", "")
    return page(visit, "review.html", {"found": found, "pairs": found.pairs, "done": done})


def pair(visit: Visit) -> Response:
    """`GET /review/pair`: what of two records was compared, personal values masked."""
    if CONSOLIDATE not in visit.base.guard.readable(visit.viewer, [CONSOLIDATE]):
        return failed(visit, "forbidden", 403)
    one, other = (visit.request.query_params.get(name, "") for name in ("one", "other"))
    try:
        told = matching.explain(visit.store, one, other, (), show_personal=False)
        parties = {int(matching.members(visit.store, name, ())["party"]) for name in (one, other)}
    except StoreError:
        return failed(visit, "missing", 404)
    _leave(visit, parties)
    shown = {
        "one": one,
        "other": other,
        "told": told,
        "relations": RELATION_KINDS,
        "causes": RELATION_CAUSES,
        "may_act": visit.may_trigger(CONSOLIDATE),
    }
    return page(visit, "pair.html", shown)


def decide(visit: Visit) -> Response:
    """`POST /review/decide`: same, different or related, in the operator's name."""
    if not visit.may_trigger(CONSOLIDATE):
        return failed(visit, "forbidden", 403)
    form = visit.form
    decision = _decision(form, visit.viewer.name)
    if decision is None:
        return failed(visit, "decision", 400)
    one, other = form.get("one", ""), form.get("other", "")
    try:
        parties = {int(matching.members(visit.store, name, ())["party"]) for name in (one, other)}
    except StoreError:
        return failed(visit, "missing", 404)
    _leave(visit, parties, Action.ADMINISTER)
    matching.decide(visit.store, one, other, decision, ())
    visit.base.review.forget([one, other])
    return back(visit, "/review", done=decision.verdict)


def _decision(form: Any, name: str) -> Decision | None:
    """What was decided; None where the form does not say one thing and why."""
    verdict, reason = form.get("verdict", ""), form.get("reason", "").strip()
    related = verdict == "related"
    relation, cause = form.get("relation") or None, form.get("cause") or None
    if verdict not in {"same", "different", "related"} or not reason:
        return None
    if related and relation not in RELATION_KINDS:
        return None
    if cause is not None and cause not in RELATION_CAUSES:
        return None
    try:
        since = date.fromisoformat(form["since"]) if form.get("since") else None
    except ValueError:
        return None
    return Decision(
        cast("Any", verdict),
        reason,
        name,
        relation=relation if related else None,
        cause=cause if related else None,
        since_on=since if related else None,
    )


def _leave(visit: Visit, parties: set[int], action: Action = Action.READ) -> None:
    systems = systems_of_parties(visit.store.database, parties, ())
    visit.leave(systems, purpose=PURPOSE, action=action, details={"businesses": len(parties)})
