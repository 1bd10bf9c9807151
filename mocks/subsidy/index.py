"""Application records in the order of the contract, encoded once and served as slices."""

from __future__ import annotations

import base64
import binascii
import json
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mocks.subsidy.records import application_record, encode, instant
from mocks.world import Changes, World

CURSOR_SECONDS = 3600
"""A cursor expires an hour after its issue (contract)."""

Position = tuple[str, str]


class ParameterError(ValueError):
    """A parameter of the request is malformed; `code` is the contract's error."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All visible records at one moment: positions in order, and the JSON text of each."""

    positions: list[Position]
    bodies: list[bytes]


class ApplicationIndex:
    """Keeps the snapshot up to date with the world; readers take it whole and need no lock."""

    def __init__(self, world: World, seconds: Callable[[], float] = time.time) -> None:
        self.world = world
        self.seconds = seconds
        self._records: dict[str, tuple[Position, bytes]] = {}
        with world.lock:
            for application in world.visible_applications():
                self._encode(application.id)
            self.snapshot = self._sorted()
            world.subscribe(self.refresh)

    def refresh(self, changes: Changes) -> None:
        """Encode what the world changed and publish a new snapshot."""
        now = self.world.now
        for key in changes.applications:
            application = self.world.applications[key]
            if application.steps and application.steps[0].at <= now:
                self._encode(key)
        if changes.applications:
            self.snapshot = self._sorted()

    def _encode(self, key: str) -> None:
        application = self.world.applications[key]
        record = application_record(self.world, application)
        self._records[key] = ((record["updatedAt"], key), encode(record))

    def _sorted(self) -> Snapshot:
        rows = sorted(self._records.values(), key=lambda row: row[0])
        return Snapshot([row[0] for row in rows], [row[1] for row in rows])

    def page(self, since: str | None, until: str | None, cursor: str | None, limit: int) -> bytes:
        """One page as JSON text.

        Args:
            since, until: inclusive bounds of updatedAt, RFC 3339.
            cursor: of an earlier page; it brings its own bounds.

        Raises:
            ParameterError: a bound or the cursor is malformed, or the cursor has expired.
        """
        snapshot = self.snapshot
        after: Position | None = None
        if cursor:
            after, since, until = self._read_cursor(cursor)
        low = bisect_left(snapshot.positions, (_lower(since), "")) if since else 0
        high = len(snapshot.positions)
        if until:
            high = bisect_right(snapshot.positions, (_upper(until), "\U0010ffff"))
        first = bisect_right(snapshot.positions, after) if after else low
        last = min(first + limit, high)
        token = b"null"
        if last < high:
            token = json.dumps(self._cursor(snapshot.positions[last - 1], since, until)).encode()
        total = max(0, high - low)
        items = b",".join(snapshot.bodies[first:last])
        return b'{"items":[%s],"nextCursor":%s,"total":%d}' % (items, token, total)

    def _cursor(self, last: Position, since: str | None, until: str | None) -> str:
        issued = int(self.seconds())
        text = json.dumps([*last, since, until, issued], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _read_cursor(self, cursor: str) -> tuple[Position, str | None, str | None]:
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            at, key, since, until, issued = json.loads(base64.urlsafe_b64decode(padded))
            expired = self.seconds() - issued > CURSOR_SECONDS
        except (ValueError, TypeError, binascii.Error) as error:
            raise ParameterError("invalid_cursor", "the cursor is none of ours") from error
        if expired:
            raise ParameterError("invalid_cursor", "the cursor has expired")
        return (at, key), since, until


def parse_instant(text: str) -> datetime:
    """An RFC 3339 instant with an offset.

    Raises:
        ParameterError: it is none.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ParameterError("invalid_request", f"{text!r} is no RFC 3339 instant") from error
    if at.tzinfo is None:
        raise ParameterError("invalid_request", f"{text!r} has no offset from UTC")
    return at.astimezone(UTC)


def _lower(text: str) -> str:
    """The first millisecond that is not before the bound."""
    at = parse_instant(text)
    if at.microsecond % 1000:
        at += timedelta(milliseconds=1)
    return str(instant(at))


def _upper(text: str) -> str:
    return str(instant(parse_instant(text)))
