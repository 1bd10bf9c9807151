"""The token service over HTTP (Starlette)."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from base.errors import HubError, InternalError
from sso import forms, inspection
from sso.authentication import ALGORITHMS
from sso.forms import Form
from sso.headers import Headers
from sso.keys import ALGORITHM, CACHE_SECONDS
from sso.refusals import Refused
from sso.request import NO_STORE
from sso.service import Service
from sso.settings import ServiceSettings

_log = logging.getLogger(__name__)
_JSON = {"Content-Type": "application/json"}
_PUBLIC = {**_JSON, "Cache-Control": f"public, max-age={CACHE_SECONDS}"}
_DOCUMENT = msgspec.json.Encoder()

Endpoint = Callable[[Request], Awaitable[Response]]


def build(
    service: Service, routes: Sequence[BaseRoute] = (), metadata: dict[str, Any] | None = None
) -> Starlette:
    """The application.

    Args:
        routes: of the sign-in, beside the token service's own.
        metadata: what the sign-in adds to the server's metadata.
    """
    server = Application(service, metadata or {})

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        service.start()
        yield
        service.close()

    app = Starlette(
        routes=[
            Route("/token", server.token, methods=["POST"]),
            Route("/introspect", server.introspect, methods=["POST"]),
            Route("/revoke", server.revoke, methods=["POST"]),
            Route("/jwks", server.jwks, methods=["GET"]),
            Route("/.well-known/oauth-authorization-server", server.well_known, methods=["GET"]),
            Route("/health", server.health, methods=["GET"]),
            *routes,
        ],
        lifespan=lifespan,
    )
    app.state.service = service
    app.add_middleware(Headers, settings=service.settings)
    return app


class Application:
    """The endpoints of one service."""

    def __init__(self, service: Service, metadata: dict[str, Any]) -> None:
        self._service = service
        self._metadata = metadata

    async def token(self, request: Request) -> Response:
        """`POST /token` (RFC 6749 §3.2)."""

        async def answer(form: Form) -> Response:
            draft = await self._service.token(form)
            return Response(_DOCUMENT.encode(draft.body), draft.status, draft.headers)

        return await self._answered(request, answer)

    async def introspect(self, request: Request) -> Response:
        """`POST /introspect` (RFC 7662)."""

        async def answer(form: Form) -> Response:
            told = await inspection.introspect(self._service, form)
            return Response(_DOCUMENT.encode(told), 200, {**_JSON, **NO_STORE})

        return await self._answered(request, answer, recorded=True)

    async def revoke(self, request: Request) -> Response:
        """`POST /revoke` (RFC 7009)."""

        async def answer(form: Form) -> Response:
            await inspection.revoke(self._service, form)
            return Response(b"", 200, NO_STORE)

        return await self._answered(request, answer, recorded=True)

    async def jwks(self, request: Request) -> Response:
        """`GET /jwks` (RFC 7517)."""
        told = self._service.current.now.keys.jwks(self._service.now())
        return Response(_DOCUMENT.encode(told), 200, _PUBLIC)

    async def well_known(self, request: Request) -> Response:
        """`GET /.well-known/oauth-authorization-server` (RFC 8414)."""
        return Response(_DOCUMENT.encode(self.metadata()), 200, _PUBLIC)

    async def health(self, request: Request) -> Response:
        """`GET /health`: the process answers."""
        return Response(b'{"status":"ok"}', 200, {**_JSON, "Cache-Control": "no-store"})

    def metadata(self) -> dict[str, Any]:
        """The server's metadata."""
        return {
            **metadata(self._service.settings, self._service.server.grant_types()),
            **self._metadata,
        }

    async def _answered(
        self,
        request: Request,
        answer: Callable[[Form], Awaitable[Response]],
        *,
        recorded: bool = False,
    ) -> Response:
        """The answer to a form; whatever fails, an answer of OAuth's form.

        `recorded`: refusals after the form was read have left their audit row already.
        """
        form: Form | None = None
        try:
            try:
                form = await forms.read(request, client_address(request))
                return await answer(form)
            except Refused as refusal:
                if form is None or not recorded:
                    await self._service.refused(refusal, form, request.url.path)
                return refusal_response(refusal)
        except HubError as error:
            _log.error("%s", error)
            return refusal_response(Refused("store.away", retry_after=error.retry_after))
        except Exception as error:  # noqa: BLE001 - a trace might quote what a client sent
            _log.error("%s", InternalError.of(error))
            return refusal_response(Refused("internal"))


def client_address(request: Request) -> str:
    """Whose address a request came from."""
    return request.client.host if request.client else ""


def refusal_response(refusal: Refused) -> Response:
    """A refusal as OAuth tells it."""
    status, body, headers = refusal("")
    told = {name: value for name, value in dict(body).items() if value}
    return Response(_DOCUMENT.encode(told), status, {**dict(headers), **NO_STORE})


def metadata(settings: ServiceSettings, grant_types: Sequence[str]) -> dict[str, Any]:
    """What RFC 8414 publishes of the token service."""
    issuer = settings.issuer
    methods = ["private_key_jwt", "client_secret_basic", "client_secret_post"]
    told: dict[str, Any] = {"issuer": issuer, "jwks_uri": f"{issuer}/jwks"}
    for name, path in (
        ("token", "/token"),
        ("introspection", "/introspect"),
        ("revocation", "/revoke"),
    ):
        told[f"{name}_endpoint"] = issuer + path
        told[f"{name}_endpoint_auth_methods_supported"] = methods
        told[f"{name}_endpoint_auth_signing_alg_values_supported"] = list(ALGORITHMS)
    return {
        **told,
        "grant_types_supported": list(grant_types),
        "response_types_supported": [],
        "access_token_signing_alg_values_supported": [ALGORITHM],
        "service_documentation": "https://www.rfc-editor.org/rfc/rfc8693",
    }
