"""The keys that sign: published, then used, then kept until nothing signed with them is left.

Which key does what follows from instants in the store alone, so all processes agree, and nobody
verifies with a set of keys that lacks the one just used: a new key is published for as long as
anybody may keep an old set, and only then signs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwk

from base.errors import HubError
from sso.sealing import Sealer

ALGORITHM = "ES256"
CACHE_SECONDS = 300
"""How long others may keep the published keys (`Cache-Control: max-age`)."""

WAIT_SECONDS = CACHE_SECONDS + 60
"""From publishing to the first signature: the cache's time, and a minute for clocks."""

LONGEST_TOKEN = 3600
"""No token of the hub lives longer, in seconds."""

KEPT_SECONDS = LONGEST_TOKEN + 60


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key with its life; instants in seconds since 1970."""

    key: jwk.ECKey = field(repr=False)
    kid: str
    published_at: int
    signs_from: int
    signs_until: int | None = None
    removed_at: int | None = None

    def published(self, now: float) -> bool:
        """Whether it stands in the published set."""
        return self.published_at <= now and (self.removed_at is None or now < self.removed_at)

    def signs(self, now: float) -> bool:
        """Whether it may sign."""
        until = self.signs_until
        return self.published(now) and self.signs_from <= now and (until is None or now < until)

    def state(self, now: float) -> str:
        """`waiting`, `signing`, `kept` or `removed`."""
        if not self.published(now):
            return "removed"
        if now < self.signs_from:
            return "waiting"
        return "signing" if self.signs(now) else "kept"

    @property
    def public(self) -> dict[str, Any]:
        """The public members alone, as they are published."""
        told = {
            name: str(self.key.as_dict(private=False)[name]) for name in ("kty", "crv", "x", "y")
        }
        return {**told, "kid": self.kid, "use": "sig", "alg": ALGORITHM}


class Keys:
    """All keys, as one process knows them."""

    def __init__(self, keys: Iterable[SigningKey]) -> None:
        self.all = tuple(sorted(keys, key=lambda one: one.signs_from))
        self._by_kid = {one.kid: one for one in self.all}

    def signing(self, now: float) -> SigningKey:
        """The key that signs now.

        Raises:
            HubError: there is none.
        """
        for key in reversed(self.all):
            if key.signs(now):
                return key
        raise HubError("no key signs tokens", remedy="Run: hub sso key rotate --now")

    def find(self, kid: object, now: float) -> SigningKey | None:
        """The published key of an id."""
        key = self._by_kid.get(kid) if isinstance(kid, str) else None
        return key if key is not None and key.published(now) else None

    def jwks(self, now: float) -> dict[str, Any]:
        """The published set (RFC 7517)."""
        return {"keys": [key.public for key in self.all if key.published(now)]}


def new_row(sealer: Sealer, now: int, *, signs_from: int) -> dict[str, Any]:
    """A new key as a row of `sso_key`; its id is its thumbprint (RFC 7638)."""
    key = jwk.ECKey.generate_key("P-256", private=True)
    kid = str(key.thumbprint())
    made = SigningKey(key, kid, now, signs_from)
    private = json.dumps({**key.as_dict(private=True)}).encode()
    return {
        "kid": kid,
        "public": made.public,
        "sealed": sealer.seal(private),
        "published_at": now,
        "signs_from": signs_from,
        "signs_until": None,
        "removed_at": None,
    }


def read_row(sealer: Sealer, row: Mapping[str, Any]) -> SigningKey:
    """The key of a row of `sso_key`."""
    key = jwk.ECKey.import_key(json.loads(sealer.open(row["sealed"])))
    return SigningKey(
        key,
        row["kid"],
        row["published_at"],
        row["signs_from"],
        row["signs_until"],
        row["removed_at"],
    )
