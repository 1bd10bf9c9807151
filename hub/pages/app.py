"""The pages as one ASGI application: nobody gets past the door without being known."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from base.clock import Clock
from base.errors import HubError
from base.settings import Settings
from hub.pages import csrf, quarantine_pages, review_pages, system_pages
from hub.pages.guard import Guard, NotSignedIn, Viewer
from hub.pages.view import FOLDER, failed, page
from hub.pages.visit import LANGUAGE_COOKIE, LANGUAGES, Base, Handler, Visit

log = logging.getLogger(__name__)

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self';"
    " frame-ancestors 'self'; base-uri 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}
LONGEST_FORM = 100_000
"""Bytes of a form."""

PAGES: dict[str, Handler] = {
    "/": system_pages.home,
    "/dag/{dag_id}": system_pages.of_dag,
    "/systems/{system}": system_pages.system,
    "/systems/{system}/{stream}/mapping": system_pages.mapping,
    "/quarantine": quarantine_pages.reasons,
    "/quarantine/items": quarantine_pages.items,
    "/review": review_pages.queue,
    "/review/pair": review_pages.pair,
}
ACTS: dict[str, Handler] = {
    "/systems/{system}/run": system_pages.run_now,
    "/systems/{system}/pause": system_pages.pause,
    "/systems/{system}/remap/preview": system_pages.preview_remap,
    "/systems/{system}/remap": system_pages.do_remap,
    "/quarantine/preview": quarantine_pages.preview,
    "/quarantine/act": quarantine_pages.act,
    "/review/decide": review_pages.decide,
}


def build(guard: Guard, settings: Settings, clock: Clock | None = None) -> ASGIApp:
    """The application; `guard` says who asks and what they may do."""
    base = Base(guard, settings, clock)
    routes: list[Route | Mount] = [
        Route(path, _answering(base, handler), methods=["GET"]) for path, handler in PAGES.items()
    ]
    routes += [
        Route(path, _answering(base, handler), methods=["POST"]) for path, handler in ACTS.items()
    ]
    routes.append(Mount("/static", StaticFiles(directory=FOLDER / "static")))
    return Starlette(
        routes=routes,
        middleware=[Middleware(_Door, guard=guard)],
        exception_handlers={404: _nothing_here},
    )


async def _nothing_here(_request: Request, _error: Exception) -> Response:
    return PlainTextResponse("このページはありません / There is no such page\n", 404)


class _Door:
    """Lets in who is signed in to Airflow, whatever they ask for, and sets the headers."""

    def __init__(self, app: ASGIApp, guard: Guard) -> None:
        self.app = app
        self.guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = [(k.encode(), v.encode()) for k, v in HEADERS.items()]
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        try:
            viewer = await self.guard.viewer(Request(scope, receive))
        except NotSignedIn:
            text = "Airflow にサインインしてください / Sign in to Airflow first\n"
            await PlainTextResponse(text, 401)(scope, receive, sent)
            return
        scope["hub.viewer"] = viewer
        await self.app(scope, receive, sent)


def _answering(base: Base, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        viewer: Viewer = request.scope["hub.viewer"]
        visit = Visit(request, viewer, base)
        if request.method == "POST" and (refusal := await _form(visit)):
            return refusal
        return await run_in_threadpool(_answered, visit, handler)

    return answer


async def _form(visit: Visit) -> Response | None:
    """Read the form of a post into the visit; an answer where it may not be believed."""
    request, base = visit.request, visit.base
    kind = request.headers.get("content-type", "").partition(";")[0]
    if int(request.headers.get("content-length") or LONGEST_FORM + 1) > LONGEST_FORM:
        return PlainTextResponse("The form is too large\n", 413)
    if kind == "application/x-www-form-urlencoded" and csrf.same_origin(request):
        given = await request.form()
        visit.form = {name: str(value) for name, value in given.items()}
        token = visit.form.get("csrf", "")
        if csrf.holds(base.guard.secret, visit.viewer.name, token, base.clock.now()):
            return None
    return failed(visit, "forged", 403)


def _answered(visit: Visit, handler: Handler) -> Response:
    try:
        response = handler(visit)
    except HubError as error:
        log.warning("%s %s: %s", visit.request.method, visit.request.url.path, error)
        response = page(visit, "failed.html", {"what": error.what, "remedy": error.remedy}, 503)
    chosen = visit.request.query_params.get("lang")
    if chosen in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE, str(chosen), max_age=31_536_000, path=visit.root or "/",
            httponly=True, samesite="lax", secure=visit.request.url.scheme == "https",
        )  # fmt: skip
    return response
