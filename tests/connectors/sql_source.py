"""A small table in SQLite or PostgreSQL, and a connector that reads it as a replica."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from base.clock import ManualClock
from base.connection import Connection
from base.records import Page, Window
from base.replica import Replica
from base.retry import RunBudget
from connectors.connector import Connector
from connectors.registry import load_connector

NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
EVERYTHING = Window(None, NOON)

DECLARATION = """
title: {{ja: 台帳, en: Ledger}}
role: adviser
protocol: sql
contract: items.table.yaml
auth: {{method: database}}
streams:
  items:
    title: {{ja: 明細, en: Items}}
    sql: {{table: items{lag}}}
    key: code
    {mode}
    page_size: 3
    deletes: flag
    deleted_when: {{field: gone, value: true}}
    purpose: [matching]
"""
INCREMENTAL = "mode: incremental\n    cursor: {field: updated_at, lookback: PT0S}"

CONTRACT = """
x-assumed: true
x-typed: true
fields:
  - {name: code, type: string, constraints: {required: true}}
  - {name: name, type: string}
  - {name: amount, type: integer}
  - {name: day, type: date}
  - {name: gone, type: boolean, constraints: {required: true}}
  - {name: updated_at, type: datetime, constraints: {required: true}}
"""


@dataclass
class Source:
    """The database: `url` is SQLAlchemy's, `address` the connection's."""

    url: str
    address: str
    folder: Path
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOON + timedelta(hours=1)))

    def __post_init__(self) -> None:
        self.engine = sa.create_engine(self.url, poolclass=NullPool)
        self.sqlite = self.engine.dialect.name == "sqlite"
        if self.sqlite:
            self.run("PRAGMA journal_mode = WAL")
        instant, flag = ("TEXT", "BOOLEAN") if self.sqlite else ("TIMESTAMPTZ", "BOOLEAN")
        self.run(
            f"CREATE TABLE items (code TEXT, name TEXT, amount BIGINT, day DATE,"
            f" gone {flag}, updated_at {instant})"
        )

    def run(self, *statements: str) -> None:
        with self.engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
            connection.commit()

    def insert(self, *rows: tuple[str | None, datetime | str | None], **more: Any) -> None:
        """Rows of (code, updated_at); `more` are columns that all of them have."""
        made = [
            {
                "code": code, "name": f"名 {code}", "amount": 9_000_000_000, "gone": False,
                "day": "2026-04-01" if self.sqlite else date(2026, 4, 1),
                "updated_at": self.instant(at), **more,
            }
            for code, at in rows
        ]  # fmt: skip
        names = ", ".join(made[0])
        places = ", ".join(f":{name}" for name in made[0])
        with self.engine.begin() as connection:
            connection.execute(sa.text(f"INSERT INTO items ({names}) VALUES ({places})"), made)  # noqa: S608

    def instant(self, at: datetime | str | None) -> Any:
        if not self.sqlite or not isinstance(at, datetime):
            return at
        return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"

    def connector(
        self, *, lag: str = "", mode: str = INCREMENTAL, options: dict[str, str] | None = None
    ) -> Connector:
        folder = self.folder / "ledger"
        folder.mkdir(exist_ok=True)
        given = DECLARATION.format(lag=f", lag: {lag}" if lag else "", mode=mode)
        (folder / "connector.yaml").write_text(given, encoding="utf-8")
        (folder / "items.table.yaml").write_text(CONTRACT, encoding="utf-8")
        connection = Connection("ledger", self.address, None, options or {})
        return load_connector(
            folder,
            lambda _name: connection,
            open_client=lambda c, _method: Replica(
                c, self.clock, budget=RunBudget(self.clock, max_retries=5)
            ),
        )

    def read(
        self,
        connector: Connector | None = None,
        window: Window = EVERYTHING,
        *,
        resume: str | None = None,
        memo: dict[str, str] | None = None,
        limit: int | None = None,
    ) -> Iterator[Page]:
        notes = memo or {}
        yield from (connector or self.connector()).read(
            "items",
            window,
            resume=resume,
            memo=lambda keys: {key: notes[key] for key in keys if key in notes},
            clock=self.clock,
            limit=limit,
        )


def keys_of(pages: Sequence[Page] | Iterator[Page]) -> list[str]:
    return [key for page in pages for key in page.keys]


def records_of(pages: Sequence[Page] | Iterator[Page]) -> list[dict[str, Any]]:
    return [json.loads(raw) for page in pages for raw in page.raws]
