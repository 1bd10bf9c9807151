"""The records of one stream: each encoded once, stamped when it changes, served behind a cursor."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from mocks.pages import CursorPages, Position, Snapshot, instant


@dataclass(frozen=True, slots=True)
class Row:
    """One record: its place in the order, its JSON text, and the text without its time."""

    position: Position
    body: bytes
    content: bytes
    group: str | None


class Records:
    """Keeps the records of one stream in pages; `key` is the field that names a record."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.rows: dict[str, Row] = {}
        self.pages = CursorPages()
        self._groups: dict[str, CursorPages] = {}

    def put(self, record: dict[str, Any], at: datetime, group: str | None = None) -> None:
        """Take a record; one that is as before keeps the time of its last update.

        `publish` makes it visible; `group` names the pages in which it stands beside all others.
        """
        content = msgspec.json.encode(record)
        key = record[self.key]
        known = self.rows.get(key)
        if known is not None and known.content == content:
            return
        stamp = str(instant(at))
        body = b'{"updated_at":"%s",%s' % (stamp.encode(), content[1:])
        self.rows[key] = Row((stamp, key), body, content, group)

    def publish(self) -> None:
        """Show everything that was put."""
        self.pages.snapshot = Snapshot.of((row.position, row.body) for row in self.rows.values())
        for group in {row.group for row in self.rows.values()} - {None}:
            pages = self._groups.setdefault(str(group), CursorPages())
            pages.snapshot = Snapshot.of(
                (row.position, row.body) for row in self.rows.values() if row.group == group
            )

    def of_group(self, group: str | None) -> CursorPages:
        """The pages of a group, or of all records."""
        return self.pages if group is None else self._groups.get(group, CursorPages())

    def decoded(self) -> dict[str, dict[str, Any]]:
        """Every record as it is served, by key."""
        return {key: json.loads(row.body) for key, row in self.rows.items()}


def page(
    pages: CursorPages, since: str | None, until: str | None, cursor: str | None, limit: int
) -> bytes:
    """One page as the contracts of accounts and delegations show it, JSON text.

    Raises:
        ParameterError: a bound or the cursor is malformed, or the cursor has expired.
    """
    cut = pages.slice(since, until, cursor, limit)
    return b'{"items":[%s],"next_cursor":%s,"total":%d}' % (cut.items, cut.token, cut.total)
