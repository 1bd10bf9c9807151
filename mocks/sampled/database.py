"""Tables of sample records in a SQLite file, for a connector that reads a database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
)
from sqlalchemy.pool import NullPool

from connectors.schema import Leaf
from mocks.fault_sql import TableTrial
from mocks.faults import Fault
from mocks.sampled.records import Samples

_TYPES: dict[str, Any] = {
    "integer": BigInteger, "number": Float, "boolean": Boolean, "string": Text,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trials:
    """Lets a fault happen to the table of a stream."""

    tables: dict[str, TableTrial]

    @contextmanager
    def __call__(self, stream: str, fault: Fault) -> Iterator[None]:
        """Bring `fault` about; see `mocks.fault_sql.TableTrial`."""
        with self.tables[stream](stream, fault):
            yield


def write_tables(path: Path, streams: Iterable[Samples]) -> Trials:
    """Make the file anew, with a table for each stream; gives what spoils them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    metadata = MetaData()
    trials = {}
    with engine.begin() as connection:
        for samples in streams:
            stream = samples.stream
            leaves = [leaf for leaf in samples.root.fields.values() if isinstance(leaf, Leaf)]
            columns = [
                Column(leaf.path, _kind(leaf, stream.key), primary_key=leaf.path == stream.key)
                for leaf in leaves
            ]
            table = Table(stream.section["table"], metadata, *columns)
            table.drop(connection, checkfirst=True)
            table.create(connection)
            rows = [_row(leaves, one.fields) for one in samples.records]
            if rows:
                connection.execute(table.insert(), rows)
            cursor = stream.cursor.field if stream.cursor else None
            trials[stream.name] = TableTrial(engine, table, stream.key, cursor, samples.plain_text)
    return Trials(trials)


def _kind(leaf: Leaf, key: str) -> Any:
    kind = _TYPES[next(iter(leaf.types), "string")]
    return String(255) if leaf.path == key and kind is Text else kind()


def _row(leaves: list[Leaf], fields: dict[str, Any]) -> dict[str, Any]:
    return {leaf.path: _cell(leaf, fields[leaf.path]) for leaf in leaves}


def _cell(leaf: Leaf, value: Any) -> Any:
    """A value as the table keeps it: instants with microseconds, so that text order is time's."""
    if leaf.format != "date-time" or not isinstance(value, str):
        return value
    at = datetime.fromisoformat(value).astimezone(UTC)
    return f"{at.isoformat('T', 'microseconds')[:26]}Z"
