"""Against forged requests: a token of our own in every form, and the origin of every post.

The cookie by which Airflow knows its users is SameSite=Lax; this does not rely on it alone.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from starlette.requests import Request

VALID = timedelta(hours=12)
"""For how long a form may stay open before it is sent."""


def make(secret: bytes, name: str, now: datetime) -> str:
    """A token for the forms of one user."""
    issued = str(int(now.timestamp()))
    return f"{issued}.{_mac(secret, name, issued)}"


def holds(secret: bytes, name: str, token: str, now: datetime) -> bool:
    """Whether the token was made for this user, and not too long ago."""
    issued, _, mac = token.partition(".")
    if not issued.isascii() or not issued.isdigit() or len(issued) > 12:
        return False
    age = now.timestamp() - int(issued)
    fits = hmac.compare_digest(mac.encode(), _mac(secret, name, issued).encode())
    return fits and -60 <= age <= VALID.total_seconds()


def same_origin(request: Request) -> bool:
    """Whether a page of this very host sent the request; one that does not say so did not."""
    told = request.headers.get("origin") or request.headers.get("referer") or ""
    asked = request.headers.get("host", "")
    return bool(asked) and urlsplit(told).netloc == asked


def _mac(secret: bytes, name: str, issued: str) -> str:
    return hmac.new(secret, f"hub-pages {issued} {name}".encode(), hashlib.sha256).hexdigest()
