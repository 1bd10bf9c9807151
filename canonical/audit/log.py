"""The audit log: rows are added, found and counted; nothing is ever changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any, Self

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from base.clock import Clock, SystemClock
from base.failpoint import failpoint
from canonical.audit import sealing
from canonical.audit.columns import row_of
from canonical.audit.insertion import insert
from canonical.audit.rows import EVERY_BUSINESS, AuditRow
from canonical.audit.tables import AUDIT_ROW, SCHEMA
from canonical.store.database import Database
from canonical.store.migrations import upgrade
from canonical.store.side import side_database

_ROW = AUDIT_ROW.c


@dataclass(frozen=True, slots=True)
class Use:
    """How often a client did one thing for one purpose.

    Attributes:
        businesses: how many different ones; acts that name none are not among them.
    """

    client: str | None
    operation: str
    purpose: str | None
    acts: int
    refused: int
    businesses: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, the newest first; `more` tells whether older ones follow the last."""

    rows: list[AuditRow]
    more: bool


class AuditLog:
    """The audit in the side database. Threads may share it."""

    def __init__(self, database: Database, clock: Clock | None = None) -> None:
        self.database = database
        self._clock = clock or SystemClock()

    @classmethod
    def open(cls, url: str, clock: Clock | None = None) -> Self:
        """The audit at `Settings.side_database_url`, its tables at the newest migration."""
        log = cls(side_database(url), clock)
        log.upgrade()
        return log

    def upgrade(self) -> None:
        """Bring the audit's tables to the newest migration."""
        upgrade(self.database, SCHEMA)

    def close(self) -> None:
        """Give back all connections."""
        self.database.close()

    def append(self, rows: Sequence[AuditRow]) -> None:
        """Add rows, all or none; they are committed when this returns.

        Raises:
            StoreUnreachable: the side database does not answer; nothing may be told.
        """
        with self.database.write() as connection:
            insert(connection, rows)
            failpoint("audit.written")
        failpoint("audit.committed")

    def seal(self, limit: int = sealing.BLOCK_ROWS) -> int:
        """Seal a block of up to `limit` rows that no block holds; returns how many it has."""
        return sealing.seal(self.database, self._clock.now(), limit)

    def verify(self, noted: tuple[int, str] | None = None) -> sealing.Verification:
        """Look whether a row was changed, taken out or put in since it was sealed.

        Args:
            noted: number and hash of a block, noted earlier and kept elsewhere: it proves that
                no whole block was taken off the end or written anew up to there.
        """
        return sealing.verify(self.database, noted)

    def of_party(
        self,
        party_id: int,
        *,
        scopes: Collection[str] | None = None,
        confidential: Collection[str] = (),
        closed_purposes: Collection[str] = (),
        before: tuple[datetime, str] | None = None,
        limit: int = 100,
    ) -> Page:
        """Who looked at a business, by itself or with all others, the newest first.

        Args:
            scopes: those of the reader; None for all. A row that used one of `confidential`
                which the reader has not is left out, as if nobody had looked.
            closed_purposes: a row for none but these is left out in the same way, such as that of
                a token for a system of which the reader may not know.
            before: instant and id of the last row of the page before.
        """
        where = [_ROW.party_id.in_([party_id, EVERY_BUSINESS]), *_visible(scopes, confidential)]
        if alone := _together(closed_purposes):
            where.append(or_(_ROW.purpose.is_(None), _ROW.purpose.not_in(alone)))
        if before is not None:
            at, row_id = before
            where.append(or_(_ROW.at < at, and_(_ROW.at == at, _ROW.row_id < row_id)))
        return self._page(where, limit)

    def of_system(
        self,
        system: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
    ) -> Page:
        """Acts in which a system's records were shown, the newest first."""
        return self._page(_in(system, since, until), limit)

    def uses(
        self, system: str, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[Use]:
        """Who used a system's records, how, why and how often; the most frequent first."""
        acts = func.count()
        groups = (_ROW.client, _ROW.operation, _ROW.purpose)
        query = (
            select(
                *groups, acts, func.sum(case((_ROW.allowed, 0), else_=1)),
                func.count(_ROW.party_id.distinct()), func.min(_ROW.at), func.max(_ROW.at),
            )
            .where(*_in(system, since, until))
            .group_by(*groups)
            .order_by(acts.desc(), *groups)
        )  # fmt: skip
        with self.database.read() as connection:
            return [Use(*row) for row in connection.execute(query)]

    def _page(self, where: Sequence[ColumnElement[bool]], limit: int) -> Page:
        query = (
            select(AUDIT_ROW)
            .where(*where)
            .order_by(_ROW.at.desc(), _ROW.row_id.desc())
            .limit(limit + 1)
        )
        with self.database.read() as connection:
            found: list[Any] = list(connection.execute(query).mappings())
        return Page([row_of(row) for row in found[:limit]], len(found) > limit)


def _visible(
    scopes: Collection[str] | None, confidential: Collection[str]
) -> list[ColumnElement[bool]]:
    if scopes is None:
        return []
    return [_ROW.scopes.not_like(f"% {name} %") for name in sorted(set(confidential) - set(scopes))]


def _together(purposes: Collection[str]) -> list[str]:
    """Each way in which some of these purposes, and no other, stand in a row."""
    names = sorted(purposes)
    return [
        " ".join(some)
        for number in range(1, len(names) + 1)
        for some in combinations(names, number)
    ]


def _in(system: str, since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [_ROW.systems.contains(f" {system} ", autoescape=True)]
    if since is not None:
        where.append(_ROW.at >= since)
    if until is not None:
        where.append(_ROW.at < until)
    return where
