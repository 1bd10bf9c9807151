"""The read API: its endpoints, its refusals, its headers and its OpenAPI document."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import models
from api.problems import KINDS, OF_STATUS, Refused
from api.routes import (
    applications,
    businesses,
    changes,
    confidential,
    directory,
    forms,
    looks,
    me,
)
from api.service import Service
from base.errors import HubError, InternalError, StoreUnreachable

_log = logging.getLogger(__name__)

MOST_BODY = 1_000_000
"""Bytes of a request's body: many times the longest form's answers."""

TITLE = "中小企業支援 連携ハブ API / SME support hub API"
DESCRIPTION = (
    "中小企業支援システムの情報を、代表する事業者について一つのAPIで読み取ります。"
    "連携ハブの認可サーバーが発行したアクセストークンが必要です。\n\n"
    "Reads, over all connected systems, what concerns the represented business. Needs an access"
    " token of the hub (RFC 9068) for this API's audience. Errors are Problem Details (RFC 9457);"
    " lists are paged by cursor; every answer has an ETag and leaves an audit row."
)
_ROUTERS = tuple(
    one.router
    for one in (me, businesses, applications, confidential, directory, forms, changes, looks)
)
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"strict-transport-security", b"max-age=31536000"),
]


def build(service: Service | None) -> FastAPI:
    """The application over a service; without one only to write its document."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if service is None:
            yield
            return
        service.start()
        try:
            yield
        finally:
            service.close()

    app = FastAPI(
        title=TITLE,
        version="1",
        description=DESCRIPTION,
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
        responses={500: {"model": models.Problem}},
    )
    app.state.service = service
    for router in _ROUTERS:
        app.include_router(router, prefix="/v1")
    _add_health(app)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _plain)
    app.add_exception_handler(HubError, _failed)
    app.add_exception_handler(Exception, _failed)
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    app.add_middleware(Guard)
    return app


def _add_health(app: FastAPI) -> None:
    @app.get(
        "/health",
        tags=["health"],
        summary="稼働状況 / Health",
        description="応答できるか。 / Whether the API can answer: its stores do.",
        response_model=None,
        responses={
            200: {"model": models.Health, "description": "OK"},
            503: {"model": models.Problem, "description": "unavailable"},
        },
    )
    async def health(request: Request) -> Response:
        from anyio import to_thread

        service: Service = request.app.state.service
        try:
            await to_thread.run_sync(service.quick.rows, "SELECT 1 AS one", limiter=service.threads)
            await service.writer.write(None)
        except HubError:
            raise Refused("unavailable", headers={"Retry-After": "5"}) from None
        return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


async def _refused(_request: Request, error: Exception) -> Response:
    if not isinstance(error, Refused):
        raise error
    return error.response()


async def _invalid(_request: Request, error: Exception) -> Response:
    """Which parameter is wrong and what it must be, without what was sent."""
    if not isinstance(error, RequestValidationError):
        raise error
    told = [
        {"where": ".".join(str(part) for part in one["loc"]), "what": one["type"]}
        for one in error.errors()
    ]
    return Refused("invalid", errors=told).response()


async def _plain(_request: Request, error: Exception) -> Response:
    """What Starlette itself refuses: an unknown path, another method."""
    if not isinstance(error, HTTPException):
        raise error
    return Refused(
        OF_STATUS.get(error.status_code, "bad-request"), headers=error.headers
    ).response()


async def _failed(_request: Request, error: Exception) -> Response:
    if isinstance(error, StoreUnreachable):
        return Refused("unavailable", headers={"Retry-After": "5"}).response()
    _log.error("%s", InternalError.of(error))
    return Refused("internal").response()


class Guard:
    """Security headers on every answer; bodies that are too large are refused unread."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def started(message: Message) -> None:
            if message["type"] == "http.response.start":
                message.setdefault("headers", []).extend(_HEADERS)
            await send(message)

        if _length(scope) > MOST_BODY:
            await Refused("too-large").response()(scope, receive, started)
            return
        await self._app(scope, _bounded(receive), started)


def _length(scope: Scope) -> int:
    """The announced length; what is no number counts as too long."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else MOST_BODY + 1
    return 0


def _bounded(receive: Receive) -> Callable[[], Awaitable[Message]]:
    read = 0

    async def one() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > MOST_BODY:
            raise Refused("too-large")
        return message

    return one


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document (3.1), the same whatever installation writes it."""
    from fastapi.openapi.utils import get_openapi

    if app.openapi_schema:
        return app.openapi_schema
    found = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    schemes = found["components"].setdefault("securitySchemes", {})
    schemes["hub"] = {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "at+jwt",
        "description": "連携ハブのアクセストークン / an access token of the hub",
    }
    for path, operations in found["paths"].items():
        for operation in operations.values():
            if path.startswith("/v1/"):
                operation["security"] = [{"hub": []}]
            _tidied(operation)
    for name in ("HTTPValidationError", "ValidationError"):
        found["components"]["schemas"].pop(name, None)
    app.openapi_schema = found
    return found


def _tidied(operation: dict[str, Any]) -> None:
    """Refusals are Problem Details and nothing else; of 304 there is a word."""
    for status, told in operation["responses"].items():
        if status.isdigit() and int(status) >= 400:
            told["content"] = {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            }
            kind = KINDS[OF_STATUS[int(status)]]
            told["description"] = f"{kind.ja} / {kind.en}"
    if "security" in operation:
        operation["responses"]["304"] = {"description": "変更なし / Not modified"}
