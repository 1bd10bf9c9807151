"""Headers that every answer of the service carries, and who may read which from another origin."""

from __future__ import annotations

from starlette.datastructures import Headers as Given
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sso.settings import ServiceSettings

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
READABLE = frozenset(
    {"/jwks", "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"}
)
"""Public documents, which pages of listed origins may read. No other answer is for a browser."""


class Headers:
    """Adds security headers where an answer has none of its own, and CORS for public documents."""

    def __init__(self, app: ASGIApp, settings: ServiceSettings) -> None:
        self._app = app
        self._origins = frozenset(settings.origins)
        headers = dict(ALWAYS)
        if settings.issuer.startswith("https://"):
            headers["Strict-Transport-Security"] = "max-age=31536000"
        self._always = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def started(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.setdefault("headers", [])
                there = {name for name, _ in headers}
                headers.extend(one for one in self._always if one[0] not in there)
                if scope["path"] in READABLE:
                    self._allow_origin(scope, message)
            await send(message)

        await self._app(scope, receive, started)

    def _allow_origin(self, scope: Scope, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        headers.append("Vary", "Origin")
        origin = Given(scope=scope).get("origin")
        if origin in self._origins:
            headers["Access-Control-Allow-Origin"] = origin
