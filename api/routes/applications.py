"""What the business applied for over all systems, in one list; and its plans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import models, paging
from api.access import Access, Called, Operation, Told, answer
from api.documented import DEFAULT_LIMIT, BusinessId, Cursor, Limit, problems
from api.seen import entries
from canonical.access.proceedings import Entry
from canonical.model import codes

router = APIRouter(tags=["applications"])
_STATUS = "application_status"
APPLICATIONS = Operation(
    "GET /v1/businesses/{id}/applications", "applications:read", frozenset({_STATUS}),
    "applications",
)  # fmt: skip
PLANS = Operation("GET /v1/businesses/{id}/plans", "plans:read", frozenset({_STATUS}), "plans")
_PARTS = ("procedure", "procedure_event", "notice")
_NO_DAY = date(1, 1, 1)


@router.get(
    "/businesses/{business_id}/applications",
    summary="全システムの申請一覧 / Applications over all systems",
    description="補助金・IT補助金・経営力向上計画などへの申請を、状態・経過・通知とともに"
    "新しい順に一覧で返します。\n\n"
    "Everything that the represented business applied for, in every system, newest first: state,"
    " history and notices. 採択 (selected) is not 交付決定 (grant_decided).",
    response_model=None,
    responses={
        200: {"model": models.Page[models.Application], "description": "OK"},
        **problems(400, 404),
    },
)
async def applications(
    request: Request,
    who: Called,
    business_id: BusinessId,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response:
    """Answer `GET /v1/businesses/{id}/applications`."""

    def read(access: Access) -> Told:
        party = access.own(business_id)
        after = paging.read(cursor, int, str, int)
        found = entries(access, party, "project", parts=_PARTS, purpose=_STATUS)
        found += entries(access, party, "plan", purpose=_STATUS)
        return _paged(sorted(found, key=_newest), after, limit, _application)

    return await answer(request, who, APPLICATIONS, read)


@router.get(
    "/businesses/{business_id}/plans",
    summary="経営力向上計画 / Management improvement plans",
    description="経営力向上計画の申請・認定の状況を返します。\n\n"
    "Management improvement plans of the represented business, with funds and equipment.",
    response_model=None,
    responses={
        200: {"model": models.Page[models.Record], "description": "OK"},
        **problems(400, 404),
    },
)
async def plans(
    request: Request,
    who: Called,
    business_id: BusinessId,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response:
    """Answer `GET /v1/businesses/{id}/plans`."""

    def read(access: Access) -> Told:
        party = access.own(business_id)
        after = paging.read(cursor, int, str, int)
        found = entries(
            access, party, "plan", parts=("plan_fund", "plan_equipment"), purpose=_STATUS
        )
        return _paged(sorted(found, key=_newest), after, limit, record)

    return await answer(request, who, PLANS, read)


def _newest(entry: Entry) -> tuple[int, str, int]:
    """The newest first; those without a day last."""
    day = entry.values.get("submitted_on") or _NO_DAY
    return -day.toordinal(), entry.id, entry.ordinal


def _paged(found: list[Entry], after: paging.Key | None, limit: int, shape: Any) -> Told:
    shown, cursor = paging.page(found, _newest, after, limit)
    body = {"items": [shape(entry) for entry in shown], "next": cursor}
    return Told(body, {entry.system for entry in shown}, {"rows": len(shown)})


def record(entry: Entry) -> dict[str, Any]:
    """An entry in the model's own words, with its parts; nothing personal."""
    values = dict(entry.values) | {name: list(rows) for name, rows in entry.parts.items() if rows}
    return {"id": entry.id, "system": entry.system, "values": values}


def _application(entry: Entry) -> dict[str, Any]:
    values = entry.values
    states = codes.PLAN_STATES if entry.entity == "plan" else codes.STATES
    events = entry.parts.get("procedure_event", ())
    return {
        "id": entry.id,
        "kind": entry.entity,
        "system": entry.system,
        "title": values.get("title") or values.get("guideline"),
        "program": values.get("program_name"),
        "status": values.get("status"),
        "status_ja": states.get(values.get("status", "")),
        "submitted_on": values.get("submitted_on"),
        "procedures": [_procedure(one, events) for one in entry.parts.get("procedure", ())],
        "notices": [_notice(one) for one in entry.parts.get("notice", ())],
    }


def _procedure(values: Mapping[str, Any], events: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    key = values.get("procedure_key")
    told = {
        "id": key,
        **_coded(values, "kind", codes.PROCEDURE_KINDS),
        **_coded(values, "state", codes.STATES),
        **_named(values, "decision", "form_version", "due_at", "submitted_at", "decided_on"),
    }
    told["history"] = [
        {**_coded(one, "state", codes.STATES), **_named(one, "occurred_at", "note")}
        for one in events
        if one.get("procedure_key") in (key, None)
    ]
    return told


def _notice(values: Mapping[str, Any]) -> dict[str, Any]:
    procedure = values.get("procedure_key")
    return {
        **_coded(values, "kind", codes.NOTICE_KINDS),
        **_named(values, "title", "body", "sent_at"),
        **({"procedure": procedure} if procedure else {}),
    }


def _coded(values: Mapping[str, Any], name: str, labels: Mapping[str, str]) -> dict[str, Any]:
    value = values.get(name)
    return {} if value is None else {name: value, f"{name}_ja": labels.get(value)}


def _named(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: values[name] for name in names if values.get(name) is not None}
