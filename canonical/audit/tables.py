"""The audit's tables; they live in the side database, so that no read waits for a sync."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

from canonical.store.migrations.schema import Schema
from canonical.store.tables import METADATA as STORE_METADATA
from canonical.store.types import UtcDateTime

METADATA = MetaData(naming_convention=STORE_METADATA.naming_convention)

AUDIT_ROW = Table(
    "audit_row",
    METADATA,
    Column("row_id", Text, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("action", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("allowed", Boolean, nullable=False),
    Column("rule", Text, nullable=False),
    Column("purpose", Text),
    Column("client", Text),
    Column("subject", Text),
    Column("actor", Text),
    Column("party_id", BigInteger),
    Column("systems", Text, nullable=False, comment="names, each between spaces"),
    Column("scopes", Text, nullable=False, comment="names, each between spaces"),
    Column("token_id", Text),
    Column("details", Text, nullable=False, comment="JSON: names and counts, never a value"),
    Column("block_no", Integer, comment="the block that sealed it"),
    Index(None, "party_id", "at"),
    Index(None, "at"),
    Index(
        "ix_audit_row_sealed", "block_no",
        sqlite_where=text("block_no IS NOT NULL"),
        postgresql_where=text("block_no IS NOT NULL"),
    ),
    Index(
        "ix_audit_row_unsealed", "at", "row_id",
        sqlite_where=text("block_no IS NULL"),
        postgresql_where=text("block_no IS NULL"),
    ),
)  # fmt: skip
"""Every act; written once and never changed, but for the block that seals it."""

AUDIT_BLOCK = Table(
    "audit_block",
    METADATA,
    Column("block_no", Integer, primary_key=True, autoincrement=False),
    Column("sealed_at", UtcDateTime, nullable=False),
    Column("row_count", Integer, nullable=False),
    Column("digests", LargeBinary, nullable=False, comment="row_id and SHA-256 of each row"),
    Column("hash", Text, nullable=False, comment="SHA-256 of the one before and the digests"),
)
"""Blocks of rows, each sealed by a hash that depends on all blocks before it."""


def _tables() -> MetaData:
    return METADATA


SCHEMA = Schema("canonical.audit.migrations", "audit_version", _tables)
