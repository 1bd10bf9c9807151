"""Which error of the hub a database's error is.

Drivers put statements and whole rows into their messages: only SQLSTATE, or SQLite's name of the
error, and the names of tables and columns are told.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable

from sqlalchemy.exc import DBAPIError

from base.errors import (
    AuthenticationError,
    ConnectError,
    ContractError,
    Forbidden,
    HubError,
    NotFound,
    ReadError,
    ServerFault,
)

Make = Callable[[str, str, float], HubError]
"""(address, what the database calls it, seconds it had) → the error."""


def database_error(error: BaseException, address: str, patience: float) -> HubError:
    """The error to raise for one of SQLAlchemy, a driver or the socket."""
    cause: BaseException = error
    lost = False
    if isinstance(error, DBAPIError):
        lost = error.connection_invalidated
        cause = error.orig or error
    if isinstance(cause, UnicodeError):
        return ReadError(
            f"{address} sent a text that is not in the encoding that it names",
            remedy="Tell the owner: the database's encoding is wrong",
        )
    if isinstance(cause, sqlite3.Error):
        return _sqlite(cause, address, patience)
    state = getattr(cause, "sqlstate", None)
    if state is None:
        return _from_driver(cause, address, patience)
    for beginning, make in _STATES.items():
        if state.startswith(beginning):
            return make(address, f"SQLSTATE {state}{_place(cause)}", patience)
    if lost:
        return _away(address, f"SQLSTATE {state}", patience)
    return ReadError(
        f"{address} refused a statement ({type(cause).__name__}, SQLSTATE {state})",
        remedy="Compare the table with the contract, and ask the owner",
    )


def _from_driver(error: BaseException, address: str, patience: float) -> HubError:
    """An error that the driver raised by itself: libpq's words are read, and not told."""
    words, kind = str(error).lower(), type(error).__name__
    if "password" in words or "authentication" in words:
        return _refused(address, kind, patience)
    if kind in {"DataError", "ProgrammingError", "NotSupportedError"}:
        return ReadError(
            f"{address} sent a value that cannot be read ({kind})",
            remedy="Compare the table's types with the contract, and tell the owner",
        )
    return _away(address, kind, patience)


def _away(address: str, called: str, _patience: float) -> HubError:
    return ConnectError(
        f"{address} cannot be reached, or dropped the connection ({called})",
        remedy="If it recurs: address, network, firewall, then the owner",
    )


def _cancelled(address: str, called: str, patience: float) -> HubError:
    return ServerFault(
        f"{address} ended the statement ({called}); it may take {patience:.0f} s",
        remedy="If it recurs, ask the owner for an index on cursor and key, or raise timeout in "
        "the connection",
    )


def _conflict(address: str, called: str, _patience: float) -> HubError:
    return ServerFault(
        f"{address} rolled the read back ({called}): on a standby, it conflicts with recovery",
        remedy="If it recurs, ask the owner for hot_standby_feedback or a longer "
        "max_standby_streaming_delay",
    )


def _refused(address: str, called: str, _patience: float) -> HubError:
    return AuthenticationError(
        f"{address} refused the credentials ({called})",
        remedy="Correct user and password of the connection",
    )


def _no_database(address: str, called: str, _patience: float) -> HubError:
    return NotFound(
        f"{address}: there is no such database ({called})",
        remedy="Correct the address of the connection",
    )


def _no_table(address: str, called: str, _patience: float) -> HubError:
    return NotFound(
        f"{address} has no such table or schema ({called})",
        remedy="Compare `sql.table` in connector.yaml with the database: it may have been renamed",
    )


def _no_column(address: str, called: str, _patience: float) -> HubError:
    return ContractError(
        f"{address}: a column that the read stands on is gone ({called})",
        remedy="Get the new table description from the owner, and mend contract and mapping",
    )


def _forbidden(address: str, called: str, _patience: float) -> HubError:
    return Forbidden(
        f"{address} does not let this user read the table ({called})",
        remedy="Ask the owner to GRANT SELECT on the table to the connection's user",
    )


_STATES: dict[str, Make] = {
    "08": _away,
    "57P": _away,
    "53": _away,
    "57014": _cancelled,
    "40": _conflict,
    "55P03": _conflict,
    "28": _refused,
    "3D000": _no_database,
    "3F000": _no_table,
    "42P01": _no_table,
    "42703": _no_column,
    "42501": _forbidden,
}


def _place(error: BaseException) -> str:
    diagnosis = getattr(error, "diag", None)
    names = [
        f", {label} {name}"
        for label, name in (
            ("table", getattr(diagnosis, "table_name", None)),
            ("column", getattr(diagnosis, "column_name", None)),
        )
        if name
    ]
    return "".join(names)


def _sqlite(error: sqlite3.Error, address: str, patience: float) -> HubError:
    name = getattr(error, "sqlite_errorname", None) or type(error).__name__
    told = str(error)
    if missing := re.fullmatch(r"no such (table|column): ([\w.]+)", told):
        made = _no_table if missing[1] == "table" else _no_column
        return made(address, told, patience)
    for beginning, make in _SQLITE.items():
        if name.startswith(beginning):
            return make(address, name, patience)
    return ReadError(
        f"{address} cannot be read ({name})", remedy="Ask the owner for a sound copy of the file"
    )


_SQLITE: dict[str, Make] = {
    "SQLITE_BUSY": _conflict,
    "SQLITE_LOCKED": _conflict,
    "SQLITE_INTERRUPT": _cancelled,
    "SQLITE_CANTOPEN": _away,
    "SQLITE_IOERR": _away,
    "SQLITE_PERM": _forbidden,
    "SQLITE_AUTH": _forbidden,
    "SQLITE_READONLY": _forbidden,
}
