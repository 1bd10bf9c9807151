"""Answers that hold for a short while, and never a moment longer."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

from base.clock import Clock

T = TypeVar("T")
SECONDS = 30.0
_MOST = 10_000


class Recalled(Generic[T]):
    """Answers by question. Their age counts from before they were asked. Threads share it.

    Args:
        seconds: how long an answer holds; 0 to ask every time.
    """

    def __init__(self, clock: Clock, seconds: float = SECONDS) -> None:
        self._clock = clock
        self._seconds = seconds
        self._lock = threading.Lock()
        self._known: OrderedDict[Hashable, tuple[T, float]] = OrderedDict()

    def get(self, key: Hashable) -> T | None:
        """The answer, while it holds."""
        known = self._known.get(key)
        if known is None or self._clock.monotonic() - known[1] >= self._seconds:
            return None
        return known[0]

    def put(self, key: Hashable, answer: T, asked_at: float) -> T:
        """Keep an answer to a question that was asked at an instant of `Clock.monotonic`."""
        if self._seconds > 0:
            with self._lock:
                self._known[key] = answer, asked_at
                self._known.move_to_end(key)
                while len(self._known) > _MOST:
                    self._known.popitem(last=False)
        return answer
