"""An end to every wait on a connection over SSH."""

from __future__ import annotations

import threading
from types import TracebackType

import paramiko


class TooSlow(Exception):
    """A connection did not do its work in time."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Watch:
    """Closes a connection that has not done its work in time: not every wait has a time-out.

    Raises:
        TooSlow: it was closed.
    """

    def __init__(self, transport: paramiko.Transport | None, seconds: float) -> None:
        self._transport = transport
        self._seconds = seconds
        self._fired = False
        self._timer = threading.Timer(seconds, self._fire)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        if self._fired:
            raise TooSlow(self._seconds) from None

    def _fire(self) -> None:
        self._fired = True
        if self._transport is not None:
            self._transport.close()
