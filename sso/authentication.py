"""Who the client is: a hashed secret (RFC 6749 §2.3.1) or an assertion it signed (RFC 7523).

Whatever is wrong, the client is told the same; only the audit knows which rule it was.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

import msgspec
from joserfc import jws
from joserfc.errors import JoseError

from sso.configuration import Configuration
from sso.forms import Form
from sso.model import Client, hashed
from sso.refusals import Refused
from sso.statements import Assertion

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ("ES256", "PS256")
LONGEST_ASSERTION = 3660
"""Seconds that an assertion may be valid from now: authlib's own client signs for an hour."""

LEEWAY = 30
_LONGEST_TEXT = 8192
_ID = re.compile(r"[A-Za-z0-9._~-]{1,100}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Authenticated:
    """A client, and the assertion that must not have been used before."""

    client: Client
    assertion: Assertion | None = None


def authenticate(
    form: Form, configuration: Configuration, issuer: str, now: float
) -> Authenticated:
    """The client of a request.

    Raises:
        Refused: `client.…`.
    """
    secret, assertion = form.get("client_secret"), form.get("client_assertion")
    kind = form.get("client_assertion_type")
    used = [one for one in (form.authorization, secret, assertion or kind) if one is not None]
    if len(used) > 1:
        raise Refused("client.two_methods")
    if form.authorization is not None:
        client_id, secret = _basic(form.authorization)
        if form.get("client_id") not in (None, client_id):
            raise Refused("client.two_methods")
        return _by_secret(configuration, client_id, secret, "client_secret_basic", now)
    if secret is not None:
        given = form.get("client_id") or ""
        return _by_secret(configuration, given, secret, "client_secret_post", now)
    if assertion is not None and kind == ASSERTION_TYPE:
        return _by_assertion(form, assertion, configuration, issuer, now)
    raise Refused("client.missing")


def claimed(form: Form) -> str:
    """The id that a request claims, for counting failures; it may be anything."""
    if form.authorization is not None:
        try:
            return _basic(form.authorization)[0]
        except Refused:
            return ""
    return form.get("client_id") or _subject(_apart(form.get("client_assertion") or "")[1])


def _basic(header: str) -> tuple[str, str]:
    scheme, _, given = header.partition(" ")
    if scheme.lower() != "basic":
        raise Refused("client.method")
    try:
        text = base64.b64decode(given.strip(), validate=True).decode("utf-8")
        client_id, colon, secret = text.partition(":")
        found = unquote_plus(client_id, errors="strict"), unquote_plus(secret, errors="strict")
    except ValueError:
        raise Refused("client.method") from None
    if not colon or not secret:
        raise Refused("client.missing")
    return found


def _known(configuration: Configuration, client_id: str) -> Client | None:
    return configuration.clients.get(client_id) if _ID.fullmatch(client_id) else None


def _by_secret(
    configuration: Configuration, client_id: str, secret: str, method: str, now: float
) -> Authenticated:
    client = _known(configuration, client_id)
    if client is None:
        hashed(secret)
        raise Refused("client.unknown")
    if not client.holds(secret, int(now)):
        raise Refused("client.secret", client_id=client.client_id)
    if client.authentication != method:
        raise Refused("client.method", client_id=client.client_id)
    if not client.enabled:
        raise Refused("client.disabled", client_id=client.client_id)
    return Authenticated(client)


def _by_assertion(
    form: Form, assertion: str, configuration: Configuration, issuer: str, now: float
) -> Authenticated:
    signature, told = _apart(assertion)
    client = _known(configuration, _subject(told))
    if client is None:
        raise Refused("client.unknown")
    client_id = client.client_id
    if client.authentication != "private_key_jwt" or client.keys is None:
        raise Refused("client.method", client_id=client_id)
    if form.get("client_id") not in (None, client_id):
        raise Refused("client.assertion", client_id=client_id)
    if not _verified(signature, client):
        raise Refused("client.assertion", client_id=client_id)
    found = _checked(told, client_id, (issuer, f"{issuer}/token"), now)
    if found is None:
        raise Refused("client.assertion", client_id=client_id)
    if not client.enabled:
        raise Refused("client.disabled", client_id=client_id)
    return Authenticated(client, found)


def _apart(assertion: str) -> tuple[jws.CompactSignature | None, dict[str, Any]]:
    """An assertion's signature and its unverified claims; none where it is no assertion."""
    try:
        if len(assertion) <= _LONGEST_TEXT:
            signature = jws.extract_compact(assertion.encode())
            claims = msgspec.json.decode(signature.payload)
            if isinstance(claims, dict):
                return signature, claims
    except (JoseError, ValueError, TypeError, RecursionError):
        pass
    return None, {}


def _subject(claims: dict[str, Any]) -> str:
    """The unverified `sub`, to find the client whose keys decide."""
    subject = claims.get("sub")
    return subject if isinstance(subject, str) else ""


def _verified(signature: jws.CompactSignature | None, client: Client) -> bool:
    """Whether one of the client's keys has signed."""
    if signature is None or client.keys is None:
        return False
    try:
        header = signature.headers()
        if header.get("alg") not in ALGORITHMS or "crit" in header:
            return False
    except (JoseError, ValueError, TypeError, RecursionError):
        return False
    keys = [key for key in client.keys.keys if header.get("kid") in (None, key.kid)]
    return any(_signed(signature, key) for key in keys)


def _signed(signature: jws.CompactSignature, key: Any) -> bool:
    try:
        return jws.validate_compact(signature, key, algorithms=list(ALGORITHMS))
    except (JoseError, ValueError, TypeError):
        return False


def _checked(
    claims: dict[str, Any], client_id: str, audiences: tuple[str, ...], now: float
) -> Assertion | None:
    """The assertion to record, if its claims are as they must be."""
    expires_at, token_id = claims.get("exp"), claims.get("jti")
    instants = [claims[name] for name in ("iat", "nbf") if name in claims]
    good = (
        claims.get("iss") == claims.get("sub") == client_id
        and isinstance(claims.get("aud"), str)
        and claims["aud"] in audiences
        and type(expires_at) is int
        and now - LEEWAY < expires_at <= now + LONGEST_ASSERTION
        and all(type(one) is int and one <= now + LEEWAY for one in instants)
        and isinstance(token_id, str)
        and 0 < len(token_id) <= 300
    )
    if not good or not isinstance(token_id, str) or not isinstance(expires_at, int):
        return None
    digest = hashlib.sha256(token_id.encode("utf-8", "surrogatepass")).hexdigest()
    return Assertion(client_id, digest, expires_at + LEEWAY)
