"""What the portal asks of the hub: sign-in, and a token for each purpose."""

from __future__ import annotations

from typing import Protocol

import httpx

from examples.client.api import Api
from examples.client.oauth import Attempt, SignIn, Token, TokenService
from examples.portal.settings import Settings

SCOPES = {
    "application_status": "business:read business.details:read applications:read plans:read"
    " directory:read audit:read",
    "prefill": "forms:read forms:prefill business:read business.details:read",
}
"""Purpose → scopes asked for; a token is for one purpose."""

SECONDS = 15.0


class Hub(Protocol):
    """The hub as pages see it; tests put another in its place."""

    async def sign_in_url(self, attempt: Attempt, hint: str | None, *, again: bool) -> str:
        """Where the browser signs in."""

    async def redeem(self, attempt: Attempt, code: str) -> SignIn:
        """The sign-in behind a code."""

    async def token(self, signed_in: SignIn, purpose: str) -> Token:
        """A token for the API, for one purpose."""

    async def revoke(self, token: Token) -> None:
        """End a token and what was derived from it."""

    async def sign_out_url(self, signed_in: SignIn, return_to: str) -> str | None:
        """Where the browser ends the session at the hub."""

    def api(self, token: Token) -> Api:
        """The API with a token."""


class RealHub:
    """The hub over HTTP."""

    def __init__(self, settings: Settings) -> None:
        self._http = httpx.AsyncClient(timeout=SECONDS, follow_redirects=False)
        self._audience = settings.api
        self._service = TokenService(
            settings.issuer, settings.client_id, settings.key, settings.redirect_uri, self._http
        )

    async def sign_in_url(self, attempt: Attempt, hint: str | None, *, again: bool) -> str:
        """Where the browser signs in."""
        return await self._service.authorization_url(attempt, login_hint=hint, again=again)

    async def redeem(self, attempt: Attempt, code: str) -> SignIn:
        """The sign-in behind a code."""
        return await self._service.redeem(attempt, code)

    async def token(self, signed_in: SignIn, purpose: str) -> Token:
        """A token for the API, for one purpose."""
        return await self._service.exchange(
            signed_in.token, self._audience, SCOPES[purpose], purpose
        )

    async def revoke(self, token: Token) -> None:
        """End a token and what was derived from it."""
        await self._service.revoke(token)

    async def sign_out_url(self, signed_in: SignIn, return_to: str) -> str | None:
        """Where the browser ends the session at the hub."""
        return await self._service.sign_out_url(signed_in, return_to)

    def api(self, token: Token) -> Api:
        """The API with a token."""
        return Api(self._audience, token.value, self._http)
