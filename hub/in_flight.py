"""Batches that are compared but not committed yet: their keys must not be compared again."""

from __future__ import annotations

import threading
from collections.abc import Sequence


class InFlight:
    """Holds back a batch whose keys an uncommitted batch holds too.

    Comparing it at once would take a key as new that is about to be written.
    """

    def __init__(self) -> None:
        self._keys: dict[int, frozenset[str]] = {}
        self._changed = threading.Condition()
        self._aborted = False

    def enter(self, batch_no: int, keys: Sequence[str]) -> bool:
        """Wait until no uncommitted batch shares a key, then enter.

        Returns False when the run was aborted meanwhile.
        """
        mine = frozenset(keys)
        with self._changed:
            self._changed.wait_for(
                lambda: self._aborted or all(map(mine.isdisjoint, self._keys.values()))
            )
            self._keys[batch_no] = mine
            return not self._aborted

    def committed(self, batch_no: int) -> None:
        """A batch stands in the store."""
        with self._changed:
            self._keys.pop(batch_no, None)
            self._changed.notify_all()

    def abort(self) -> None:
        """Let every waiting batch go: the run is over."""
        with self._changed:
            self._aborted = True
            self._changed.notify_all()
