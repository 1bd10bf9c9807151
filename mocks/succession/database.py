"""The replica's tables in SQLite or PostgreSQL: a file beside the mocks, or a test's database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Index,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    text,
)
from sqlalchemy.pool import NullPool

from mocks.succession.rows import Row, columns, instant

TABLE, HEARTBEAT = "succession_cases", "replica_heartbeat"
NEVER_LATE = "9999-12-31T23:59:59.000000Z"

_TYPES: dict[str, Any] = {
    "string": Text, "integer": BigInteger, "boolean": Boolean, "date": Date,
    "datetime": lambda: DateTime(timezone=True).with_variant(Text(), "sqlite"),
}  # fmt: skip


class CaseDatabase:
    """What the mock writes and the hub reads; `url` is SQLAlchemy's."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url, poolclass=NullPool)
        self.sqlite = self.engine.dialect.name == "sqlite"
        if self.sqlite:
            event.listen(self.engine, "connect", _write_ahead)
        self.table = Table(
            TABLE,
            MetaData(),
            Column("case_no", String(40), primary_key=True),
            *(Column(n, _TYPES[c["type"]]()) for n, c in columns().items() if n != "case_no"),
        )
        Index("succession_cases_updated", self.table.c.updated_at, self.table.c.case_no)
        self._kept = self.engine.connect()  # SQLite drops its log with the last connection

    def fill(self, rows: Iterable[Row], *, live: bool) -> None:
        """Make the tables anew with these rows; a live replica's heart beats with the clock."""
        with self.engine.begin() as connection:
            self._beat(connection, None if live else NEVER_LATE)
            self.table.drop(connection, checkfirst=True)
            self.table.create(connection)
            self._insert(connection, rows)

    def write(self, rows: Iterable[Row]) -> None:
        """Put these rows in the place of those with their keys, in one transaction."""
        made = list(rows)
        with self.engine.begin() as connection:
            keys = [row["case_no"] for row in made]
            connection.execute(self.table.delete().where(self.table.c.case_no.in_(keys)))
            self._insert(connection, made)

    def lag(self, until: datetime | None) -> None:
        """Let the replica know nothing that comes after `until`; None: it is never late."""
        with self.engine.begin() as connection:
            self._beat(connection, NEVER_LATE if until is None else instant(until))

    def close(self) -> None:
        """Give the last connection back."""
        self._kept.close()
        self.engine.dispose()

    def _insert(self, connection: Connection, rows: Iterable[Row]) -> None:
        made = [
            {**row, "updated_at": instant(row["updated_at"])} if self.sqlite else row
            for row in rows
        ]
        if made:
            connection.execute(self.table.insert(), made)

    def _beat(self, connection: Connection, at: str | None) -> None:
        if at is None:
            now = "strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')" if self.sqlite else "now()"
        else:
            now = f"'{at}'" if self.sqlite else f"timestamptz '{at}'"
        connection.execute(text(f"DROP VIEW IF EXISTS {HEARTBEAT}"))
        query = f"CREATE VIEW {HEARTBEAT} AS SELECT {now} AS beat_at"
        connection.execute(text(query.replace(":", r"\:")))


def _write_ahead(connection: Any, record: Any) -> None:
    """Whoever reads does not hold up whoever writes."""
    del record
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA busy_timeout = 30000")
