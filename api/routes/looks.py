"""Who looked at me: the audit of the represented business, row by row."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import models, paging
from api.access import CONFIDENTIAL, Access, Called, Operation, Told, answer
from api.documented import DEFAULT_LIMIT, Cursor, Limit, problems
from api.problems import Refused
from canonical.audit import AuditRow

router = APIRouter(tags=["audit"])
LOOKS = Operation("GET /v1/audit/me", "audit:read", frozenset(), "audit")


@router.get(
    "/audit/me",
    summary="自社の情報を見た人 / Who looked at me",
    description="代表する事業者の情報が、いつ、誰に、何の目的で読まれたかを新しい順に返します。\n\n"
    "Every look at the represented business, newest first, as it stands in the audit. Looks under"
    " a confidential scope show to who has that scope.",
    response_model=None,
    responses={
        200: {"model": models.Page[models.Looked], "description": "OK"},
        **problems(400, 404),
    },
)
async def audit_me(
    request: Request, who: Called, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Response:
    """Answer `GET /v1/audit/me`."""

    def read(access: Access) -> Told:
        if access.party is None:
            raise Refused("not-found", "not_represented")
        after = paging.read(cursor, str, str)
        open_streams = access.open_streams
        closed = access.closed_purposes
        mine = [*open_streams, *(CONFIDENTIAL[name] for name in open_streams)]
        page = access.service.log.of_party(
            access.party,
            scopes=mine,
            confidential=[*CONFIDENTIAL, *CONFIDENTIAL.values()],
            closed_purposes=closed,
            before=_before(after),
            limit=limit,
        )
        last = page.rows[-1] if page.more else None
        body = {
            "items": [_looked(row, closed) for row in page.rows],
            "next": paging.written((last.at.isoformat(), last.row_id)) if last else None,
        }
        return Told(body, (), {"rows": len(page.rows)})

    return await answer(request, who, LOOKS, read)


def _before(after: paging.Key | None) -> tuple[datetime, str] | None:
    if after is None:
        return None
    try:
        at = datetime.fromisoformat(after[0])
    except ValueError:
        raise Refused("bad-cursor") from None
    if at.tzinfo is None:
        raise Refused("bad-cursor")
    return at, after[1]


def _looked(row: AuditRow, closed: Collection[str]) -> dict[str, Any]:
    """A row; of its purposes those that tell of nothing the reader may not know."""
    purposes = [one for one in (row.purpose or "").split() if one not in closed]
    return {
        "id": row.row_id,
        "at": row.at,
        "operation": row.operation,
        "channel": row.channel.value,
        "allowed": row.allowed,
        "rule": row.rule,
        "purpose": " ".join(purposes) or None,
        "client": row.client,
        "subject": row.subject,
        "actor": row.actor,
        "systems": list(row.systems),
        "scopes": list(row.scopes),
    }
