"""Keeps a run's lease alive while it waits for a slow source."""

from __future__ import annotations

import threading
from collections.abc import Callable

from base.errors import HubError


class Heartbeat:
    """Call `renew` every `interval` seconds in a thread until closed.

    A failed renewal ends the thread; the fencing token in the next commit then refuses the write,
    so that nothing depends on this thread being punctual.
    """

    def __init__(self, renew: Callable[[], object], interval: float) -> None:
        self._renew = renew
        self._interval = interval
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lease", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._interval):
            try:
                self._renew()
            except HubError:
                return
