"""The portal: its pages, its headers, and what a user is told when something fails."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from examples.client.api import ApiError
from examples.client.oauth import OAuthError
from examples.portal import forms, pages, signing
from examples.portal.hub import Hub, RealHub
from examples.portal.sessions import Sessions
from examples.portal.settings import Settings
from examples.portal.view import WrongForm, page, sign_in_path
from examples.portal.visit import SignInNeeded

HERE = Path(__file__).parent
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
NOT_ALLOWED = frozenset({"invalid_target", "invalid_scope", "access_denied"})


def build(settings: Settings, hub: Hub | None = None) -> Starlette:
    """The application; tests hand another hub in."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.hub = hub or RealHub(settings)
        yield

    app = Starlette(
        routes=[
            Route("/", pages.home),
            Route("/health", pages.health),
            Route("/sign-in", signing.sign_in),
            Route("/sign-in/callback", signing.callback),
            Route("/sign-out", signing.sign_out, methods=["POST"]),
            Route("/represent", pages.represent),
            Route("/business", pages.business),
            Route("/applications", pages.applications),
            Route("/search", pages.search),
            Route("/forms", forms.listed),
            Route("/forms/{form}", forms.filled),
            Route("/forms/{form}/preview", forms.preview, methods=["POST"]),
            Route("/forms/{form}/send", forms.send, methods=["POST"]),
            Route("/looks", pages.looks),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ],
        middleware=[Middleware(SecurityHeaders, secure=settings.secure)],
        exception_handlers={
            SignInNeeded: _sign_in_needed,
            OAuthError: _refused,
            ApiError: _api_refused,
            WrongForm: _wrong_form,
            HTTPException: _plain,
            Exception: _failed,
        },
        lifespan=lifespan,
    )
    app.state.settings = settings
    app.state.sessions = Sessions(settings)
    return app


async def _sign_in_needed(request: Request, _error: Exception) -> Response:
    if request.method != "GET":
        return page(request, "trouble.html", 401, title="サインインが必要です",
                    told="時間が経過したため、もう一度サインインしてください。")  # fmt: skip
    return RedirectResponse(sign_in_path(request), 303)


async def _refused(request: Request, error: Exception) -> Response:
    code = error.code if isinstance(error, OAuthError) else ""
    if code in NOT_ALLOWED:
        return page(request, "trouble.html", 403, title="この操作は許可されていません",
                    told="このアカウント、または委任の範囲では利用できません。"
                    "別の立場を選ぶか、委任の内容を確認してください。",
                    link=("/sign-in?again=1", "別の立場でサインインする"))  # fmt: skip
    return page(request, "trouble.html", 503, title="サインインの仕組みに接続できません",
                told="時間をおいて、もう一度お試しください。")  # fmt: skip


async def _api_refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, ApiError):
        raise error
    if error.status == 401:
        if (session := request.app.state.sessions.of(request)) is not None:
            session.tokens.clear()
        return await _sign_in_needed(request, error)
    titles = {403: "この操作は許可されていません", 404: "該当する情報はありません"}
    status = error.status if error.status in titles else 503
    return page(
        request, "trouble.html", status,
        title=titles.get(status, "情報を取得できません"),
        told=error.title_ja or "時間をおいて、もう一度お試しください。",
    )  # fmt: skip


async def _wrong_form(request: Request, _error: Exception) -> Response:
    return page(request, "trouble.html", 403, title="画面の有効期限が切れました",
                told="前の画面に戻り、もう一度お試しください。")  # fmt: skip


async def _plain(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    title = "ページが見つかりません" if status == 404 else "この操作はできません"
    return page(request, "trouble.html", status, title=title,
                told="入力した内容とアドレスを確認してください。")  # fmt: skip


async def _failed(request: Request, _error: Exception) -> Response:
    return page(request, "trouble.html", 500, title="エラーが発生しました",
                told="時間をおいて、もう一度お試しください。")  # fmt: skip


class SecurityHeaders:
    """Security headers on every answer; pages are never stored by anybody."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        more = {"Strict-Transport-Security": "max-age=31536000"} if secure else {}
        self._headers = [(k.lower().encode(), v.encode()) for k, v in (HEADERS | more).items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""

        async def started(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.setdefault("headers", [])
                headers.extend(self._headers)
                if not scope["path"].startswith("/static/"):
                    headers.append((b"cache-control", b"no-store"))
            await send(message)

        await self._app(scope, receive, started if scope["type"] == "http" else send)
