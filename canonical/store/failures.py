"""Database errors told without any value: drivers put whole rows into their messages."""

from __future__ import annotations

import sqlite3

from base.errors import StoreError, StoreUnreachable

_AWAY = ("08", "57P", "40", "55P03", "53300")
"""SQLSTATE beginnings that pass: connection, shutdown, rolled back by conflict, lock, too many."""


def translated(error: BaseException | None, database: str, *, lost: bool = False) -> StoreError:
    """The hub's error for a driver's; the message names kind, table and constraint only."""
    if isinstance(error, sqlite3.Error):
        return _sqlite(error, database)
    state = getattr(error, "sqlstate", None)
    kind = type(error).__name__
    if lost or (state is None and kind == "OperationalError") or _passes(state):
        return StoreUnreachable(
            f"the database {database} is away or busy ({state or kind})",
            remedy="Check that it runs and can be reached; the run is tried again.",
        )
    if state == "53100":
        return StoreError(
            f"the disk of the database {database} is full", remedy="Make room and run again."
        )
    return StoreError(f"the database refused a statement: {kind}{_place(error, state)}")


def _passes(state: str | None) -> bool:
    return state is not None and state.startswith(_AWAY)


def _place(error: BaseException | None, state: str | None) -> str:
    diagnosis = getattr(error, "diag", None)
    parts = [
        f"{label} {value}"
        for label, value in (
            ("SQLSTATE", state),
            ("table", getattr(diagnosis, "table_name", None)),
            ("constraint", getattr(diagnosis, "constraint_name", None)),
            ("column", getattr(diagnosis, "column_name", None)),
        )
        if value
    ]
    return f" ({', '.join(parts)})" if parts else ""


def _sqlite(error: sqlite3.Error, database: str) -> StoreError:
    text = str(error)
    if "locked" in text or "busy" in text:
        return StoreUnreachable(
            f"the database {database} stayed locked by another process",
            remedy="The run is tried again; if this repeats, move the store to PostgreSQL.",
        )
    if "unable to open" in text:
        return StoreUnreachable(
            f"the database {database} cannot be opened",
            remedy="Check that its folder exists and may be written.",
        )
    if "full" in text:
        return StoreError(
            f"the disk of the database {database} is full", remedy="Make room and run again."
        )
    # SQLite's own messages name tables, columns and constraints, never a bound value.
    return StoreError(f"the database refused a statement: {text}")
