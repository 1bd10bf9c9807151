"""The subsidy system over HTTP: the public API of jGrants and the assumed applicant side."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.subsidy.catalogue import SORTS, Catalogue, detail_v1, detail_v2, envelope
from mocks.subsidy.index import ApplicationIndex, ParameterError
from mocks.tokens import TokenDesk
from mocks.world import World

SCOPE = "applications.read"
FILTERS = (
    "use_purpose",
    "industry",
    "target_number_of_employees",
    "target_area_search",
    "institution_name",
)
MAX_LIMIT = 1000


def json_answer(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer; bytes are taken as JSON text already."""
    body = content if isinstance(content, bytes) else msgspec.json.encode(content)
    return Response(body, status, headers, media_type="application/json")


def error(code: str, description: str, status: int) -> Response:
    """The applicant side's error body."""
    headers = {"WWW-Authenticate": f'Bearer error="{code}"'} if status == 401 else None
    return json_answer({"error": code, "error_description": description}, status, headers)


def bad_request(instance: str, what: str) -> Response:
    """400 of the public API, in the shape of its published error body."""
    body = {"type": "", "errorCode": "E-ML-0400", "title": f"Bad Request: {what}",
            "instance": instance}  # fmt: skip
    return json_answer(body, 400)


class Subsidy:
    """Holds the world's view and answers requests."""

    def __init__(self, world: World, desk: TokenDesk) -> None:
        self.catalogue = Catalogue(world)
        self.index = ApplicationIndex(world)
        self.desk = desk

    async def list_subsidies(self, request: Request) -> Response:
        """`GET /exp/v1/public/subsidies`."""
        query = request.query_params
        keyword = query.get("keyword", "")
        checks = {
            "keyword": 1 <= len(keyword) <= 255,
            "sort": query.get("sort") in SORTS,
            "order": query.get("order") in {"ASC", "DESC"},
            "acceptance": query.get("acceptance") in {"0", "1"},
        }
        for name, good in checks.items():
            if not good:
                return bad_request("/api/subsidies", f"{name} is missing or malformed")
        filters = {name: query[name] for name in FILTERS if query.get(name)}
        hits = self.catalogue.search(
            keyword, query["sort"], query["order"],
            accepting=query["acceptance"] == "1", filters=filters,
        )  # fmt: skip
        return json_answer(envelope(hits))

    async def subsidy_v1(self, request: Request) -> Response:
        """`GET /exp/v1/public/subsidies/id/{id}`."""
        return self._detail(request, detail_v1)

    async def subsidy_v2(self, request: Request) -> Response:
        """`GET /exp/v2/public/subsidies/id/{id}`."""
        return self._detail(request, detail_v2)

    def _detail(self, request: Request, show: Any) -> Response:
        program_id = request.path_params["id"]
        if len(program_id) > 18:
            return bad_request("/api/subsidies/id", "id is longer than 18 characters")
        program = self.catalogue.find(program_id)
        return json_answer(envelope([show(program)] if program else []))

    async def token(self, request: Request) -> Response:
        """`POST /oauth/token`."""
        form = await request.form()
        fields = {name: str(value) for name, value in form.items()}
        status, body = self.desk.issue(fields, request.headers.get("authorization"))
        return json_answer(body, status, {"Cache-Control": "no-store"})

    async def applications(self, request: Request) -> Response:
        """`GET /applicant/v1/applications`."""
        if not self.desk.admits(request.headers.get("authorization")):
            return error("invalid_token", "no access token, or it has expired", 401)
        query = request.query_params
        limit = query.get("limit", "100")
        if not (limit.isascii() and limit.isdigit() and 1 <= int(limit) <= MAX_LIMIT):
            return error("invalid_request", f"limit must be 1 to {MAX_LIMIT}", 400)
        try:
            page = self.index.page(
                query.get("updatedFrom"),
                query.get("updatedUntil"),
                query.get("cursor"),
                int(limit),
            )
        except ParameterError as fault:
            return error(fault.code, str(fault), 400)
        return json_answer(page)


def subsidy_app(world: World, desk: TokenDesk) -> Starlette:
    """The application; `app.state.subsidy` gives the index and the catalogue."""
    system = Subsidy(world, desk)
    public = "/exp/{}/public/subsidies"
    app = Starlette(
        routes=[
            Route(public.format("v1"), system.list_subsidies),
            Route(public.format("v1") + "/id/{id}", system.subsidy_v1),
            Route(public.format("v2") + "/id/{id}", system.subsidy_v2),
            Route("/oauth/token", system.token, methods=["POST"]),
            Route("/applicant/v1/applications", system.applications),
        ]
    )
    app.state.subsidy = system
    return app
