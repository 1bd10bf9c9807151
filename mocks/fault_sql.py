"""What a mock database lets happen to one of its tables, and takes back afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Engine, Table, select, text

from mocks.faults import Fault, FaultError

Row = dict[str, Any]
FAR_FUTURE = "2099-01-01T00:00:00.000000Z"
NEW_COLUMN = "new_column"


@dataclass(frozen=True, slots=True)
class TableTrial:
    """Spoils one row, or the whole table, while a block runs.

    `cursor` is the column by whose order rows are numbered, the key's where there is none; `text`
    one whose texts may be spoilt without changing what a row is; `live` keeps out rows that the
    source calls deleted. A fault that needs a column which the table lacks changes nothing.
    """

    engine: Engine
    table: Table
    key: str
    cursor: str | None = None
    text: str | None = None
    live: ColumnElement[bool] | None = None

    @contextmanager
    def __call__(self, stream: str, fault: Fault) -> Iterator[None]:
        """Bring `fault` about.

        Raises:
            FaultError: a database cannot have this fault.
        """
        del stream
        if fault.kind in _STATEMENTS:
            there, back = _STATEMENTS[fault.kind](self, fault)
            self._execute(there)
            try:
                yield
            finally:
                self._execute(back)
        elif fault.kind in _CHANGES:
            row = self._row(fault.record)
            self._replace(row, _CHANGES[fault.kind](self, row, fault))
            try:
                yield
            finally:
                self._replace(row, row)
        else:
            msg = f"a database cannot have the fault {fault.kind}"
            raise FaultError(msg)

    def _row(self, number: int) -> Row:
        """The live row of that number in the order of updates; the last one beyond them."""
        columns = self.table.c
        asked = select(self.table).order_by(columns[self.cursor or self.key], columns[self.key])
        if self.live is not None:
            asked = asked.where(self.live)
        with self.engine.connect() as connection:
            found = connection.execute(asked).all()
        return dict(found[min(number, len(found) - 1)]._mapping)

    def _replace(self, old: Row, new: Row | None) -> None:
        key = self.table.c[self.key]
        with self.engine.begin() as connection:
            connection.execute(self.table.delete().where(key == old[self.key]))
            if new is not None:
                connection.execute(self.table.insert(), [new])

    def _execute(self, statement: str | None) -> None:
        if statement is not None:
            with self.engine.begin() as connection:
                connection.execute(text(statement))

    def alter(self, change: str, *names: str, table: str | None = None) -> str:
        """An ALTER TABLE of this table, or of what it is called now; `{}` stands for each name."""
        quote = self.engine.dialect.identifier_preparer.quote
        return f"ALTER TABLE {quote(table or self.table.name)} {change.format(*map(quote, names))}"


Statements = tuple[str | None, str | None]


def _gained(trial: TableTrial, fault: Fault) -> Statements:
    name = fault.field or NEW_COLUMN
    return trial.alter("ADD COLUMN {} TEXT", name), trial.alter("DROP COLUMN {}", name)


def _lost(trial: TableTrial, fault: Fault) -> Statements:
    name = trial.text or fault.field
    if name is None:
        return None, None
    away = f"{name}_away"
    return (trial.alter("RENAME COLUMN {} TO {}", name, away),
            trial.alter("RENAME COLUMN {} TO {}", away, name))  # fmt: skip


def _gone(trial: TableTrial, fault: Fault) -> Statements:
    del fault
    name, away = trial.table.name, f"{trial.table.name}_away"
    return trial.alter("RENAME TO {}", away), trial.alter("RENAME TO {}", name, table=away)


def _future(trial: TableTrial, row: Row, fault: Fault) -> Row:
    return {**row, trial.cursor: fault.value or FAR_FUTURE} if trial.cursor else row


def _nul(trial: TableTrial, row: Row, fault: Fault) -> Row:
    del fault
    return {**row, trial.text: "a\0b"} if trial.text else row


_STATEMENTS: dict[str, Callable[[TableTrial, Fault], Statements]] = {
    "field_gained": _gained,
    "field_lost": _lost,
    "table_gone": _gone,
}
"""Faults of the whole table: the statement that brings them about, and the one that ends them."""

_CHANGES: dict[str, Callable[[TableTrial, Row, Fault], Row | None]] = {
    "record_withheld": lambda _trial, _row, _fault: None,
    "field_changed": lambda _trial, row, fault: {**row, str(fault.field): fault.value},
    "future_record": _future,
    "nul": _nul,
}
"""Faults of one row: what stands in its place; None takes it away."""

KINDS = (*_STATEMENTS, *_CHANGES)
"""The faults that a table can have."""
