"""The pages that read."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from examples.client.shapes import Representable
from examples.portal.sessions import Sessions
from examples.portal.signing import switch_path
from examples.portal.view import page
from examples.portal.visit import visit

PREFECTURES = tuple(
    text
    for line in (
        "北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県",
        "東京都 神奈川県 新潟県 富山県 石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県 三重県",
        "滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 鳥取県 島根県 岡山県 広島県 山口県 徳島県",
        "香川県 愛媛県 高知県 福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県",
    )
    for text in line.split()
)
LONGEST_WORDS = 100


async def health(_request: Request) -> Response:
    """`GET /health`: the process answers."""
    return JSONResponse({"status": "ok"})


async def home(request: Request) -> Response:
    """`GET /`: what this is, and the way in."""
    sessions: Sessions = request.app.state.sessions
    session = sessions.of(request)
    if session is not None and session.signed_in is not None:
        return RedirectResponse("/applications", 303)
    return page(request, "home.html")


async def represent(request: Request) -> Response:
    """`GET /represent`: for whom the user acts now, and for whom else they may."""
    here = await visit(request)
    me = await here.api.me()
    person = me["actors"][-1] if me["actors"] else me["subject"]
    account = person["account"] if person else ""
    now = (me["business"]["id"] if me["business"] else None, me["delegation"])
    system = request.app.state.settings.system
    choices = [
        _choice(one, account, now)
        for one in me["may_represent"]
        if one["delegation"] is None or one["delegation"]["system_code"] == system
    ]
    return page(request, "represent.html", me=me, account=account, choices=choices)


def _choice(one: Representable, account: str, now: tuple[str | None, str | None]) -> dict[str, Any]:
    """A business to act for; a delegation is chosen by signing in under it."""
    given = one["delegation"]
    hint = f"{account}#{given['number']}" if given else account
    this = one["business"]["id"], given["number"] if given else None
    return {**one, "link": switch_path(hint), "now": this == now}


async def business(request: Request) -> Response:
    """`GET /business`: what the hub holds, each value with its source."""
    here = await visit(request)
    return page(request, "business.html", business=await here.api.business(here.business))


async def applications(request: Request) -> Response:
    """`GET /applications`: everything applied for, in every system, in one list."""
    here = await visit(request)
    cursor = request.query_params.get("cursor")
    found = await here.api.applications(here.business, cursor)
    return page(request, "applications.html", found=found, first=cursor is None)


async def search(request: Request) -> Response:
    """`GET /search`: programs and support agencies."""
    here = await visit(request)
    given = request.query_params
    kind = "agencies" if given.get("kind") == "agencies" else "programs"
    wanted = {name: given.get(name, "").strip() for name in ("q", "region", "industry")}
    too_long = len(wanted["q"]) > LONGEST_WORDS
    found = None
    if not too_long:
        told = {name: text or None for name, text in wanted.items()}
        told["cursor"] = given.get("cursor")
        if kind == "agencies":
            found = await here.api.support_agencies(**told)
        else:
            told["open"] = "true" if given.get("open") else None
            found = await here.api.programs(**told)
    return page(
        request, "search.html", kind=kind, wanted=wanted, open=bool(given.get("open")),
        found=found, too_long=too_long, prefectures=PREFECTURES, longest=LONGEST_WORDS,
    )  # fmt: skip


async def looks(request: Request) -> Response:
    """`GET /looks`: who looked at the represented business."""
    here = await visit(request)
    found = await here.api.looks(request.query_params.get("cursor"))
    return page(request, "looks.html", found=found)
