"""Keeps a run's lease alive while it waits for a slow source, and knows when it is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from base.errors import HubError, LeaseLost


class Heartbeat:
    """Call `renew` in a thread, four times in `ttl` seconds, until closed.

    The fencing token refuses a commit under a lost lease. Files have no such token: whoever writes
    one asks `check` first.
    """

    def __init__(self, renew: Callable[[], object], ttl: float) -> None:
        self._renew = renew
        self._ttl = ttl
        self._renewed = _now()
        self._failure: HubError | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lease", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._thread.join()

    def check(self) -> None:
        """Make sure that the lease still holds.

        Raises:
            LeaseLost: it ran out, as after a sleep of the machine, or could not be renewed.
        """
        if self._failure is not None:
            raise self._failure
        if _now() - self._renewed >= self._ttl:
            raise LeaseLost(
                f"this run's lease was not renewed for {self._ttl:.0f} s",
                remedy="Sync again: what was committed stays, and the next run goes on from there",
            )

    def _run(self) -> None:
        while not self._stop.wait(self._ttl / 4):
            asked = _now()
            try:
                self._renew()
            except LeaseLost as error:
                self._failure = error
                return
            except HubError:
                continue  # the store may come back before the lease runs out
            self._renewed = asked


def _now() -> float:
    """Seconds that go on while the machine sleeps, where the system has such a clock."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
