"""Rows of a database as JSON texts, in the types that the contract gives its columns."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from base.errors import Stage
from base.records import RefusedRecord
from base.replica import Rows
from connectors.schema import Leaf, RecordSchema

WITHOUT_ZONE = 1114
"""PostgreSQL's OID of `timestamp without time zone`."""

_MASKED = "�"
_encoder = msgspec.json.Encoder(decimal_format="number")


class _Unreadable(Exception):
    """A value that JSON cannot hold; `rule` and what is wrong with it."""

    def __init__(self, rule: str, what: str) -> None:
        super().__init__(what)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class RowReader:
    """Turns the rows of one statement into JSON objects.

    The contract's columns come first and in its order, then others by name: a table whose columns
    changed places gives the same texts. Both databases give the same texts for the same values:
    an instant is ISO 8601 in UTC with microseconds, a boolean that SQLite keeps as 0 or 1 is one.
    """

    order: tuple[tuple[str, int], ...]
    convert: tuple[Callable[[Any], Any], ...]

    @classmethod
    def of(cls, schema: RecordSchema, rows: Rows, zone: str) -> RowReader:
        """A reader for the columns that a statement gave; `zone` is that of plain timestamps."""
        place = {name: index for index, name in enumerate(rows.names)}
        leaves = {leaf.path: leaf for leaf in schema.leaves}
        known = [name for name in leaves if name in place]
        names = (*known, *sorted(set(place) - set(known)))
        local = ZoneInfo(zone)
        return cls(
            tuple((name, place[name]) for name in names),
            tuple(_converter(leaves.get(name), local) for name in names),
        )

    def read(self, rows: Sequence[tuple[Any, ...]], key: str) -> tuple[list[bytes], list[Any]]:
        """The rows as JSON texts, and those that cannot be one as refused records."""
        raws: list[bytes] = []
        refused: list[RefusedRecord] = []
        columns = list(zip(self.order, self.convert, strict=True))
        for row in rows:
            made: dict[str, Any] = {}
            fault = None
            for (name, place), convert in columns:
                try:
                    made[name] = convert(row[place])
                except _Unreadable as error:
                    made[name] = _visible(row[place])
                    fault = fault or (error.rule, f"the column {name} {error}")
            raw = _encoder.encode(made)
            if fault is None:
                raws.append(raw)
            else:
                refused.append(_refused(made.get(key), raw, *fault))
        return raws, refused


def _refused(key: Any, raw: bytes, rule: str, message: str) -> RefusedRecord:
    name = str(key) if isinstance(key, str | int) else ""
    if not name or _MASKED in name:
        name = f"sha256:{hashlib.sha256(raw).hexdigest()[:16]}"
    return RefusedRecord(name, raw, Stage.READ, rule, message)


def _visible(value: Any) -> str:
    """What can be shown of a value that is none: its text with marks where bytes are wrong."""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _converter(leaf: Leaf | None, zone: ZoneInfo) -> Callable[[Any], Any]:
    boolean = leaf is not None and leaf.kind == "boolean"

    def convert(value: Any) -> Any:
        if value is None or isinstance(value, str | bool):
            return value
        if isinstance(value, int):
            return bool(value) if boolean and value in (0, 1) else value
        return _other(value, zone)

    return convert


def _other(value: Any, zone: ZoneInfo) -> Any:
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=zone)
        return f"{aware.astimezone(UTC).isoformat('T', 'microseconds')[:26]}Z"
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        raise _Unreadable("encoding", "holds bytes that are no text in the database's encoding")
    if isinstance(value, float | Decimal) and not math.isfinite(value):
        raise _Unreadable("not_a_number", "holds a number that is none (NaN or infinite)")
    if isinstance(value, UUID | timedelta):
        return str(value)
    return value if isinstance(value, float | Decimal | dict | list) else str(value)


def text_of(instant: datetime, kind: int | None, zone: str) -> str:
    """An instant as a bound of a cursor column: as the column's values are written.

    A column of timestamps takes any ISO text (`cursor_value` reads it back); a column of texts
    must hold UTC with microseconds and `Z`, so that text order is time order.
    """
    if kind == WITHOUT_ZONE:
        return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat()
    return f"{instant.astimezone(UTC).isoformat('T', 'microseconds')[:26]}Z"


def cursor_value(text: str) -> datetime:
    """A cursor value for a column of timestamps, from its text."""
    return datetime.fromisoformat(text)
