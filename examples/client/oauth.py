"""The token service as a front end's back end uses it: sign-in, exchange, revocation.

Authorization code with PKCE, state and nonce; the client authenticates by a key of its own
(private_key_jwt). Nothing here belongs in a browser.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
from joserfc import jwk, jwt
from joserfc.errors import JoseError

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a name
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHM = "ES256"
LEEWAY = 30
"""Seconds that clocks may differ."""


class OAuthError(Exception):
    """The token service refused, or did not answer as it must.

    Attributes:
        code: OAuth's error code; `unreachable` where there was no answer.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Token:
    """An access token; `expires_at` in seconds of time.time()."""

    value: str = field(repr=False)
    expires_at: float
    scopes: frozenset[str] = frozenset()

    def holds(self, seconds: float = 20.0) -> bool:
        """Whether it holds for that long."""
        return time.time() + seconds < self.expires_at


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who signed in: the hub's token for the token service itself, and what the id_token says."""

    token: Token
    id_token: str = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sign-in that was begun; kept in the session until the browser comes back."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)

    @classmethod
    def new(cls) -> Attempt:
        """Fresh random values."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))

    @property
    def challenge(self) -> str:
        """The PKCE challenge (S256)."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class TokenService:
    """A client of one token service.

    Args:
        issuer: its `iss`, whose metadata is read at first need.
        key: the client's private key, a JWK with `kid`.
        redirect_uri: where sign-ins return to, as it is registered.
    """

    def __init__(
        self, issuer: str, client_id: str, key: Mapping[str, Any], redirect_uri: str,
        http: httpx.AsyncClient,
    ) -> None:  # fmt: skip
        self.issuer, self.client_id, self.redirect_uri = issuer, client_id, redirect_uri
        self._key = jwk.import_key(dict(key))
        self._http = http
        self._metadata: dict[str, Any] | None = None
        self._keys: jwk.KeySet | None = None

    async def metadata(self) -> dict[str, Any]:
        """The service's metadata (OpenID Connect Discovery)."""
        if self._metadata is None:
            found = await self._get(f"{self.issuer}/.well-known/openid-configuration")
            if found.get("issuer") != self.issuer:
                raise OAuthError("wrong_issuer")
            self._metadata = found
        return self._metadata

    async def authorization_url(
        self, attempt: Attempt, *, login_hint: str | None = None, again: bool = False
    ) -> str:
        """Where the browser is sent to sign in; `again`: even if it is signed in already."""
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        if login_hint:
            query["login_hint"] = login_hint
        if again:
            query["prompt"] = "login"
        endpoint = (await self.metadata())["authorization_endpoint"]
        return f"{endpoint}?{urlencode(query)}"

    async def redeem(self, attempt: Attempt, code: str) -> SignIn:
        """The sign-in behind a code."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": attempt.verifier,
        }
        told = await self._post("token_endpoint", form)
        claims = await self._verified(told.get("id_token"), attempt.nonce)
        return SignIn(_token(told), told["id_token"], claims)

    async def exchange(self, subject: Token, audience: str, scopes: str, purpose: str) -> Token:
        """A token for a system, out of a sign-in's own (RFC 8693)."""
        form = {
            "grant_type": EXCHANGE,
            "subject_token": subject.value,
            "subject_token_type": ACCESS_TOKEN,
            "audience": audience,
            "scope": scopes,
            "purpose": purpose,
        }
        return _token(await self._post("token_endpoint", form))

    async def revoke(self, token: Token) -> None:
        """End a token and all that was derived from it."""
        await self._post("revocation_endpoint", {"token": token.value})

    async def sign_out_url(self, sign_in: SignIn, return_to: str) -> str | None:
        """Where the browser can end the session at the hub itself; None where it cannot."""
        endpoint = (await self.metadata()).get("end_session_endpoint")
        query = {
            "id_token_hint": sign_in.id_token,
            "post_logout_redirect_uri": return_to,
            "client_id": self.client_id,
        }
        return f"{endpoint}?{urlencode(query)}" if endpoint else None

    async def _verified(self, id_token: object, nonce: str) -> dict[str, Any]:
        """The claims of an id_token that is of this issuer, for this client and this attempt."""
        if not isinstance(id_token, str):
            raise OAuthError("no_id_token")
        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.client_id},
            nonce={"essential": True, "value": nonce},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        for refetch in (False, True):
            try:
                keys = await self._key_set(refetch=refetch)
                claims = dict(jwt.decode(id_token, keys, algorithms=[ALGORITHM]).claims)
                registry.validate(claims)
            except (JoseError, ValueError):
                if refetch:
                    raise OAuthError("bad_id_token") from None
            else:
                return claims
        raise AssertionError("the second round returns or raises")

    async def _key_set(self, *, refetch: bool) -> jwk.KeySet:
        if self._keys is None or refetch:
            found = await self._get((await self.metadata())["jwks_uri"])
            self._keys = jwk.KeySet.import_key_set(found)  # type: ignore[arg-type]
        return self._keys

    def _assertion(self) -> str:
        now = int(time.time())
        header = {"alg": ALGORITHM, "kid": self._key.kid, "typ": "JWT"}
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.issuer,
            "jti": secrets.token_urlsafe(16),
            "iat": now,
            "exp": now + 60,
        }
        return jwt.encode(header, claims, self._key, algorithms=[ALGORITHM])

    async def _get(self, address: str) -> dict[str, Any]:
        try:
            answer = await self._http.get(address)
            answer.raise_for_status()
            return dict(answer.json())
        except (httpx.HTTPError, ValueError):
            raise OAuthError("unreachable") from None

    async def _post(self, endpoint: str, form: Mapping[str, str]) -> dict[str, Any]:
        metadata = await self.metadata()
        signed = {
            **form,
            "client_assertion_type": ASSERTION,
            "client_assertion": self._assertion(),
        }
        try:
            answer = await self._http.post(metadata[endpoint], data=signed)
            told = answer.json() if answer.content else {}
        except (httpx.HTTPError, ValueError):
            raise OAuthError("unreachable") from None
        if answer.status_code != 200:
            raise OAuthError(str(told.get("error") or "refused"))
        return dict(told)


def _token(told: Mapping[str, Any]) -> Token:
    return Token(
        str(told["access_token"]),
        time.time() + float(told.get("expires_in", 0)),
        frozenset(str(told.get("scope", "")).split()),
    )
