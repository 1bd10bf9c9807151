"""The OpenID provider's state: codes, grants, tokens and keys. It knows nothing of HTTP.

Tokens are as GビズID documents them: the access token is a JWT without aud and without scope, the
id_token holds no attribute of anybody, the refresh token is a pseudo-JWT with alg none.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import string
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

from mocks.corporate_auth.parties import RelyingParty
from mocks.credentials import new_key

CODE_SECONDS, TOKEN_SECONDS, REFRESH_SECONDS = 300, 3600, 30 * 86_400
_ALPHABET = string.ascii_letters + string.digits


class Refused(Exception):
    """A request that the provider refuses: the documented error and its status."""

    def __init__(self, error: str, status: int = 400, description: str = "") -> None:
        super().__init__(error)
        self.error = error
        self.status = status
        self.description = description


@dataclass(frozen=True, slots=True)
class Grant:
    """What a user granted a relying party by signing in; `delegation` where as an agent."""

    client_id: str
    sub: str
    scopes: tuple[str, ...]
    auth_time: int
    nonce: str | None = None
    delegation: str | None = None
    redirect_uri: str = ""
    challenge: str | None = None


@dataclass(frozen=True, slots=True)
class _Held:
    grant: Grant
    ends: float


class Provider:
    """Issues and checks codes and tokens.

    Args:
        key: PEM of the RSA key that signs.
        seconds: the provider's clock (time.time); tests hand in their own.
    """

    def __init__(self, key: str, seconds: Callable[[], float] = time.time) -> None:
        self.seconds = seconds
        self.lifetime = TOKEN_SECONDS
        self._keys = [_imported(key)]
        self._codes: dict[str, _Held] = {}
        self._access: dict[str, _Held] = {}
        self._refresh: dict[str, _Held] = {}
        self._given: set[str] = set()

    @property
    def jwks(self) -> dict[str, Any]:
        """The public keys, the one that signs first."""
        return {"keys": [{**k.as_dict(private=False), "use": "sig"} for k in self._keys]}

    def rotate_key(self, key: str | None = None) -> None:
        """Sign with another key from now on; the one before stays published."""
        self._keys = [_imported(key or new_key()), self._keys[0]]

    def code(self, grant: Grant) -> str:
        """An authorization code: 22 letters and digits, for five minutes and one use."""
        code = "".join(secrets.choice(_ALPHABET) for _ in range(22))
        self._codes[code] = _Held(grant, self.seconds() + CODE_SECONDS)
        self._given.add(code)
        return code

    def redeem(self, party: RelyingParty, issuer: str, form: dict[str, str]) -> dict[str, Any]:
        """The answer to a token request of an authenticated party.

        Raises:
            Refused: as documented for each grant.
        """
        kind = form.get("grant_type")
        if not kind:
            raise Refused("invalid_request", description="grant_type is missing")
        if kind == "authorization_code":
            return self._by_code(party, issuer, form)
        if kind == "refresh_token":
            return self._by_refresh(party, issuer, form)
        raise Refused("unsupported_grant_type")

    def _by_code(self, party: RelyingParty, issuer: str, form: dict[str, str]) -> dict[str, Any]:
        if not form.get("code") or not form.get("redirect_uri"):
            raise Refused("invalid_request", description="code and redirect_uri are required")
        held = self._codes.pop(form["code"], None)
        if held is None or held.ends <= self.seconds():
            raise Refused("invalid_grant", description="the code is unknown, used or expired")
        grant = held.grant
        if grant.client_id != party.client_id or grant.redirect_uri != form["redirect_uri"]:
            raise Refused("invalid_grant", description="the code was given to another address")
        if grant.challenge is not None and _s256(form.get("code_verifier", "")) != grant.challenge:
            raise Refused("invalid_grant", description="code_verifier does not fit")
        return self._answer(grant, issuer)

    def _by_refresh(self, party: RelyingParty, issuer: str, form: dict[str, str]) -> dict[str, Any]:
        token = form.get("refresh_token")
        if not token:
            raise Refused("invalid_request", description="refresh_token is required")
        held = self._refresh.get(token)
        if held is None or held.ends <= self.seconds() or held.grant.client_id != party.client_id:
            raise Refused("invalid_token", 401)
        scopes = tuple(form.get("scope", "").split()) or held.grant.scopes
        if not set(scopes) <= set(held.grant.scopes) or "openid" not in scopes:
            raise Refused("invalid_scope", 401)
        del self._refresh[token]
        return self._answer(replace(held.grant, scopes=scopes, nonce=None), issuer)

    def _answer(self, grant: Grant, issuer: str) -> dict[str, Any]:
        access = {"azp": grant.client_id, **self._common(grant, issuer)}
        answer: dict[str, Any] = {
            "access_token": self._signed(access),
            "token_type": "Bearer",
            "expires_in": self.lifetime,
            "scope": " ".join(grant.scopes),
        }
        self._access[access["jti"]] = _Held(grant, float(access["exp"]))
        if "openid" in grant.scopes:
            claims = {"aud": grant.client_id, "auth_time": grant.auth_time}
            if grant.nonce is not None:
                claims["nonce"] = grant.nonce
            answer["id_token"] = self._signed({**self._common(grant, issuer), **claims})
        if "offline_access" in grant.scopes:
            answer["refresh_token"] = self._refresh_token(grant)
        self._given |= {answer[name] for name in answer if name.endswith("_token")}
        return answer

    def _common(self, grant: Grant, issuer: str) -> dict[str, Any]:
        now = int(self.seconds())
        return {
            "sub": grant.sub,
            "iss": issuer,
            "exp": now + self.lifetime,
            "iat": now,
            "jti": secrets.token_urlsafe(16),
        }

    def _signed(self, claims: dict[str, Any]) -> str:
        key = self._keys[0]
        header = {"alg": "RS256", "kid": key.kid, "typ": "JWT"}
        return jwt.encode(header, claims, key, algorithms=["RS256"])

    def _refresh_token(self, grant: Grant) -> str:
        ends = int(self.seconds()) + REFRESH_SECONDS
        parts = ({"alg": "none"}, {"exp": ends, "jti": secrets.token_urlsafe(16)})
        token = ".".join([*(_packed(part) for part in parts), ""])
        self._refresh[token] = _Held(grant, float(ends))
        return token

    def grant_of(self, authorization: str | None) -> Grant:
        """The grant behind a Bearer header.

        Raises:
            Refused: invalid_token, 401.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Refused("invalid_token", 401)
        try:
            keys = KeySet(list(self._keys))
            claims = jwt.decode(token, keys, algorithms=["RS256"]).claims
        except (JoseError, ValueError) as error:
            raise Refused("invalid_token", 401) from error
        held = self._access.get(str(claims.get("jti")))
        if held is None or held.ends <= self.seconds():
            raise Refused("invalid_token", 401)
        return held.grant

    def revoke_all(self) -> None:
        """Let every access token expire at once."""
        self._access.clear()

    def given_out(self) -> set[str]:
        """Every code and token that was given out."""
        return set(self._given)


def _imported(key: str) -> RSAKey:
    made = RSAKey.import_key(key)
    made.ensure_kid()
    return made


def _packed(part: dict[str, Any]) -> str:
    text = json.dumps(part, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def _s256(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
