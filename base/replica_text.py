"""Values of PostgreSQL that Python cannot hold: their row alone is refused, not the read."""

from __future__ import annotations

from typing import Any

from psycopg import DataError
from psycopg.abc import Buffer
from psycopg.types.datetime import DateLoader, TimestampLoader, TimestamptzLoader
from psycopg.types.string import TextLoader


class TolerantText(TextLoader):
    """A text; where it is not valid (a database in SQL_ASCII vouches for none), its bytes."""

    def load(self, data: Buffer) -> str | bytes:
        """The text, or its bytes."""
        try:
            return super().load(data)
        except UnicodeDecodeError:
            return bytes(data)


class TolerantDate(DateLoader):
    """A date; where the calendar has none (`infinity`, BC), its text."""

    def load(self, data: Buffer) -> Any:
        """The date, or its text."""
        try:
            return super().load(data)
        except DataError:
            return bytes(data).decode()


class TolerantTimestamp(TimestampLoader):
    """A timestamp without a zone; where the calendar has none, its text."""

    def load(self, data: Buffer) -> Any:
        """The timestamp, or its text."""
        try:
            return super().load(data)
        except DataError:
            return bytes(data).decode()


class TolerantInstant(TimestamptzLoader):
    """An instant; where the calendar has none, its text."""

    def load(self, data: Buffer) -> Any:
        """The instant, or its text."""
        try:
            return super().load(data)
        except DataError:
            return bytes(data).decode()


LOADERS = {
    "text": TolerantText,
    "varchar": TolerantText,
    "bpchar": TolerantText,
    "date": TolerantDate,
    "timestamp": TolerantTimestamp,
    "timestamptz": TolerantInstant,
}
"""PostgreSQL's name of a type → how its values are read."""
