"""What a request to end a session asks for (OIDC RP-Initiated Logout 1.0)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import msgspec
from joserfc import jws
from joserfc.errors import JoseError

from sso.configuration import Configuration
from sso.keys import ALGORITHM

_LONGEST = 8192


@dataclass(frozen=True, slots=True)
class Goodbye:
    """The session that the id_token_hint names, and where the browser goes from here."""

    session_id: str | None = None
    url: str | None = None


def goodbye(
    given: Mapping[str, str], configuration: Configuration, issuer: str, now: float
) -> Goodbye:
    """Read a request; an id_token that has expired still tells whose session it was."""
    claims = _hinted(given.get("id_token_hint", ""), configuration, issuer, now)
    session_id = claims.get("sid")
    client_id = claims.get("aud")
    if not isinstance(session_id, str) or given.get("client_id", client_id) != client_id:
        return Goodbye()
    client = configuration.clients.get(str(client_id))
    uri = given.get("post_logout_redirect_uri")
    if client is None or uri not in client.logout_uris:
        return Goodbye(session_id)
    state = given.get("state")
    more = f"{'&' if '?' in uri else '?'}{urlencode({'state': state})}" if state else ""
    return Goodbye(session_id, uri + more)


def _hinted(token: str, configuration: Configuration, issuer: str, now: float) -> dict[str, Any]:
    try:
        if not token or len(token) > _LONGEST:
            return {}
        signature = jws.extract_compact(token.encode())
        header = signature.headers()
        key = configuration.keys.find(header.get("kid"), now)
        good = header.get("alg") == ALGORITHM and header.get("typ") == "JWT" and key is not None
        if not good or key is None:
            return {}
        if not jws.validate_compact(signature, key.key, algorithms=[ALGORITHM]):
            return {}
        claims = msgspec.json.decode(signature.payload)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) and claims.get("iss") == issuer else {}
