"""The pairs that wait for a person, kept between requests: finding them looks at every party."""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from base.clock import Clock
from canonical.store import Store
from canonical.store.tables import METADATA
from hub import matching

SHOWN = 50
_State = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Queue:
    """The likeliest pairs, how many there are, and when they were looked for."""

    pairs: list[dict[str, Any]]
    total: int
    found_at: datetime


class ReviewQueue:
    """Answers with what was found last; looks again, beside the requests, once something changed.

    Confidential streams take no part.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._searching = threading.Lock()
        self._found: Queue | None = None
        self._of: _State | None = None

    def get(self) -> Queue:
        """The queue; only the first reader of a process waits for it to be found."""
        state = self._state()
        with self._lock:
            found, of = self._found, self._of
        if found is None:
            with self._searching:
                return self._found or self._search(state)
        if of != state and self._searching.acquire(blocking=False):
            threading.Thread(target=self._again, args=(state,), daemon=True).start()
        return found

    def forget(self, records: Collection[str]) -> None:
        """Leave out the pair of these records, which was decided."""
        with self._lock:
            if self._found is not None:
                gone = set(records)
                pairs = [pair for pair in self._found.pairs if set(pair["records"]) != gone]
                total = self._found.total - (len(self._found.pairs) - len(pairs))
                self._found = Queue(pairs, total, self._found.found_at)

    def _again(self, state: _State) -> None:
        try:
            self._search(state)
        finally:
            self._searching.release()

    def _search(self, state: _State) -> Queue:
        pairs, total = matching.review(self._store, (), SHOWN)
        found = Queue(pairs, total, self._clock.now())
        with self._lock:
            self._found, self._of = found, state
        return found

    def _state(self) -> _State:
        """What changes when there may be other pairs: runs of matching, and decisions."""
        known, decided = METADATA.tables["match_state"], METADATA.tables["match_decision"]
        with self._store.database.read() as connection:
            revision = connection.scalar(select(func.max(known.c.revision)))
            number = connection.scalar(select(func.max(decided.c.decision_no)))
        return revision or 0, number or 0
