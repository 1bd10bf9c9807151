"""The audit's rows as servers write them: many in one transaction, each told after the commit."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from canonical.audit.insertion import insert
from canonical.audit.rows import AuditRow
from canonical.store.database import Database
from canonical.store.group_commit import GroupCommit


class GroupWriter(GroupCommit[AuditRow | None, None]):
    """Writes rows; None for a transaction without one, which shows that the store can be written.

    Its thread starts with the first row, so it may be made before a server forks its workers.
    """

    def __init__(self, database: Database) -> None:
        super().__init__(database, "audit", _insert)


def _insert(connection: Connection, rows: Sequence[AuditRow | None]) -> list[None]:
    insert(connection, [row for row in rows if row is not None])
    return [None] * len(rows)
