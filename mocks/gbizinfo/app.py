"""gBizINFO's update operations over HTTP: a token in a header, one body for all that fails."""

from __future__ import annotations

import hmac
import re
from datetime import date

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.gbizinfo.index import GbizinfoIndex
from mocks.subsidy.app import json_answer
from mocks.world import World

TOKEN_HEADER = "X-hojinInfo-api-token"
PATH = "/hojin/v2/hojin/updateInfo"
PATHS = {
    "": "",
    "/certification": "certification",
    "/commendation": "commendation",
    "/corporation": "corporation-info",
    "/finance": "finance",
    "/patent": "patent",
    "/procurement": "procurement",
    "/subsidy": "subsidy",
    "/workplace": "workplace_info",
}
"""Path below `updateInfo` → field of the answer."""

TEXTS = {400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 405: "Method Not Allowed"}


def failure(status: int) -> Response:
    """The one error body."""
    message = f"{status} - {TEXTS.get(status, 'Error')}."
    return json_answer({"id": None, "message": message, "errors": []}, status)


def _is_day(text: str) -> bool:
    if not re.fullmatch("[0-9]{8}", text):
        return False
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True


class Gbizinfo:
    """Holds the world's view and answers requests."""

    def __init__(self, world: World, token: str) -> None:
        self.index = GbizinfoIndex(world)
        self._token = token

    def answer(self, request: Request, kind: str) -> Response:
        """`GET /hojin/v2/hojin/updateInfo…`."""
        given = request.headers.get(TOKEN_HEADER, "")
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            return failure(401)
        query = request.query_params
        first, last, page = query.get("from", ""), query.get("to", ""), query.get("page", "1")
        flag = query.get("metadata_flg", "false")
        good = _is_day(first) and _is_day(last) and first <= last
        if not good or not re.fullmatch("[1-9][0-9]{0,8}", page) or flag not in {"true", "false"}:
            return failure(400)
        return json_answer(self.index.page(kind, first, last, int(page)))


def gbizinfo_app(world: World, token: str) -> Starlette:
    """The application; `app.state.gbizinfo` gives the index. A slash at the end is an error."""
    system = Gbizinfo(world, token)

    def route(path: str, kind: str) -> Route:
        async def endpoint(request: Request) -> Response:
            return system.answer(request, kind)

        return Route(PATH + path, endpoint)

    async def failed(_request: Request, error: Exception) -> Response:
        return failure(error.status_code if isinstance(error, HTTPException) else 500)

    app = Starlette(
        routes=[route(path, kind) for path, kind in PATHS.items()],
        exception_handlers={HTTPException: failed},
    )
    app.router.redirect_slashes = False
    app.state.gbizinfo = system
    return app
