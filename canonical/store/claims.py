"""Claims: their stable hash, what a batch changes about them, and the closing of old versions."""

# ruff: noqa: S608 - only names of our own tables and columns are put into statements

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl

from base.errors import StoreError
from base.records import ROW
from canonical.model import CLAIM_COLUMNS, ENTITIES
from canonical.store.claim_tables import CLAIM_TABLES
from canonical.store.work import Work

_KEY = ("record_id", "role", "ordinal")
_FIELD = "\x1f"
_NAME_END = "\x1e"
SELF = "self"
"""The role of an entity that its record is about."""

CURRENT_SCHEMA = {
    "entity": pl.String,
    "record_id": pl.Int64,
    "role": pl.String,
    "ordinal": pl.Int32,
    "batch_no": pl.Int32,
    "claim_hash": pl.Binary,
}


def prepared(claims: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The claims of a batch with role, ordinal and hash, ready for the store; needs no database.

    StoreError names an entity or column that the store has no place for.
    """
    return {entity: _prepared(entity, frame) for entity, frame in claims.items() if frame.height}


def _prepared(entity: str, frame: pl.DataFrame) -> pl.DataFrame:
    if entity not in CLAIM_TABLES:
        raise StoreError(
            f"the store has no table for the entity {entity}",
            remedy="Add it to STORED_ENTITIES with a migration.",
        )
    allowed = {ROW, *CLAIM_COLUMNS, *ENTITIES[entity].columns()}
    if unknown := [name for name in frame.columns if name not in allowed]:
        raise StoreError(f"the entity {entity} has no columns {', '.join(unknown)}")
    role = pl.col("role").fill_null(SELF) if "role" in frame.columns else pl.lit(SELF)
    ordinal = pl.col("ordinal").fill_null(0) if "ordinal" in frame.columns else pl.lit(0)
    frame = frame.with_columns(role.alias("role"), ordinal.cast(pl.Int32).alias("ordinal"))
    return frame.with_columns(hashes(frame).alias("claim_hash"))


def hashes(frame: pl.DataFrame) -> pl.Series:
    """16 bytes for each claim's stated values: SHA-256 over names and values, nulls left out.

    It does not depend on the order of columns, on columns without a value, on the versions of
    libraries, or on the platform; so a field added to the model rewrites no claim.
    """
    names = sorted(set(frame.columns) - {ROW, "role", "ordinal", "claim_hash"})
    parts = [part for name in names for part in _stated(frame, name)]
    whole = frame.select(pl.concat_str(parts, ignore_nulls=True).cast(pl.Binary)).to_series()
    sha256 = hashlib.sha256
    digests = [sha256(line).digest()[:16] for line in whole.to_list()]
    return pl.Series("claim_hash", digests, dtype=pl.Binary)


def _stated(frame: pl.DataFrame, name: str) -> list[pl.Expr]:
    """`1F name 1E value` where there is a value, nothing where there is none."""
    parts = [pl.lit(_FIELD + name + _NAME_END), _text(pl.col(name), frame.schema[name])]
    # Joined on their own, a null value takes its name away with it; that costs twice the time.
    return [pl.concat_str(parts)] if frame[name].null_count() else parts


def _text(column: pl.Expr, kind: pl.DataType) -> pl.Expr:
    if kind == pl.Date:
        return column.cast(pl.Int32).cast(pl.String)
    if isinstance(kind, pl.Datetime):
        return column.dt.epoch("us").cast(pl.String)
    return column if kind == pl.String else column.cast(pl.String)


def current(work: Work, record_ids: Sequence[int]) -> pl.DataFrame:
    """The current claims of these records in all tables, by entity, key, batch and hash."""
    if not record_ids:
        return pl.DataFrame(schema=CURRENT_SCHEMA)
    member = work.bulk.member("record_id", "bigint")
    statement = " UNION ALL ".join(
        f"SELECT '{entity}', record_id, role, ordinal, batch_no, claim_hash FROM {table.name}"
        f" WHERE {member} AND recorded_to IS NULL"
        for entity, table in CLAIM_TABLES.items()
    )
    keys = {"keys": work.bulk.pack(record_ids)}
    return work.bulk.select(work.connection, statement, keys, CURRENT_SCHEMA)


def write(work: Work, entity: str, frame: pl.DataFrame, old: pl.DataFrame) -> tuple[int, int]:
    """Write the claims of one entity that differ from `old`, and close those of `old` replaced.

    `frame` holds all claims of the batch with their `record_id`; `old` the current claims of its
    known records. Returns how many were written and how many closed.
    """
    same = [*_KEY, "claim_hash"]
    fresh = frame.join(old, on=same, how="anti") if old.height else frame
    gone = old.join(frame, on=same, how="anti") if frame.height else old
    work.bulk.insert(
        work.connection,
        CLAIM_TABLES[entity],
        fresh.drop(ROW, strict=False).with_columns(
            pl.lit(work.batch_no, dtype=pl.Int32).alias("batch_no"),
            _instant(work.recorded_at).alias("recorded_from"),
        ),
    )
    _close(work, entity, gone)
    return fresh.height, gone.height


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
