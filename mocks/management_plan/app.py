"""The plan system over HTTP: a listing of files, and the files."""

from __future__ import annotations

import hmac
from datetime import date

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.management_plan.files import PlanFiles
from mocks.world import World

LISTING = "/v1/plans/files"
HEADER = "X-API-Key"


def _json(content: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(content), status, media_type="application/json")


class ManagementPlan:
    """Answers requests; `token` is the fixed token that a client must send."""

    def __init__(self, world: World, token: str) -> None:
        self.files = PlanFiles(world)
        self._token = token.encode()

    async def listing(self, request: Request) -> Response:
        """`GET /v1/plans/files`."""
        if not self._admits(request):
            return _json({"error": "unauthorized"}, 401)
        query = request.query_params
        try:
            until = date.fromisoformat(query["until"])
            since = date.fromisoformat(query["from"]) if "from" in query else None
        except (KeyError, ValueError):
            return _json({"error": "from and until must be days like 2026-11-20"}, 400)
        items = [
            {"name": day.name, "date": day.on.isoformat(), "etag": day.etag,
             "documents": len(day.entries)}
            for day in self.files.listed(since, until)
        ]  # fmt: skip
        return _json({"items": items})

    async def file(self, request: Request) -> Response:
        """`GET /v1/plans/files/{name}`."""
        if not self._admits(request):
            return _json({"error": "unauthorized"}, 401)
        day = self.files.named(request.path_params["name"])
        if day is None:
            return _json({"error": "not_found"}, 404)
        return Response(self.files.body(day), headers={"ETag": day.etag},
                        media_type="application/zip")  # fmt: skip

    def _admits(self, request: Request) -> bool:
        return hmac.compare_digest(request.headers.get(HEADER, "").encode(), self._token)


def plan_app(world: World, token: str) -> Starlette:
    """The application; `app.state.management_plan` gives the files."""
    system = ManagementPlan(world, token)
    app = Starlette(
        routes=[Route(LISTING, system.listing), Route(f"{LISTING}/{{name}}", system.file)]
    )
    app.state.management_plan = system
    return app
