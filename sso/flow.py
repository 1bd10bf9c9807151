"""A sign-in under way: kept by the browser that began it, encrypted, for ten minutes.

Whoever comes back from the identity provider must bring the cookie of the same sign-in, so nobody
can be signed in as somebody else by a link (RFC 9700 §2.1, §4.7).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from base.errors import SettingsError
from sso.sealing import Sealer
from sso.sessions import Asked

SECONDS = 600


@dataclass(frozen=True, slots=True)
class Flow:
    """One sign-in under way.

    Attributes:
        state: of the front end's request, to be handed back.
        upstream_state, upstream_nonce, verifier: of the hub's own request to the provider.
        fresh: whether the user must authenticate now, whatever sessions there are.
        began_at: seconds since 1970.
    """

    asked: Asked
    state: str | None
    provider: str
    upstream_state: str
    upstream_nonce: str
    verifier: str
    fresh: bool
    began_at: int


def cookie_of(upstream_state: str) -> str:
    """The name of a flow's cookie: two tabs may sign in at once."""
    return f"hub_flow_{hashlib.sha256(upstream_state.encode()).hexdigest()[:16]}"


def sealed(flow: Flow, sealer: Sealer) -> str:
    """The cookie's value."""
    return sealer.seal(msgspec.json.encode(asdict(flow))).decode()


def opened(cookies: Mapping[str, str], upstream_state: str, sealer: Sealer, now: float) -> Flow:
    """The flow that a browser brings back.

    Raises:
        KeyError: it brings none for this state, or one that is too old.
    """
    name = cookie_of(upstream_state)
    try:
        told: dict[str, Any] = msgspec.json.decode(sealer.open(cookies[name].encode()))
        asked = told.pop("asked")
        scopes = tuple(asked.pop("scopes"))
        found = Flow(asked=Asked(**asked, scopes=scopes), **told)
    except (SettingsError, ValueError, TypeError):
        raise KeyError(name) from None
    if found.upstream_state != upstream_state or now > found.began_at + SECONDS:
        raise KeyError(name)
    return found
