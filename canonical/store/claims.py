"""Claims: what a batch changes about them, and the closing of old versions.

A claim is compared with the current one by its values, read back from the store. So a claim of a
new record, which there is nothing to compare with, costs neither a fingerprint nor a look-up.
"""

# ruff: noqa: S608 - only names of our own tables and columns are put into statements

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl
from polars._typing import PolarsDataType

from base.errors import StoreError
from base.records import ROW
from canonical.model import CLAIM_COLUMNS, ENTITIES
from canonical.store.claim_tables import CLAIM_TABLES
from canonical.store.frames import TYPES
from canonical.store.work import Work

_KEY = ("record_id", "role", "ordinal")
SELF = "self"
"""The role of an entity that its record is about."""


def prepared(claims: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The claims of a batch with role and ordinal, typed for the store; needs no database.

    StoreError names an entity or column that the store has no place for.
    """
    return {entity: _prepared(entity, frame) for entity, frame in claims.items() if frame.height}


def _prepared(entity: str, frame: pl.DataFrame) -> pl.DataFrame:
    if entity not in CLAIM_TABLES:
        raise StoreError(
            f"the store has no table for the entity {entity}",
            remedy="Add it to STORED_ENTITIES with a migration.",
        )
    types = _types(entity)
    if unknown := [name for name in frame.columns if name not in types and name != ROW]:
        raise StoreError(f"the entity {entity} has no columns {', '.join(unknown)}")
    role = pl.col("role").fill_null(SELF) if "role" in frame.columns else pl.lit(SELF)
    ordinal = pl.col("ordinal").fill_null(0) if "ordinal" in frame.columns else pl.lit(0)
    frame = frame.with_columns(role.alias("role"), ordinal.alias("ordinal"))
    return frame.cast({name: types[name] for name in frame.columns if name != ROW})


def _types(entity: str) -> dict[str, PolarsDataType]:
    """The columns that a claim may state, role and ordinal first."""
    columns = CLAIM_COLUMNS | ENTITIES[entity].columns()
    return {name: TYPES[kind] for name, kind in columns.items()}


def current(work: Work, record_ids: Sequence[int]) -> dict[str, pl.DataFrame]:
    """The current claims of these records by entity: record, batch and what they state."""
    if not record_ids:
        return {}
    bound = {"keys": work.bulk.pack(record_ids)}
    current = f"{work.bulk.member('record_id', 'bigint')} AND recorded_to IS NULL"
    statement = " UNION ALL ".join(
        f"SELECT '{entity}' WHERE EXISTS (SELECT 1 FROM {table.name} WHERE {current})"
        for entity, table in CLAIM_TABLES.items()
    )
    found = work.bulk.select(work.connection, statement, bound, {"entity": pl.String})
    return {entity: _current(work, entity, current, bound) for entity in found["entity"].to_list()}


def _current(work: Work, entity: str, where: str, bound: Mapping[str, object]) -> pl.DataFrame:
    schema = {"record_id": pl.Int64(), "batch_no": pl.Int32(), **_types(entity)}
    names = ", ".join(f'"{name}"' for name in schema)
    statement = f"SELECT {names} FROM {CLAIM_TABLES[entity].name} WHERE {where}"
    return work.bulk.select(work.connection, statement, bound, schema)


def write(
    work: Work, entity: str, frame: pl.DataFrame | None, old: pl.DataFrame | None
) -> tuple[int, int]:
    """Write the claims of one entity that differ from `old`, and close those of `old` replaced.

    `frame` holds all claims of the batch with their `record_id`; `old` the current claims of its
    known records. Returns how many were written and how many closed.
    """
    if frame is not None and old is not None:
        frame, old = _differing(frame, old)
    if frame is not None:
        _insert(work, entity, frame)
    if old is not None:
        _close(work, entity, old)
    return 0 if frame is None else frame.height, 0 if old is None else old.height


def _differing(frame: pl.DataFrame, old: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Those of `frame` that no row of `old` equals, and those of `old` that none of `frame` does.

    A column that the frame does not have states nothing, as a null does: a field that is added to
    the model rewrites no claim.
    """
    unstated = {name: kind for name, kind in old.schema.items() if name not in frame.columns}
    whole = frame.with_columns(pl.lit(None, kind).alias(name) for name, kind in unstated.items())
    alike = [name for name in old.columns if name != "batch_no"]
    fresh = whole.join(old, on=alike, how="anti", nulls_equal=True)
    gone = old.join(whole, on=alike, how="anti", nulls_equal=True)
    return fresh.select(frame.columns), gone


def _insert(work: Work, entity: str, fresh: pl.DataFrame) -> None:
    begun = fresh.drop(ROW).with_columns(
        pl.lit(work.batch_no, dtype=pl.Int32).alias("batch_no"),
        _instant(work.recorded_at).alias("recorded_from"),
    )
    work.bulk.insert(work.connection, CLAIM_TABLES[entity], begun)


def _close(work: Work, entity: str, gone: pl.DataFrame) -> None:
    """End the validity of these versions."""
    ended = gone.select(
        *_KEY,
        "batch_no",
        _instant(work.recorded_at).alias("recorded_to"),
        pl.lit(work.batch_no, dtype=pl.Int32).alias("closed_batch_no"),
    )
    work.bulk.update(work.connection, CLAIM_TABLES[entity], ended, [*_KEY, "batch_no"])


def _instant(moment: datetime) -> pl.Expr:
    return pl.lit(moment, dtype=pl.Datetime("us", "UTC"))
