"""Tables of sample records in a SQLite file, for a connector that reads a database."""

from __future__ import annotations

from collections.abc import Iterable
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

from connectors.schema import Leaf
from mocks.sampled.records import Samples

_TYPES: dict[str, Any] = {
    "integer": BigInteger, "number": Float, "boolean": Boolean, "string": Text,
}  # fmt: skip


def write_tables(path: Path, streams: Iterable[Samples]) -> None:
    """Make the file anew, with a table for each stream."""
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}")
    metadata = MetaData()
    with engine.begin() as connection:
        for samples in streams:
            table = Table(
                samples.stream.section["table"],
                metadata,
                *(
                    Column(name, _kind(leaf, samples.stream.key), primary_key=name == key)
                    for key in (samples.stream.key,)
                    for name, leaf in samples.root.fields.items()
                    if isinstance(leaf, Leaf)
                ),
            )
            table.drop(connection, checkfirst=True)
            table.create(connection)
            rows = [one.fields for one in samples.records]
            if rows:
                connection.execute(table.insert(), rows)
    engine.dispose()


def _kind(leaf: Leaf, key: str) -> Any:
    kind = _TYPES[next(iter(leaf.types), "string")]
    return String(255) if leaf.path == key and kind is Text else kind()
