"""What changed about the represented business since a cursor."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import models, paging
from api.access import CONFIDENTIAL, Access, Called, Operation, Told, answer
from api.documented import DEFAULT_LIMIT, Cursor, Limit, problems
from api.problems import Refused
from canonical.changes import feed
from canonical.changes.cloudevents import cloud_event

router = APIRouter(tags=["changes"])
CHANGES = Operation("GET /v1/changes", "changes:read", frozenset({"application_status"}), "changes")


@router.get(
    "/changes",
    summary="変更の通知 / What changed",
    description="代表する事業者の変更を、カーソル以降、古い順に返します。値は含まれません。\n\n"
    "Changes of the represented business since a cursor, oldest first, as CloudEvents: names and"
    " references, never a value. `next` is null where there is none yet.",
    response_model=None,
    responses={
        200: {"model": models.Page[models.Change], "description": "OK"},
        **problems(400, 404),
    },
)
async def changes(
    request: Request, who: Called, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Response:
    """Answer `GET /v1/changes`."""

    def read(access: Access) -> Told:
        if access.party is None:
            raise Refused("not-found", "not_represented")
        after = paging.read(cursor, str)
        scopes = access.open_streams
        page = feed.of_party(
            access.service.database,
            access.party,
            since=after[0] if after else None,
            scopes=scopes,
            limit=limit,
        )
        if page is None:
            raise Refused("bad-cursor")
        body = {
            "items": [cloud_event(event) for event in page.events],
            "next": paging.written((page.next,)) if page.next else None,
        }
        extra = [CONFIDENTIAL[name] for name in scopes]
        return Told(body, (), {"events": len(page.events)}, extra_scopes=extra)

    return await answer(request, who, CHANGES, read)
