"""The whole of a store and its archive as plain values, to compare two of them row by row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa

IGNORED_TABLES = {"alembic_version", "lease", "run"}
IGNORED_COLUMNS = {"run_id", "fencing_token"}
"""What necessarily differs between an interrupted and an uninterrupted sync: which run did it."""


def dump(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but the runs and leases, without the run that wrote it."""
    engine = sa.create_engine(url)
    metadata = sa.MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        rows = {
            name: _rows(connection, table)
            for name, table in metadata.tables.items()
            if name not in IGNORED_TABLES
        }
    engine.dispose()
    return rows


def _rows(connection: sa.Connection, table: sa.Table) -> list[tuple[Any, ...]]:
    columns = [column for column in table.columns if column.name not in IGNORED_COLUMNS]
    found = connection.execute(sa.select(*columns)).all()
    return sorted((tuple(map(_plain, row)) for row in found), key=repr)


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def archived(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every archived batch's rows by its path below `folder`, and attachments by name."""
    batches = {
        str(path.relative_to(folder)): pl.read_parquet(path).rows()
        for path in sorted(folder.rglob("*.parquet"))
    }
    leftovers = [path for path in folder.rglob("*.tmp*") if path.is_file()]
    return {**batches, "leftovers": [(str(path),) for path in leftovers]}
