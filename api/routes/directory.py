"""Search in programs, support agencies and IT vendors."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api import models, paging
from api.access import Access, Called, Operation, Told, answer
from api.documented import DEFAULT_LIMIT, Cursor, Limit, problems
from canonical.search import Found, Search, search

router = APIRouter(tags=["directory"])
SCOPE = "directory:read"
_LONGEST = 200
_PAGE = models.Page[models.Found]

Text = Annotated[
    str,
    Query(
        alias="q",
        max_length=_LONGEST,
        description="検索語（空白で区切ると全てを含むもの） / words, all of which must be found",
        examples=["設備 補助"],
    ),
]
Region = Annotated[
    str | None,
    Query(
        max_length=50,
        description="都道府県または地方（全国対象のものを含む） / prefecture or region",
        examples=["長野県"],
    ),
]
Industry = Annotated[
    str | None, Query(max_length=100, description="業種 / industry", examples=["製造業"])
]
Topic = Annotated[
    str | None, Query(max_length=100, description="分野・利用目的 / topic", examples=["事業承継"])
]
_OK: dict[int | str, dict[str, Any]] = {
    200: {"model": _PAGE, "description": "OK"},
    **problems(400),
}


@router.get(
    "/programs",
    summary="支援制度の検索 / Search in programs",
    description="補助金などの制度を、語・地域・業種・目的・受付中で検索します。"
    "2文字の語も見つかります。\n\n"
    "Programs by words (two characters are enough), region, industry, purpose, and whether they"
    " are open now.",
    response_model=None,
    responses=_OK,
)
async def programs(
    request: Request,
    who: Called,
    *,
    text: Text = "",
    region: Region = None,
    industry: Industry = None,
    topic: Topic = None,
    open_now: Annotated[
        bool, Query(alias="open", description="受付中のものだけ / only what is open now")
    ] = False,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response:
    """Answer `GET /v1/programs`."""

    def read(access: Access) -> Told:
        at = access.service.clock.now() if open_now else None
        wanted = Search("program", text, region, industry, topic, at)
        return _told(access, wanted, cursor, limit)

    return await answer(request, who, Operation("GET /v1/programs", SCOPE, of_business=False), read)


@router.get(
    "/support-agencies",
    summary="認定支援機関の検索 / Search in certified support agencies",
    description="認定経営革新等支援機関を、語・地域・業種・相談内容で検索します。\n\n"
    "Certified support agencies by words, region, industry and topic.",
    response_model=None,
    responses=_OK,
)
async def support_agencies(
    request: Request,
    who: Called,
    *,
    text: Text = "",
    region: Region = None,
    industry: Industry = None,
    topic: Topic = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response:
    """Answer `GET /v1/support-agencies`."""

    def read(access: Access) -> Told:
        wanted = Search("agency", text, region, industry, topic)
        return _told(access, wanted, cursor, limit)

    return await answer(
        request, who, Operation("GET /v1/support-agencies", SCOPE, of_business=False), read
    )


@router.get(
    "/it-vendors",
    summary="情報処理支援機関の検索 / Search in IT vendors",
    description="認定情報処理支援機関を、語と地域で検索します。\n\n"
    "Certified information-processing supporters by words and region.",
    response_model=None,
    responses=_OK,
)
async def it_vendors(
    request: Request,
    who: Called,
    *,
    text: Text = "",
    region: Region = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response:
    """Answer `GET /v1/it-vendors`."""

    def read(access: Access) -> Told:
        return _told(access, Search("vendor", text, region), cursor, limit)

    return await answer(
        request, who, Operation("GET /v1/it-vendors", SCOPE, of_business=False), read
    )


def _told(access: Access, wanted: Search, cursor: str | None, limit: int) -> Told:
    after = paging.read(cursor, int)
    service = access.service
    below = after[0] if after else None
    found, more = search(service.quick, wanted, below=below, limit=limit)
    body = {
        "items": [_shown(access, one, wanted.kind) for one in found],
        "next": paging.written((found[-1].record_id,)) if more else None,
    }
    systems = {service.streams.of(one.record_id)[0] for one in found}
    return Told(body, systems, {"rows": len(found)})


def _shown(access: Access, one: Found, kind: str) -> dict[str, Any]:
    system, stream = access.service.streams.of(one.record_id)
    told: dict[str, Any] = {
        "id": f"{system}.{stream}:{one.record_key}",
        "title": one.title,
        "values": one.values,
    }
    if kind == "program":
        now = access.service.clock.now()
        begun = one.opens_at is None or one.opens_at <= now
        told["open"] = begun and (one.closes_at is None or now < one.closes_at)
    return told
