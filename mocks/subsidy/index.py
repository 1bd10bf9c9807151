"""Application records in the order of the contract, encoded once and served as slices."""

from __future__ import annotations

import time
from collections.abc import Callable

from mocks.pages import CURSOR_SECONDS, CursorPages, ParameterError, Position, Snapshot
from mocks.subsidy.records import application_record, encode
from mocks.world import Changes, World

__all__ = ["CURSOR_SECONDS", "ApplicationIndex", "ParameterError", "Snapshot"]


class ApplicationIndex(CursorPages):
    """Keeps the snapshot up to date with the world."""

    def __init__(self, world: World, seconds: Callable[[], float] = time.time) -> None:
        super().__init__(seconds)
        self.world = world
        self._records: dict[str, tuple[Position, bytes]] = {}
        with world.lock:
            for application in world.visible_applications():
                self._encode(application.id)
            self.snapshot = Snapshot.of(self._records.values())
            world.subscribe(self.refresh)

    def refresh(self, changes: Changes) -> None:
        """Encode what the world changed and publish a new snapshot."""
        now = self.world.now
        for key in changes.applications:
            application = self.world.applications[key]
            if application.steps and application.steps[0].at <= now:
                self._encode(key)
        if changes.applications:
            self.snapshot = Snapshot.of(self._records.values())

    def _encode(self, key: str) -> None:
        application = self.world.applications[key]
        record = application_record(self.world, application)
        self._records[key] = ((record["updatedAt"], key), encode(record))

    def page(self, since: str | None, until: str | None, cursor: str | None, limit: int) -> bytes:
        """One page as JSON text; see `CursorPages.slice`."""
        part = self.slice(since, until, cursor, limit)
        return b'{"items":[%s],"nextCursor":%s,"total":%d}' % (part.items, part.token, part.total)
