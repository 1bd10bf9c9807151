"""What was refused, by reason; replay and discard, with what would change shown before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from base.redact import mask
from canonical.audit import Action
from hub.commands.masking import is_confidential
from hub.console import item_name, item_number
from hub.options import SyncOptions
from hub.pages.deeds import DISCARD, REPLAY, discard, replay
from hub.pages.overview import dag_id
from hub.pages.refused import Chosen, chosen_items, samples, stream_id
from hub.pages.refused import reasons as grouped
from hub.pages.view import back, failed, page
from hub.pages.visit import Visit

PREVIEWED = 200
"""Records that are mapped again to show what a replay would change."""


def reasons(visit: Visit) -> Response:
    """`GET /quarantine`: the reasons, with how many items each has."""
    only = visit.request.query_params.get("system")
    wanted = [only] if only in visit.systems else list(visit.systems)
    with visit.store.database.read() as connection:
        found = grouped(connection, wanted)
    shown = {
        "reasons": found,
        "total": sum(one.items for one in found),
        "only": only if only in visit.systems else "",
        "done": visit.request.query_params.get("done", ""),
        "count": visit.request.query_params.get("count", ""),
    }
    return page(visit, "quarantine.html", shown)


def items(visit: Visit) -> Response:
    """`GET /quarantine/items`: masked samples of one reason."""
    return _items(visit, _chosen(visit.request.query_params))


def _items(visit: Visit, chosen: Chosen, preview: dict[str, Any] | None = None) -> Response:
    if chosen.system not in visit.systems:
        return failed(visit, "missing", 404)
    with visit.store.database.read() as connection:
        number = stream_id(connection, chosen.system, chosen.stream)
        if number is None:
            return failed(visit, "missing", 404)
        found, total = samples(connection, chosen, number)
    hidden = is_confidential(chosen.system, chosen.stream)
    visit.leave(systems=[chosen.system], details={"items": len(found)})
    shown = {
        "chosen": chosen,
        "samples": [_sample(item, hidden=hidden) for item in found],
        "total": total,
        "hidden": hidden,
        "may_act": visit.may_trigger(dag_id(chosen.system)),
        "preview": preview,
    }
    return page(visit, "items.html", shown)


def _sample(item: Any, *, hidden: bool) -> dict[str, Any]:
    return {
        "name": item_name(item.item_id),
        "record": mask(item.record_key) if hidden else item.record_key,
        "level": item.level,
        "value": mask(item.value) if hidden and item.value else item.value or "",
        "message": item.message,
        "opened_at": item.opened_at,
    }


def preview(visit: Visit) -> Response:
    """`POST /quarantine/preview`: what a replay or a discard of one reason would change."""
    chosen, act = _chosen(visit.form), visit.form.get("act", "")
    if chosen.system not in visit.systems or act not in {"replay", "discard"}:
        return failed(visit, "missing", 404)
    if not visit.may_trigger(dag_id(chosen.system)):
        return failed(visit, "forbidden", 403)
    meant = _meant(visit, chosen)
    told: dict[str, Any] = {"act": act, "items": len(meant)}
    known = DISCARD if act == "discard" else REPLAY
    told["by_airflow"] = known in visit.base.guard.paused([known])
    told["up_to"] = item_name(max(number for number, _ in meant)) if meant else ""
    if act == "replay":
        keys = tuple(dict.fromkeys(key for _, key in meant))
        told |= {"records": len(keys), "tried": min(len(keys), PREVIEWED)}
        told["difference"] = _difference(visit, chosen, keys[:PREVIEWED])
    return _items(visit, chosen, told)


@dataclass(frozen=True, slots=True)
class Difference:
    """What mapping records again would bring: how many load now, and what refuses the others."""

    loaded: int
    refused: int
    issues: int
    notes: list[str]


def _difference(visit: Visit, chosen: Chosen, keys: tuple[str, ...]) -> Difference:
    from hub.sync import make_job
    from hub.transfer import run_sync

    job = make_job(
        chosen.system, chosen.stream, visit.base.settings, visit.store,
        clock=visit.base.clock, keep_files=False,
    )  # fmt: skip
    told = run_sync(job, SyncOptions(mode="replay", dry_run=True, keys=keys))
    counts = told.counts
    return Difference(
        counts["read"] - counts["quarantined"], counts["quarantined"], told.issues, told.notes
    )


def act(visit: Visit) -> Response:
    """`POST /quarantine/act`: replay as a run in Airflow, or discard; both leave who did it."""
    chosen, wanted = _chosen(visit.form), visit.form.get("act", "")
    if chosen.system not in visit.systems or wanted not in {"replay", "discard"}:
        return failed(visit, "missing", 404)
    if not visit.may_trigger(dag_id(chosen.system)):
        return failed(visit, "forbidden", 403)
    meant = _meant(visit, chosen)
    reason = visit.form.get("reason", "").strip()
    if wanted == "discard" and not reason:
        return failed(visit, "reason", 400)
    meant = [one for one in meant if wanted == "replay" or one[0] <= _newest(visit)]
    if not meant:
        return failed(visit, "missing", 404)
    told = {"act": wanted, "stream": chosen.stream, "rule": chosen.rule, "items": len(meant)}
    why = {"reason": reason} if wanted == "discard" else {}
    visit.leave(systems=[chosen.system], action=Action.ADMINISTER, details=told | why)
    return _acted(visit, chosen, wanted, [number for number, _ in meant], reason)


def _newest(visit: Visit) -> int:
    """The newest item that was shown before the act; none came into it since."""
    try:
        return item_number(visit.form.get("up_to", ""))
    except ValueError:
        return -1


def _acted(visit: Visit, chosen: Chosen, wanted: str, numbers: list[int], reason: str) -> Response:
    deed = replay if wanted == "replay" else discard
    done = deed(visit, chosen, numbers, reason)
    return back(visit, "/quarantine", done=wanted, count=done)


def _chosen(given: Any) -> Chosen:
    return Chosen(*(given.get(name, "") for name in ("system", "stream", "stage", "rule", "field")))


def _meant(visit: Visit, chosen: Chosen) -> list[tuple[int, str]]:
    with visit.store.database.read() as connection:
        number = stream_id(connection, chosen.system, chosen.stream)
        return [] if number is None else chosen_items(connection, chosen, number)
