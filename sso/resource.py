"""What a resource server checks of a token of the hub, and what it then knows of the caller.

A resource server in this installation (`api/`) reads keys and revocations in the side database;
one elsewhere uses the published keys and introspection instead.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from datetime import UTC, datetime

from base.clock import Clock, SystemClock
from canonical.store.database import Database
from canonical.store.side import side_database
from sso.configuration import Current
from sso.settings import ServiceSettings
from sso.statements import Statements
from sso.subjects import Caller
from sso.tokens import BadToken, Claims, TokenReader

__all__ = ["BadToken", "Validator", "caller_of"]

LIVE_SECONDS = 1.0
"""How long a token that was found live is taken to be; so late a revocation may take effect."""

_REMEMBERED = 10_000


class Validator:
    """Validates access tokens for one audience. Threads may share it.

    Args:
        audience: the one text that `aud` must be.
        live_seconds: how long a look at the store holds; 0 to look every time.
    """

    def __init__(
        self,
        current: Current,
        database: Database,
        issuer: str,
        audience: str,
        *,
        clock: Clock | None = None,
        live_seconds: float = LIVE_SECONDS,
    ) -> None:
        self._current = current
        self._database = database
        self._reader = TokenReader(issuer)
        self._audience = audience
        self._clock = clock or SystemClock()
        self._live_seconds = live_seconds
        self._lock = threading.Lock()
        self._live: OrderedDict[str, float] = OrderedDict()

    @classmethod
    def open(cls, settings: ServiceSettings, audience: str) -> Validator:
        """A validator with a configuration of its own, kept new by a thread."""
        database = side_database(settings.database_url)
        current = Current(database, settings.sealer)
        current.watch()
        return cls(current, database, settings.issuer, audience)

    def caller(self, token: str) -> Caller:
        """Who calls with a token; may look into the store, so not for an event loop.

        Raises:
            BadToken: it does not hold: answer 401 invalid_token.
            StoreUnreachable: whether it was revoked is not known: answer 503.
        """
        claims = self._claims(token)
        if not self._is_live(claims.token_id):
            raise BadToken("revoked")
        return caller_of(claims)

    def recall(self, token: str) -> Caller | None:
        """Who calls, where that is known without any look into the store; else None.

        Raises:
            BadToken: it does not hold.
        """
        claims = self._claims(token)
        until = self._live.get(claims.token_id)
        return caller_of(claims) if until is not None and time.monotonic() < until else None

    def _claims(self, token: str) -> Claims:
        now = self._current.now
        claims = self._reader.read(token, now.keys, now.version, self._clock.now().timestamp())
        if claims.audience != self._audience:
            raise BadToken("audience")
        return claims

    def _is_live(self, token_id: str) -> bool:
        until = self._live.get(token_id)
        if until is not None and time.monotonic() < until:
            return True
        asked = time.monotonic()
        with self._database.read() as connection:
            found = token_id in Statements(connection).live([token_id])
        with self._lock:
            if found:
                self._live[token_id] = asked + self._live_seconds
                self._live.move_to_end(token_id)
            else:
                self._live.pop(token_id, None)
            while len(self._live) > _REMEMBERED:
                self._live.popitem(last=False)
        return found


def caller_of(claims: Claims) -> Caller:
    """The caller that a token's claims tell of."""
    return Caller(
        client=claims.client_id,
        subject=claims.subject,
        actors=claims.actors,
        delegation=claims.delegation,
        scopes=claims.scopes,
        purposes=claims.purposes,
        token_id=claims.token_id,
        expires_at=datetime.fromtimestamp(claims.expires_at, UTC),
        programme=claims.programme,
    )
