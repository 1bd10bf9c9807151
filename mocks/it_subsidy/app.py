"""The IT subsidy system over HTTP: signed assertions only, pages by cursor, a hard rate."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.it_subsidy.index import ItApplicationIndex
from mocks.pages import ParameterError
from mocks.subsidy.app import error, json_answer
from mocks.tokens import TokenDesk
from mocks.world import World

SCOPE = "it-applications.read"
MAX_LIMIT = 200


class ItSubsidy:
    """Holds the world's view and answers requests."""

    def __init__(self, world: World, desk: TokenDesk) -> None:
        self.index = ItApplicationIndex(world)
        self.desk = desk

    async def token(self, request: Request) -> Response:
        """`POST /oauth/token`, private_key_jwt alone."""
        form = {name: str(value) for name, value in (await request.form()).items()}
        status, body = self.desk.issue(form, authorization=None)
        return json_answer(body, status, {"Cache-Control": "no-store"})

    async def applications(self, request: Request) -> Response:
        """`GET /v1/applications`."""
        if not self.desk.admits(request.headers.get("authorization")):
            return error("invalid_token", "no access token, or it has expired", 401)
        query = request.query_params
        limit = query.get("limit", "50")
        if not (limit.isascii() and limit.isdigit() and 1 <= int(limit) <= MAX_LIMIT):
            return error("invalid_request", f"limit must be 1 to {MAX_LIMIT}", 400)
        try:
            page = self.index.page(
                query.get("updatedFrom"), query.get("updatedUntil"), query.get("cursor"), int(limit)
            )
        except ParameterError as fault:
            return error(fault.code, str(fault), 400)
        return json_answer(page)


def it_subsidy_app(world: World, desk: TokenDesk) -> Starlette:
    """The application; `app.state.it_subsidy` gives the index."""
    system = ItSubsidy(world, desk)
    app = Starlette(
        routes=[
            Route("/oauth/token", system.token, methods=["POST"]),
            Route("/v1/applications", system.applications),
        ]
    )
    app.state.it_subsidy = system
    return app
