"""The hub as a relying party: OpenID Connect's code flow with PKCE, checked by own code."""

from __future__ import annotations

import base64
import secrets
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote_plus, urlencode

import msgspec
from joserfc import jwk, jws
from joserfc.errors import JoseError

from base.clock import Clock
from base.errors import AuthenticationError, ContractError, HubError, RateLimited
from connectors.corporate_auth.live import LiveLookups
from sso.outbound import SECONDS, Outbound, refusal, refuses
from sso.people import Person
from sso.providers import Provider
from sso.refusals import Refused

ALGORITHMS = ("RS256", "PS256", "ES256")
LEEWAY = 30
REFETCHES, REFETCH_SECONDS = 5, 60.0
"""Keys are asked for again at most so often in so long, however many unknown ones are presented."""

KEEP_SECONDS = 3600.0
LONGEST_TOKEN = 16 * 1024
_DISCOVERY = ".well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a provider gave for a code.

    Attributes:
        access_token: the provider's own; the hub alone ever holds it.
        authenticated_at, expires_at: seconds since 1970.
    """

    sub: str
    access_token: str = field(repr=False)
    authenticated_at: int
    expires_at: int


class Keys:
    """A provider's public keys; an unknown id lets them be fetched again. Threads share it."""

    def __init__(self, fetch: Any, clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[str | None, Any] = {}
        self._refetched: deque[float] = deque(maxlen=REFETCHES)
        self._fetched_at: float | None = None

    def find(self, kid: str | None) -> Any | None:
        """The key of an id; the only key where a token names none.

        Raises:
            HubError: the keys had to be fetched and could not be, or were so often already that
                nobody can tell whether the provider has one of this id by now.
        """
        with self._lock:
            now = self._clock.monotonic()
            if self._fetched_at is None or now - self._fetched_at >= KEEP_SECONDS:
                self._read(now)
            found = self._known(kid)
            if found is None:
                self._refetching(now)
                self._read(now)
                found = self._known(kid)
            return found

    def _known(self, kid: str | None) -> Any | None:
        if kid is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(kid)

    def _refetching(self, now: float) -> None:
        if len(self._refetched) == REFETCHES and now - self._refetched[0] < REFETCH_SECONDS:
            raise RateLimited(
                "the identity provider's keys were asked for often enough",
                retry_after=REFETCH_SECONDS - (now - self._refetched[0]),
            )
        self._refetched.append(now)

    def _read(self, now: float) -> None:
        found: dict[str | None, Any] = {}
        for one in self._fetch().get("keys") or ():
            if not isinstance(one, dict) or one.get("use") not in (None, "sig"):
                continue
            if one.get("kty") not in ("RSA", "EC"):
                continue
            try:
                key = jwk.import_key(one)
            except (JoseError, ValueError, TypeError, KeyError):
                continue
            found[one.get("kid")] = key
        self._keys, self._fetched_at = found, now


class Lookups(Protocol):
    """Who holds an access token; `connectors.corporate_auth.live.LiveLookups` is one."""

    def userinfo(self, access_token: str) -> Any:
        """The answer of /userinfo."""


class RelyingParty:
    """One provider's endpoints, as the hub uses them. Threads share it."""

    def __init__(self, provider: Provider, clock: Clock, seconds: float = SECONDS) -> None:
        self.provider = provider
        self._clock = clock
        self._outbound = Outbound(provider.connection, clock, seconds)
        self._lock = threading.Lock()
        self._metadata: dict[str, Any] | None = None
        self._keys = Keys(self._fetch_keys, clock)
        self.live = (
            LiveLookups(provider.connection, clock, seconds=seconds)
            if provider.kind == "gbizid"
            else None
        )

    @property
    def issuer(self) -> str:
        """The provider's issuer."""
        return self.provider.issuer

    def close(self) -> None:
        """Give the connections back."""
        if self.live is not None:
            self.live.close()

    def endpoint(self, name: str) -> str:
        """An endpoint's address, by discovery; what was discovered is kept.

        Raises:
            Refused: `identity_provider.away`.
        """
        with self._lock:
            if self._metadata is None:
                try:
                    told = self._outbound.get(f"{self.issuer.rstrip('/')}/{_DISCOVERY}")
                except HubError as error:
                    raise refusal(error) from None
                if told.get("issuer") != self.issuer:
                    raise Refused("identity_provider.away")
                self._metadata = told
            found = self._metadata.get(name)
        if not isinstance(found, str):
            raise Refused("identity_provider.away")
        return found

    def authorization_url(
        self, redirect_uri: str, state: str, nonce: str, challenge: str, more: Mapping[str, str]
    ) -> str:
        """Where the browser is sent to sign in.

        Raises:
            Refused: `identity_provider.away`.
        """
        asked = {
            "response_type": "code",
            "client_id": self.provider.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(self.provider.scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **more,
        }
        endpoint = self.endpoint("authorization_endpoint")
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    def redeem(self, code: str, redirect_uri: str, verifier: str, nonce: str) -> SignIn:
        """Exchange a code (client_secret_basic), and check the id_token that comes with it.

        Raises:
            Refused: `sign_in.refused` where the provider or the id_token says no,
                `identity_provider.away`.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        try:
            status, told = self._outbound.post(
                self.endpoint("token_endpoint"), form, {"Authorization": self._basic()}
            )
        except HubError as error:
            raise refusal(error) from None
        if status != 200 or str(told.get("token_type", "")).lower() != "bearer":
            raise Refused("sign_in.refused")
        access, presented = told.get("access_token"), told.get("id_token")
        if not isinstance(access, str) or not isinstance(presented, str):
            raise Refused("sign_in.refused")
        claims = self.verified(presented, "sign_in.refused")
        now = int(self._clock.now().timestamp())
        if not self._is_for_us(claims) or claims.get("nonce") != nonce:
            raise Refused("sign_in.refused")
        lives, since = told.get("expires_in"), claims.get("auth_time", claims.get("iat", now))
        seconds = lives if type(lives) is int and lives > 0 else 300
        return SignIn(
            str(claims["sub"]), access, since if type(since) is int else now, now + seconds
        )

    def verified(self, token: str, rule: str) -> dict[str, Any]:
        """Claims of a token that the provider signed, which has not expired.

        Raises:
            Refused: by `rule`, or `identity_provider.away`.
        """
        try:
            if len(token) > LONGEST_TOKEN:
                raise Refused(rule)
            signature = jws.extract_compact(token.encode())
            header = signature.headers()
            kid = header.get("kid")
            if header.get("alg") not in ALGORITHMS or "crit" in header:
                raise Refused(rule)
            key = self._key(kid if isinstance(kid, str) else None)
            if key is None or not jws.validate_compact(signature, key, list(ALGORITHMS)):
                raise Refused(rule)
            claims = msgspec.json.decode(signature.payload)
        except (JoseError, ValueError, TypeError, KeyError, RecursionError):
            raise Refused(rule) from None
        if not isinstance(claims, dict) or not self._holds(claims):
            raise Refused(rule)
        return claims

    def person(self, access_token: str) -> Person:
        """Who holds an access token, asked now.

        Raises:
            Refused: `subject.refused`, or `identity_provider.away`.
        """
        try:
            if self.live is not None:
                return Person.of_gbizid(self.live.userinfo(access_token))
            return self._generic(access_token)
        except HubError as error:
            raise Refused("subject.refused") if refuses(error) else refusal(error) from None

    def _generic(self, access_token: str) -> Person:
        if not access_token.isascii() or not access_token.isprintable() or " " in access_token:
            raise AuthenticationError("the access token is no text that a header may hold")
        claims = self._outbound.get(
            self.endpoint("userinfo_endpoint"), {"Authorization": f"Bearer {access_token}"}
        )
        if not isinstance(claims.get("sub"), str) or not claims["sub"]:
            raise ContractError("the answer about a user names no sub")
        return Person.of_claims(claims, self.provider)

    def _key(self, kid: str | None) -> Any | None:
        try:
            return self._keys.find(kid)
        except HubError as error:
            raise refusal(error) from None

    def _fetch_keys(self) -> dict[str, Any]:
        return self._outbound.get(self.endpoint("jwks_uri"))

    def _holds(self, claims: Mapping[str, Any]) -> bool:
        now = self._clock.now().timestamp()
        ends, begun = claims.get("exp"), claims.get("iat")
        sub = claims.get("sub")
        return (
            claims.get("iss") == self.issuer
            and isinstance(sub, str)
            and 0 < len(sub) <= 255
            and sub.isascii()
            and sub.isprintable()
            and type(ends) is int
            and now - LEEWAY < ends
            and type(begun) is int
            and begun <= now + LEEWAY
        )

    def _is_for_us(self, claims: Mapping[str, Any]) -> bool:
        audience, us = claims.get("aud"), self.provider.client_id
        several = audience if isinstance(audience, list) else [audience]
        return us in several and (len(several) == 1 or claims.get("azp") == us)

    def _basic(self) -> str:
        pair = (self.provider.client_id, self.provider.connection.secret("client_secret"))
        text = ":".join(quote_plus(one) for one in pair)
        return f"Basic {base64.b64encode(text.encode()).decode()}"


def random_text() -> str:
    """256 random bits as text: a state, a nonce, a PKCE verifier, a session, a code."""
    return secrets.token_urlsafe(32)
