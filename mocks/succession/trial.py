"""What the connector suite lets happen to the succession database, and takes back afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select, text

from mocks.faults import Fault, FaultError
from mocks.succession.database import TABLE, CaseDatabase

Row = dict[str, Any]
FAR_FUTURE = "2099-01-01T00:00:00.000000Z"
AWAY = f"{TABLE}_away"


class CaseTrial:
    """Spoils one case, or the whole table, while a block runs."""

    def __init__(self, database: CaseDatabase) -> None:
        self.database = database

    @contextmanager
    def __call__(self, stream: str, fault: Fault) -> Iterator[None]:
        """Bring `fault` about.

        Raises:
            FaultError: a database cannot have this fault.
        """
        del stream
        if fault.kind in STATEMENTS:
            there, back = (sql.format(field=fault.field or "new_column")
                           for sql in STATEMENTS[fault.kind])  # fmt: skip
            self._execute(there)
            try:
                yield
            finally:
                self._execute(back)
        elif fault.kind in CHANGES:
            row = self._row(fault.record)
            self._replace(row, CHANGES[fault.kind](row, fault))
            try:
                yield
            finally:
                self._replace(row, row)
        else:
            msg = f"a database cannot have the fault {fault.kind}"
            raise FaultError(msg)

    def _row(self, number: int) -> Row:
        """The live case of that number in the order of updates; the last one beyond them."""
        table = self.database.table
        asked = select(table).where(~table.c.deleted_flg)
        with self.database.engine.connect() as connection:
            found = connection.execute(asked.order_by(table.c.updated_at, table.c.case_no)).all()
        return dict(found[min(number, len(found) - 1)]._mapping)

    def _replace(self, old: Row, new: Row | None) -> None:
        table = self.database.table
        with self.database.engine.begin() as connection:
            connection.execute(table.delete().where(table.c.case_no == old["case_no"]))
            if new is not None:
                connection.execute(table.insert(), [new])

    def _execute(self, statement: str) -> None:
        with self.database.engine.begin() as connection:
            connection.execute(text(statement))


def _set(row: Row, fault: Fault) -> Row:
    return {**row, str(fault.field): fault.value}


STATEMENTS = {
    "field_gained": (
        f"ALTER TABLE {TABLE} ADD COLUMN {{field}} TEXT",
        f"ALTER TABLE {TABLE} DROP COLUMN {{field}}",
    ),
    "field_lost": (
        f"ALTER TABLE {TABLE} RENAME COLUMN strengths TO weaknesses",
        f"ALTER TABLE {TABLE} RENAME COLUMN weaknesses TO strengths",
    ),
    "table_gone": (
        f"ALTER TABLE {TABLE} RENAME TO {AWAY}", f"ALTER TABLE {AWAY} RENAME TO {TABLE}",
    ),
}  # fmt: skip
"""Faults of the whole table: the statement that brings them about, and the one that ends them."""

CHANGES: dict[str, Callable[[Row, Fault], Row | None]] = {
    "record_withheld": lambda _row, _fault: None,
    "field_changed": _set,
    "future_record": lambda row, fault: {**row, "updated_at": fault.value or FAR_FUTURE},
    "nul": lambda row, _fault: {**row, "strengths": "a\0b"},
}
"""Faults of one case: what stands in its place; None takes it away."""

KINDS = (*STATEMENTS, *CHANGES)
