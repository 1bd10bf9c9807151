"""An OAuth token desk: client credentials with a secret or a signed assertion."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_plus

from joserfc import jwk, jwt
from joserfc.errors import JoseError

from mocks.credentials import ClientCredentials

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
Answer = tuple[int, dict[str, Any]]


class TokenDesk:
    """Issues opaque bearer tokens that live for `lifetime` seconds.

    `seconds` is the desk's clock (time.time); tests hand in their own.
    """

    def __init__(
        self,
        client: ClientCredentials,
        *,
        scope: str,
        lifetime: int = 3600,
        seconds: Callable[[], float] = time.time,
    ) -> None:
        self.client = client
        self.scope = scope
        self.lifetime = lifetime
        self.seconds = seconds
        self._tokens: dict[str, float] = {}
        self._seen: set[str] = set()

    def issue(self, form: dict[str, str], authorization: str | None) -> Answer:
        """Answer a token request (RFC 6749 4.4, RFC 7523 2.2)."""
        if form.get("grant_type") != "client_credentials":
            return 400, {"error": "unsupported_grant_type"}
        if "client_assertion" in form:
            known = self._by_assertion(form)
        else:
            known = self._by_secret(authorization)
        if not known:
            return 401, {"error": "invalid_client", "error_description": "client refused"}
        asked = form.get("scope")
        if asked and asked != self.scope:
            return 400, {"error": "invalid_scope"}
        token = secrets.token_urlsafe(32)
        self._tokens[token] = self.seconds() + self.lifetime
        return 200, {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": self.lifetime,
            "scope": self.scope,
        }

    def admits(self, authorization: str | None) -> bool:
        """Whether the Authorization header holds a token that still lives."""
        scheme, _, token = (authorization or "").partition(" ")
        return scheme.lower() == "bearer" and self._tokens.get(token, 0) > self.seconds()

    def revoke_all(self) -> None:
        """Let every token expire at once."""
        self._tokens.clear()

    def given_out(self) -> set[str]:
        """Every token that it remembers."""
        return set(self._tokens)

    def _by_secret(self, authorization: str | None) -> bool:
        """client_secret_basic; both parts are form-urlencoded first (RFC 6749 2.3.1)."""
        scheme, _, packed = (authorization or "").partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            name, _, secret = base64.b64decode(packed, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        return unquote_plus(name) == self.client.client_id and hmac.compare_digest(
            unquote_plus(secret), self.client.client_secret
        )

    def _by_assertion(self, form: dict[str, str]) -> bool:
        """private_key_jwt: signed by the client's key, for us, unexpired, and used once."""
        if form.get("client_assertion_type") != ASSERTION:
            return False
        key = jwk.import_key(self.client.public_key, "RSA")
        try:
            token = jwt.decode(form["client_assertion"], key, algorithms=["RS256"])
            registry = jwt.JWTClaimsRegistry(
                now=lambda: int(self.seconds()),
                leeway=60,
                iss={"essential": True, "value": self.client.client_id},
                sub={"essential": True, "value": self.client.client_id},
                aud={"essential": True},
                exp={"essential": True},
                jti={"essential": True},
            )
            registry.validate(token.claims)
        except (JoseError, ValueError):
            return False
        aud = token.claims["aud"]
        meant = [aud] if isinstance(aud, str) else list(aud)
        jti = str(token.claims["jti"])
        if jti in self._seen or not any(str(url).endswith("/oauth/token") for url in meant):
            return False
        self._seen.add(jti)
        return True
