"""A rate limit as an ASGI wrapper: 429 with Retry-After when requests come too fast."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class RateLimit:
    """A bucket of `burst` requests that fills at `per_second`; None lets everything pass."""

    def __init__(
        self,
        app: ASGIApp,
        per_second: float | None,
        burst: int | None = None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self.app = app
        self.per_second = per_second
        self.burst = burst or max(1, math.ceil(per_second or 1))
        self.seconds = seconds
        self._left = float(self.burst)
        self._last = seconds()

    def admit(self) -> float:
        """Take a place; returns 0, or the seconds until there is one."""
        if not self.per_second:
            return 0.0
        now = self.seconds()
        self._left = min(self.burst, self._left + (now - self._last) * self.per_second)
        self._last = now
        if self._left < 1:
            return (1 - self._left) / self.per_second
        self._left -= 1
        return 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 429, or hand the request on."""
        wait = self.admit() if scope["type"] == "http" else 0.0
        if not wait:
            await self.app(scope, receive, send)
            return
        answer = JSONResponse(
            {"error": "too_many_requests", "error_description": "slow down"},
            429,
            {"Retry-After": str(math.ceil(wait))},
        )
        await answer(scope, receive, send)
