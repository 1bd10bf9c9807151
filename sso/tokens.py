"""The hub's access tokens: JWTs by RFC 9068, signed with ES256; written and read by own code.

What a reader checks: `typ`, `alg` and `kid`, the signature, then every claim by type and value. No
key, address or certificate in a token's header is ever followed.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.util import urlsafe_b64encode

from sso.keys import ALGORITHM, Keys, SigningKey
from sso.subjects import AccountKey, DelegationRef

TYPE: Final = "at+jwt"
LEEWAY = 5
"""Seconds by which clocks of one installation may differ."""

LONGEST = 8192
MOST_ACTORS = 3
_REMEMBERED = 10_000
_HEADER = frozenset({"alg", "typ", "kid"})
_SIGNER = jws.JWSRegistry.algorithms[ALGORITHM]
_COMPACT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)


class BadToken(Exception):
    """A token that does not hold; `rule` says in which respect."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says, by its claims' meanings.

    Attributes:
        subject: the account; None for a client on its own behalf.
        actors: who acts for the subject, the nearest first.
        session_id: of a sign-in's own token.
    """

    token_id: str
    client_id: str
    audience: str
    issued_at: int
    expires_at: int
    scopes: frozenset[str]
    purposes: frozenset[str]
    subject: AccountKey | None = None
    actors: tuple[AccountKey, ...] = ()
    delegation: DelegationRef | None = None
    assurance: str | None = None
    programme: str | None = None
    session_id: str | None = None
    authenticated_at: int | None = None


def write(issuer: str, keys: Keys, claims: Claims, now: float) -> str:
    """The signed token.

    Raises:
        HubError: no key signs.
    """
    key = keys.signing(now)
    payload = urlsafe_b64encode(msgspec.json.encode(as_json(issuer, claims)))
    signed = _header(key.kid) + b"." + payload
    signature = urlsafe_b64encode(_SIGNER.sign(signed, key.key))
    return f"{signed.decode()}.{signature.decode()}"


@lru_cache(maxsize=16)
def _header(kid: str) -> bytes:
    """The first segment, which is the same for all tokens of a key."""
    return urlsafe_b64encode(msgspec.json.encode({"alg": ALGORITHM, "typ": TYPE, "kid": kid}))


def as_json(issuer: str, claims: Claims) -> dict[str, Any]:
    """A token's claims as they are written."""
    told: dict[str, Any] = {
        "iss": issuer,
        "aud": claims.audience,
        "sub": claims.subject[1] if claims.subject else claims.client_id,
        "client_id": claims.client_id,
        "iat": claims.issued_at,
        "exp": claims.expires_at,
        "jti": claims.token_id,
        "scope": " ".join(sorted(claims.scopes)),
        "purpose": " ".join(sorted(claims.purposes)),
    }
    if claims.subject and claims.subject[0] != issuer:
        told["idp"] = claims.subject[0]
    if claims.actors:
        told["act"] = _act(claims.actors)
    if claims.delegation:
        told["delegation"] = delegation_json(claims.delegation)
    more = {
        "acr": claims.assurance,
        "programme": claims.programme,
        "sid": claims.session_id,
        "auth_time": claims.authenticated_at,
    }
    told.update((name, value) for name, value in more.items() if value is not None)
    return told


def delegation_json(delegation: DelegationRef) -> dict[str, str]:
    """A delegation as tokens and introspection tell it."""
    told = {
        "number": delegation.number,
        "system": delegation.system_code,
        "category": delegation.category,
    }
    return {**told, "procedure": delegation.procedure} if delegation.procedure else told


def _act(actors: tuple[AccountKey, ...]) -> dict[str, Any]:
    """Nested `act` (RFC 8693 §4.1): the outermost acts now, those within acted before."""
    told: dict[str, Any] = {}
    for issuer, subject in reversed(actors):
        inner = {"act": told} if told else {}
        told = {"iss": issuer, "sub": subject, **inner}
    return told


def read(token: str, issuer: str, keys: Keys, now: float) -> Claims:
    """What a token of the hub says, after every check that needs no store.

    The audience is the caller's to compare; so is whether the token was revoked.

    Raises:
        BadToken: it does not hold.
    """
    return _read(token, issuer, keys, now)[0]


def _read(token: str, issuer: str, keys: Keys, now: float) -> tuple[Claims, SigningKey]:
    if len(token) > LONGEST or not _COMPACT.fullmatch(token):
        raise BadToken("invalid")
    try:
        signature = jws.extract_compact(token.encode())
        header = signature.headers()
        if set(header) != _HEADER or header["alg"] != ALGORITHM or header["typ"] != TYPE:
            raise BadToken("invalid")
        key = keys.find(header["kid"], now)
        if key is None or not jws.validate_compact(signature, key.key, algorithms=[ALGORITHM]):
            raise BadToken("invalid")
        claims = msgspec.json.decode(signature.payload)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise BadToken("invalid") from None
    return _checked(claims, issuer, now), key


class TokenReader:
    """Reads tokens, and checks the signature of one that comes again only once. For threads.

    What it remembers holds for one version of the configuration, so a key that is taken away
    takes its tokens with it.
    """

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self._lock = threading.Lock()
        self._known: OrderedDict[bytes, tuple[Claims, int, SigningKey]] = OrderedDict()

    def read(self, token: str, keys: Keys, version: int, now: float) -> Claims:
        """As `read`.

        Raises:
            BadToken: it does not hold.
        """
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        known = self._known.get(digest)
        if known is not None and known[1] == version and known[2].published(now):
            if known[0].expires_at <= now:
                raise BadToken("expired")
            return known[0]
        claims, key = _read(token, self._issuer, keys, now)
        with self._lock:
            self._known[digest] = claims, version, key
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return claims


def _checked(claims: Any, issuer: str, now: float) -> Claims:
    if not isinstance(claims, dict) or claims.get("iss") != issuer:
        raise BadToken("foreign")
    expires_at, issued_at = _second(claims, "exp"), _second(claims, "iat")
    if "nbf" in claims and _second(claims, "nbf") > now + LEEWAY:
        raise BadToken("invalid")
    if issued_at > now + LEEWAY:
        raise BadToken("invalid")
    if expires_at <= now:
        raise BadToken("expired")
    if "cnf" in claims:
        raise BadToken("bound")
    client_id, subject = _text(claims, "client_id"), _text(claims, "sub")
    idp = _text(claims, "idp") if "idp" in claims else None
    if idp is None and subject != client_id:
        idp = issuer
    return Claims(
        _text(claims, "jti"),
        client_id,
        _text(claims, "aud"),
        issued_at,
        expires_at,
        frozenset(_text(claims, "scope").split()),
        frozenset(_text(claims, "purpose", empty=True).split()),
        (idp, subject) if idp is not None else None,
        _actors(claims.get("act")),
        _delegation(claims.get("delegation")),
        _maybe(claims, "acr"),
        _maybe(claims, "programme"),
        _maybe(claims, "sid"),
        _second(claims, "auth_time") if "auth_time" in claims else None,
    )


def _text(claims: Mapping[str, Any], name: str, *, empty: bool = False) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not (value or empty):
        raise BadToken("invalid")
    return value


def _maybe(claims: Mapping[str, Any], name: str) -> str | None:
    return _text(claims, name) if name in claims else None


def _second(claims: Mapping[str, Any], name: str) -> int:
    value = claims.get(name)
    if type(value) is not int:
        raise BadToken("invalid")
    return value


def _actors(act: Any) -> tuple[AccountKey, ...]:
    found: list[AccountKey] = []
    while act is not None:
        if not isinstance(act, dict) or len(found) == MOST_ACTORS:
            raise BadToken("invalid")
        found.append((_text(act, "iss"), _text(act, "sub")))
        act = act.get("act")
    return tuple(found)


def _delegation(told: Any) -> DelegationRef | None:
    if told is None:
        return None
    if not isinstance(told, dict):
        raise BadToken("invalid")
    return DelegationRef(
        _text(told, "number"),
        _text(told, "system"),
        _text(told, "category"),
        _maybe(told, "procedure"),
    )
