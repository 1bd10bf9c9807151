"""Records in the order of their update, encoded once and served as pages behind a cursor."""

from __future__ import annotations

import base64
import binascii
import json
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

CURSOR_SECONDS = 3600
"""A cursor expires an hour after its issue."""

Position = tuple[str, str]
"""Update time and key of a record: the order of pages."""


class ParameterError(ValueError):
    """A parameter of the request is malformed; `code` is the contract's error."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All visible records at one moment: positions in order, and the text of each."""

    positions: list[Position]
    bodies: list[bytes]

    @classmethod
    def of(cls, rows: Iterable[tuple[Position, bytes]]) -> Snapshot:
        """The rows in the order of their positions."""
        ordered = sorted(rows, key=lambda row: row[0])
        return cls([row[0] for row in ordered], [row[1] for row in ordered])


@dataclass(frozen=True, slots=True)
class Slice:
    """One page's records with the separator between them, the next cursor as JSON, all of the
    window."""

    items: bytes
    token: bytes
    total: int


class CursorPages:
    """Cuts pages out of a snapshot; readers take the snapshot whole and need no lock.

    `separator` stands between the records of a page (a comma for JSON, nothing for XML).
    """

    def __init__(self, seconds: Callable[[], float] = time.time, separator: bytes = b",") -> None:
        self.seconds = seconds
        self.separator = separator
        self.snapshot = Snapshot([], [])

    def slice(self, since: str | None, until: str | None, cursor: str | None, limit: int) -> Slice:
        """One page.

        Args:
            since, until: inclusive bounds of the update time, RFC 3339.
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
        return Slice(self.separator.join(snapshot.bodies[first:last]), token, max(0, high - low))

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


def instant(at: datetime | None) -> str | None:
    """UTC with milliseconds, as platforms write instants."""
    return None if at is None else f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


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
