"""A table of a read-only database, page by page in one snapshot.

Rows come in the order of (cursor, key), each page beyond the last row of the one before, so that
rows of the same instant are safe and no page costs more than the first. Every read is bounded
above, by the window and by what the replica has for certain (`connectors.transports.sqllag`).

A position is good beyond the snapshot that it was reached in: it names the last row that was
taken, not a place in a result. A row that was changed since then has a later cursor value, and so
stands after the position, or beyond the window where the next one finds it; a row that stands
before the position has not been changed since it was read. Reading on in a new snapshot after a
kill or a lost connection therefore misses nothing; a row may be read twice, which is harmless.

All columns that the table has are read, those that the contract does not know included: they show
as drift. Rows without a cursor value or a key are read last, and refused by the contract.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy import column as named
from sqlalchemy import table as named_table
from sqlalchemy.types import DateTime

from base.errors import ContractError
from base.records import Page, Window
from base.replica import Reading, Replica, Rows, Snapshot
from connectors.contracts.table import TableContract
from connectors.hooks import ReadContext
from connectors.transports.rest import pack_position, unpack_position
from connectors.transports.sqllag import Gap, Lag
from connectors.transports.sqlrows import RowReader, cursor_value, text_of

ROWS, ODD, KEYLESS = "rows", "odd", "keyless"
STAGES = (ROWS, ODD, KEYLESS)
"""What is read after what: rows within the window, then those that no window can hold."""

INSTANTS = {1184: DateTime(timezone=True), 1114: DateTime()}
"""PostgreSQL's OIDs of timestamps with and without a time zone."""

ISO_UTC = "____-__-__T%Z"
"""What a cursor kept as text looks like; text order is time order among these alone."""


def read(
    context: ReadContext, window: Window, *, resume: str | None, limit: int | None
) -> Iterator[Page]:
    """Read a stream; see `connectors.hooks.ReadHook`.

    Raises:
        ContractError: the table has no key or cursor column, or rows without a key fill a page.
        ReadError: the replica lags more than the declaration allows.
        HubError: whatever ended the read; pages given before stay good.
    """
    replica: Replica = context.client
    gap = Gap.of(context.memo)
    reader = TableReader(context, window, gap.widened(window, context.stream.cursor), gap)
    position = Position.parse(unpack_position(resume, window))
    taken = 0
    with replica.reading() as reading:
        while True:
            rows, following = reader.fetch(reading, position, limit)
            page = reader.page(rows)
            taken += len(rows.rows)
            if following is None:
                page.notes = reader.notes()
            else:
                page.resume = pack_position(following.text, window)
            yield page
            if following is None or (limit is not None and taken >= limit):
                return
            position = following


@dataclass(frozen=True, slots=True)
class Position:
    """The last row that was taken: its stage, cursor value (as text) and key."""

    stage: str = ROWS
    cursor: str | None = None
    key: str | int | None = None

    @property
    def text(self) -> str:
        """The position as text, for `pack_position`."""
        return json.dumps([self.stage, self.cursor, self.key], separators=(",", ":"))

    @classmethod
    def parse(cls, text: str | int | None) -> Position:
        """The position in a text; the beginning for anything else."""
        try:
            stage, cursor, key = json.loads(cast(str, text))
        except (TypeError, ValueError):
            return cls()
        return cls(stage, cursor, key) if stage in STAGES else cls()


@dataclass(frozen=True, slots=True)
class Plan:
    """What one snapshot's statements stand on: the type of the cursor, the upper bound."""

    cursor_type: int | None
    until: datetime


@dataclass
class TableReader:
    """Builds the statements of one stream's read, and makes pages of their rows.

    `asked` is the window as the run fixed it, `window` the same widened by what an earlier read
    could not have. A plan belongs to its snapshot: with a new one, the table is looked at anew.
    """

    context: ReadContext
    asked: Window
    window: Window
    gap: Gap
    _plan: Plan | None = None
    _snapshot: Snapshot | None = None
    _certain: list[datetime] = field(default_factory=list)

    def fetch(
        self, reading: Reading, position: Position, limit: int | None
    ) -> tuple[Rows, Position | None]:
        """One page's rows, and the position after it; None after the last."""
        size = min(self.context.stream.page_size, limit or self.context.stream.page_size)
        rows = reading.run(lambda snapshot: self._rows(snapshot, position, size))
        if len(rows.rows) == size:
            return rows, self._after(rows, position)
        stages = [s for s in STAGES[STAGES.index(position.stage) + 1 :] if self._has(s)]
        return rows, Position(stages[0]) if stages else None

    def page(self, rows: Rows) -> Page:
        """The rows as a page of records."""
        schema = self.context.contract.record_schema(record=self.context.stream.record)
        reader = RowReader.of(schema, rows, self._section.get("timezone", "UTC"))
        raws, refused = reader.read(rows.rows, self.context.stream.key)
        page = self.context.keys.page(
            [self.context.prepare(raw) for raw in raws] if self.context.prepare else raws
        )
        page.refused += refused
        return page

    def notes(self) -> dict[str, str]:
        """What is to be remembered of the replica's lag, once the window has been read."""
        if self.context.stream.cursor is None:
            return {}
        return self.gap.notes(self.asked, self.window, min(self._certain, default=None))

    @property
    def _section(self) -> Mapping[str, Any]:
        return self.context.stream.section

    @property
    def _cursor(self) -> str | None:
        cursor = self.context.stream.cursor
        return cursor.field if cursor else None

    def _has(self, stage: str) -> bool:
        return stage != ODD or self._cursor is not None

    def _rows(self, snapshot: Snapshot, position: Position, size: int) -> Rows:
        if self._snapshot is not snapshot or self._plan is None:
            self._plan = self._look(snapshot)
            self._snapshot = snapshot
        statement = self._statement(snapshot.dialect, self._plan, position)
        return snapshot.rows(statement.limit(size))

    def _look(self, snapshot: Snapshot) -> Plan:
        """Look at the table and the replica's lag, once a snapshot."""
        shape = snapshot.rows(self._all(snapshot.dialect).limit(0))
        contract = cast(TableContract, self.context.contract)
        for place in filter(None, (self.context.stream.key, self._cursor)):
            if place not in shape.names:
                raise ContractError(
                    f"the table {self._section['table']} has no column {place}, which the stream "
                    "is read by",
                    field=place,
                    remedy=f"Compare it with {contract.name}, and ask the owner what changed",
                )
        certain = Lag.of(self._section).certain(snapshot, self.context.clock)
        until = self.window.until
        if self._cursor is None:
            return Plan(None, until)
        if certain is not None:
            self._certain.append(certain)
            until = min(until, *self._certain)
        return Plan(shape.types[shape.names.index(self._cursor)], until)

    def _all(self, dialect: str) -> Select[Any]:
        """All rows; a file of SQLite has no schemas."""
        schema = None if dialect == "sqlite" else self._section.get("schema")
        table = named_table(self._section["table"], schema=schema)
        return select(literal_column("*")).select_from(table)

    def _statement(self, dialect: str, plan: Plan, position: Position) -> Select[Any]:
        key: ColumnElement[Any] = named(self.context.stream.key)
        if position.stage == KEYLESS:
            return self._all(dialect).where(key.is_(None))
        if position.stage == ODD or self._cursor is None:
            return self._by_key(dialect, key, position)
        cursor: ColumnElement[Any] = named(self._cursor)
        bounds = [key.is_not(None), cursor <= self._bind(plan, self._bound(plan, plan.until))]
        if self.window.since is not None:
            since = self._bound(plan, self.window.since)
            bounds.append(cursor > self._bind(plan, since))
        if position.cursor is not None:
            last = tuple_(self._bind(plan, position.cursor), _key(position.key))
            bounds.append(tuple_(cursor, key) > last)
        return self._all(dialect).where(and_(*bounds)).order_by(cursor, key)

    def _by_key(self, dialect: str, key: ColumnElement[Any], position: Position) -> Select[Any]:
        """All rows by key; in an incremental stream those whose cursor value no window holds."""
        statement = self._all(dialect).where(key.is_not(None)).order_by(key)
        if self._cursor is not None:
            cursor: ColumnElement[Any] = named(self._cursor)
            odd: ColumnElement[bool] = cursor.is_(None)
            if dialect == "sqlite":
                odd = or_(odd, cursor.not_like(ISO_UTC))
            statement = statement.where(odd)
        return statement if position.key is None else statement.where(key > _key(position.key))

    def _bound(self, plan: Plan, instant: datetime) -> str:
        return text_of(instant, plan.cursor_type, self._section.get("timezone", "UTC"))

    def _bind(self, plan: Plan, text: str) -> ColumnElement[Any]:
        """A cursor value for a statement, in the type that the column has."""
        kind = INSTANTS.get(plan.cursor_type or 0)
        return literal(cursor_value(text), kind) if kind is not None else literal(text, String())

    def _after(self, rows: Rows, position: Position) -> Position:
        if position.stage == KEYLESS:
            raise ContractError(
                f"more than {len(rows.rows)} rows of {self._section['table']} have no "
                f"{self.context.stream.key}: it is no key",
                field=self.context.stream.key,
                remedy="Ask the owner which column identifies a row",
            )
        last = dict(zip(rows.names, rows.rows[-1], strict=True))
        key = last[self.context.stream.key]
        if not isinstance(key, str | int):
            raise ContractError(
                f"the key {self.context.stream.key} is neither text nor an integer",
                field=self.context.stream.key,
                remedy="Ask the owner for a view with such a key",
            )
        cursor = last[self._cursor] if position.stage == ROWS and self._cursor else None
        if isinstance(cursor, datetime):
            cursor = cursor.isoformat()
        return Position(position.stage, cursor, key)


def _key(key: str | int | None) -> ColumnElement[Any]:
    """A key for a statement; integers are bound wide, or PostgreSQL takes four bytes."""
    return literal(key, BigInteger() if isinstance(key, int) else String())
