"""Consultations and succession cases: that a business has one is itself a secret."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import models, paging
from api.access import Access, Called, Operation, Told, answer
from api.documented import DEFAULT_LIMIT, BusinessId, Cursor, Limit, problems
from api.routes.applications import record
from api.seen import entries
from canonical.access.proceedings import Entry
from canonical.model import ENTITIES

router = APIRouter(tags=["confidential"])
CONSULTATIONS = Operation(
    "GET /v1/businesses/{id}/consultations", "consultations:read", frozenset({"consultation"}),
    "consultations",
)  # fmt: skip
CASES = Operation(
    "GET /v1/businesses/{id}/succession-cases", "succession:read", frozenset({"succession"}),
    "succession",
)  # fmt: skip
_RECORDS = models.Page[models.Record]


@router.get(
    "/businesses/{business_id}/consultations",
    summary="よろず支援拠点などの相談 / Consultations",
    description="情報共有に同意した相談だけを返します。専用のスコープが必要です。\n\n"
    "Consultations whose sharing the client consented to. Needs its own scope and purpose;"
    " without them nothing tells whether there are any.",
    response_model=None,
    responses={200: {"model": _RECORDS, "description": "OK"}, **problems(400, 404)},
)
async def consultations(
    request: Request,
    who: Called,
    business_id: BusinessId,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response:
    """Answer `GET /v1/businesses/{id}/consultations`."""

    def read(access: Access) -> Told:
        party = access.own(business_id)
        after = paging.read(cursor, str, int)
        found = entries(access, party, "consultation", scopes=("yorozu",), purpose="consultation")
        shared = [one for one in found if one.values.get("sharing_consent") is True]
        return _paged(shared, after, limit)

    return await answer(request, who, CONSULTATIONS, read)


@router.get(
    "/businesses/{business_id}/succession-cases",
    summary="事業承継案件 / Succession cases",
    description="事業承継・引継ぎ支援センターの案件を返します。専用のスコープが必要です。\n\n"
    "Cases of the succession centres. Needs its own scope and purpose; without them nothing tells"
    " whether there are any.",
    response_model=None,
    responses={200: {"model": _RECORDS, "description": "OK"}, **problems(400, 404)},
)
async def succession_cases(
    request: Request,
    who: Called,
    business_id: BusinessId,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response:
    """Answer `GET /v1/businesses/{id}/succession-cases`."""

    def read(access: Access) -> Told:
        party = access.own(business_id)
        after = paging.read(cursor, str, int)
        found = entries(
            access, party, "succession_case", scopes=("succession",), purpose="succession"
        )
        return _paged(found, after, limit)

    return await answer(request, who, CASES, read)


def _place(entry: Entry) -> tuple[str, int]:
    return entry.id, entry.ordinal


def _paged(found: list[Entry], after: paging.Key | None, limit: int) -> Told:
    shown, cursor = paging.page(sorted(found, key=_place), _place, after, limit)
    body = {"items": [_impersonal(one) for one in shown], "next": cursor}
    return Told(body, {one.system for one in shown}, {"rows": len(shown)})


def _impersonal(entry: Entry) -> dict[str, Any]:
    told = record(entry)
    personal = {
        name
        for field in ENTITIES[entry.entity].fields
        if field.may_be_personal
        for name in field.columns()
    }
    told["values"] = {name: v for name, v in told["values"].items() if name not in personal}
    return told
