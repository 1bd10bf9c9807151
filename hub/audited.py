"""Reads of businesses by the command line: authorised by who may run it, with purpose and row.

A command that shows something of a business is marked with `reads_businesses`, and calls
`leave` with what it found before it prints: a row that cannot be written stops the command.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any, TypeVar

import click

from base.errors import HubError, StoreUnreachable

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from canonical.audit import AuditRow
    from canonical.store.database import Database

F = TypeVar("F", bound=Callable[..., Any])

OPERATION = "operation"
"""The purpose of an operator who names no other: running the hub."""

_PURPOSE = "hub.purpose"
_LEFT = "hub.audited"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


def reads_businesses(command: F) -> F:
    """Give a command `--purpose`, and see to it that each run leaves a row.

    A run that calls `leave` does so before it prints. One that found nothing to show, or was
    refused, leaves a row that says so; wrong usage, and one that `reads_none`, leave none.
    """

    @functools.wraps(command)
    def run(*args: Any, **given: Any) -> Any:
        context = click.get_current_context()
        context.meta[_PURPOSE] = given.pop("purpose")
        context.meta.pop(_LEFT, None)
        try:
            outcome = command(*args, **given)
        except StoreUnreachable:
            raise
        except HubError as error:
            if _LEFT not in context.meta:
                leave(allowed=False, rule=type(error).__name__)
            raise
        if _LEFT not in context.meta:
            leave()
        return outcome

    option = click.option(
        "--purpose",
        default=OPERATION,
        show_default=True,
        callback=_named,
        metavar="NAME",
        help="What it is read for; stands in the audit.",
    )
    marked: Any = option(run)
    return marked  # type: ignore[no-any-return]


def _named(_context: click.Context, _option: Any, value: str) -> str:
    if not _NAME.fullmatch(value):
        raise click.BadParameter("a purpose is a word of a-z, 0-9 and _, such as `inspection`")
    return value


def reads_none() -> None:
    """Say that this run reads no business after all: no row is due."""
    click.get_current_context().meta[_LEFT] = True


def leave(
    systems_of: Mapping[int, Collection[str]] | None = None,
    *,
    systems: Collection[str] = (),
    scopes: Collection[str] = (),
    details: Mapping[str, Any] | None = None,
    allowed: bool = True,
    rule: str = "command_line",
) -> None:
    """Leave a row for each business that is about to be shown, or one that names none.

    Args:
        systems_of: by party, the systems whose records are shown of it.
        systems: where no party is named, the systems whose records are shown.
        scopes: the scopes of confidential streams that take part.
        details: names and counts, never a value.

    Raises:
        StoreUnreachable: the rows are not committed; nothing may be shown.
    """
    from base.settings import Settings
    from canonical.audit import AuditLog

    shown: Sequence[tuple[int | None, Collection[str]]] = [*(systems_of or {}).items()]
    rows = [
        _row(party, of, scopes, details or {}, allowed=allowed, rule=rule)
        for party, of in shown or [(None, systems)]
    ]
    with closing(AuditLog.open(Settings.load().side_database_url)) as log:
        log.append(rows)
        log.seal()
    click.get_current_context().meta[_LEFT] = True


def _row(
    party: int | None,
    systems: Collection[str],
    scopes: Collection[str],
    details: Mapping[str, Any],
    *,
    allowed: bool,
    rule: str,
) -> AuditRow:
    from getpass import getuser

    from base.clock import SystemClock
    from canonical.audit import Action, AuditRow, Channel, new_row_id

    context = click.get_current_context()
    at = SystemClock().now()
    return AuditRow(
        row_id=new_row_id(at),
        at=at,
        action=Action.READ,
        channel=Channel.COMMAND_LINE,
        operation=context.command_path,
        allowed=allowed,
        rule=rule,
        purpose=context.meta[_PURPOSE],
        client="operator",
        subject=getuser(),
        party_id=party,
        systems=tuple(sorted(systems)),
        scopes=tuple(sorted(scopes)),
        details=details,
    )


def systems_of_parties(
    database: Database, parties: Collection[int], scopes: Collection[str] = ()
) -> dict[int, set[str]]:
    """By party the systems that have a record of it, as far as the scopes let see."""
    from sqlalchemy import select

    from canonical.store.party_tables import CROSSWALK
    from canonical.store.tables import SOURCE_RECORD, STREAM

    found: dict[int, set[str]] = {party: set() for party in parties}
    wanted = sorted(found)
    with database.read() as connection:
        for start in range(0, len(wanted), 500):
            query = (
                select(CROSSWALK.c.party_id, STREAM.c.system)
                .join(SOURCE_RECORD, SOURCE_RECORD.c.record_id == CROSSWALK.c.record_id)
                .join(STREAM, STREAM.c.stream_id == SOURCE_RECORD.c.stream_id)
                .where(
                    CROSSWALK.c.party_id.in_(wanted[start : start + 500]),
                    CROSSWALK.c.recorded_to.is_(None),
                    CROSSWALK.c.scope.in_(["", *scopes]),
                )
                .distinct()
            )
            for party, system in connection.execute(query):
                found[party].add(system)
    return found


def parties_of_record(
    database: Database, system: str, stream: str, key: str
) -> tuple[list[int], str]:
    """The parties that a record speaks of, and the scope of its stream."""
    with database.read() as connection:
        return _parties_of_record(connection, system, stream, key)


def _parties_of_record(
    connection: Connection, system: str, stream: str, key: str
) -> tuple[list[int], str]:
    from sqlalchemy import and_, select

    from canonical.store.party_tables import CROSSWALK
    from canonical.store.tables import SOURCE_RECORD, STREAM

    named = and_(STREAM.c.system == system, STREAM.c.stream == stream)
    scope = connection.scalar(select(STREAM.c.scope).where(named)) or ""
    query = (
        select(CROSSWALK.c.party_id)
        .join(SOURCE_RECORD, SOURCE_RECORD.c.record_id == CROSSWALK.c.record_id)
        .join(STREAM, STREAM.c.stream_id == SOURCE_RECORD.c.stream_id)
        .where(named, SOURCE_RECORD.c.record_key == key, CROSSWALK.c.recorded_to.is_(None))
        .distinct()
        .order_by(CROSSWALK.c.party_id)
    )
    return list(connection.scalars(query)), scope


def leave_for_record(database: Database, system: str, stream: str, key: str) -> None:
    """Leave a row for each business that one source record speaks of."""
    parties, scope = parties_of_record(database, system, stream, key)
    scopes = [scope] if scope else []
    of = {party: {system} for party in parties}
    leave(of, systems=[system], scopes=scopes, details={"records": 1})


def leave_for_names(database: Database, names: Sequence[str], scopes: Collection[str] = ()) -> None:
    """Leave a row for each business that is named: by a party's id, or as SYSTEM.STREAM:KEY[/ROLE].

    Raises:
        StoreError: a name that is not known, as far as the scopes let see.
    """
    from canonical.matching.parties import find

    with database.read() as connection:
        parties = {find(connection, name, scopes).party_id for name in names}
    leave(systems_of_parties(database, parties, scopes), scopes=scopes)


def every_system(database: Database, scopes: Collection[str] = ()) -> list[str]:
    """The systems whose records a read of all businesses can show."""
    from sqlalchemy import select

    from canonical.store.tables import STREAM

    query = select(STREAM.c.system).where(STREAM.c.scope.in_(["", *scopes])).distinct()
    with database.read() as connection:
        return sorted(connection.scalars(query))
