"""Sessions: everything stays here, the browser has a random number in a cookie.

They live in this process's memory; several processes need a store that they share.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from examples.client.oauth import Attempt, SignIn, Token
from examples.portal.settings import Settings

IDLE_SECONDS = 30 * 60
LONGEST_SECONDS = 8 * 3600
MOST = 10_000


@dataclass(slots=True)
class Begun:
    """A sign-in that was begun, and where the user wanted to go."""

    attempt: Attempt = field(repr=False)
    then: str = "/"


@dataclass(slots=True)
class Session:
    """One browser's session."""

    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    begun: Begun | None = None
    signed_in: SignIn | None = field(default=None, repr=False)
    tokens: dict[str, Token] = field(default_factory=dict, repr=False)
    business: str | None = None
    name: str = field(default="", repr=False)
    delegation: str = ""
    born: float = 0.0
    seen: float = 0.0

    def right_form(self, token: object) -> bool:
        """Whether a form's token is this session's."""
        return isinstance(token, str) and hmac.compare_digest(token.encode(), self.csrf.encode())


class Sessions:
    """All sessions, found by the hash of what the cookie says."""

    def __init__(self, settings: Settings, now: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._now = now
        self._held: dict[str, Session] = {}

    @property
    def cookie(self) -> str:
        """The cookie's name; `__Host-` keeps other hosts and plain http from setting it."""
        return "__Host-portal" if self._settings.secure else "portal"

    def of(self, request: Request) -> Session | None:
        """The session of a request; None where there is none that still holds."""
        name = _hashed(request.cookies.get(self.cookie, ""))
        session = self._held.get(name)
        now = self._now()
        if session is None:
            return None
        if now - session.seen > IDLE_SECONDS or now - session.born > LONGEST_SECONDS:
            del self._held[name]
            return None
        session.seen = now
        return session

    def begin(self, response: Response, session: Session | None = None) -> Session:
        """Set a fresh cookie, for a new session or for one whose user has just signed in."""
        made = session or Session()
        made.born = made.seen = self._now()
        self._held = {name: one for name, one in self._held.items() if one is not made}
        while len(self._held) >= MOST:
            del self._held[min(self._held, key=lambda name: self._held[name].seen)]
        value = secrets.token_urlsafe(32)
        self._held[_hashed(value)] = made
        response.set_cookie(
            self.cookie, value, httponly=True, samesite="lax", secure=self._settings.secure,
            path="/",
        )  # fmt: skip
        return made

    def end(self, request: Request, response: Response) -> None:
        """Forget a session and its cookie."""
        self._held.pop(_hashed(request.cookies.get(self.cookie, "")), None)
        response.delete_cookie(
            self.cookie, httponly=True, samesite="lax", secure=self._settings.secure, path="/"
        )


def _hashed(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
