"""Writes audit rows in bulk, by the driver beneath SQLAlchemy: a group costs one statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from canonical.audit.columns import COLUMNS, values
from canonical.audit.rows import AuditRow

_TYPES = {"at": "timestamptz", "allowed": "boolean", "party_id": "bigint"}
_NAMES = ", ".join(COLUMNS)
_ARRAYS = ", ".join(f"%s::{_TYPES.get(name, 'text')}[]" for name in COLUMNS)
_PLACES = ", ".join("?" for _ in COLUMNS)
_POSTGRESQL = f"INSERT INTO audit_row ({_NAMES}) SELECT * FROM unnest({_ARRAYS})"  # noqa: S608
_SQLITE = f"INSERT INTO audit_row ({_NAMES}) VALUES ({_PLACES})"  # noqa: S608
_AT = COLUMNS.index("at")


def insert(connection: Connection, rows: Sequence[AuditRow]) -> None:
    """Insert rows in the transaction that is open."""
    if not rows:
        return
    found = [values(row) for row in rows]
    if connection.dialect.name == "postgresql":
        columns = tuple(list(column) for column in zip(*found, strict=True))
        connection.exec_driver_sql(_POSTGRESQL, columns)
    else:
        connection.exec_driver_sql(_SQLITE, [_for_sqlite(row) for row in found])


def _for_sqlite(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """SQLite keeps an instant as SQLAlchemy writes it: text in UTC."""
    return (*row[:_AT], sqlite_instant(row[_AT]), *row[_AT + 1 :])


def sqlite_instant(at: datetime) -> str:
    """An instant as SQLAlchemy's DateTime writes it to SQLite."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
