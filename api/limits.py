"""How many requests a client may send: a bucket that fills evenly and holds two seconds' worth."""

from __future__ import annotations

import math
import time
from collections import OrderedDict

_BURST_SECONDS = 2.0
_MOST_KEYS = 10_000


class Limits:
    """Buckets of one process; only its event loop uses them.

    Args:
        rate: requests a second; 0 for any number.
    """

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._full = max(rate * _BURST_SECONDS, 1.0)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str, now: float | None = None) -> int:
        """Take one request's place; 0, or the seconds after which there is one."""
        if not self._rate:
            return 0
        now = time.monotonic() if now is None else now
        left, at = self._buckets.pop(key, (self._full, now))
        left = min(self._full, left + (now - at) * self._rate)
        wait = 0 if left >= 1 else math.ceil((1 - left) / self._rate)
        self._buckets[key] = (left if wait else left - 1, now)
        if len(self._buckets) > _MOST_KEYS:
            self._buckets.popitem(last=False)
        return wait
