"""One table of versioned claims per entity, generated from the model.

Rows are only added and closed (`recorded_to`), never changed: the version of a claim is the batch
that wrote it. No foreign key and no second index on these: both would cost more on every load
than the reads they help.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
)
from sqlalchemy.types import TypeEngine

from canonical.model import ENTITIES, ColumnType
from canonical.store.tables import METADATA
from canonical.store.types import UtcDateTime

STORED_ENTITIES = (
    "party",
    "trade_name",
    "officer",
    "shareholder",
    "establishment",
    "contact",
    "financial_statement",
    "project",
    "procedure",
    "procedure_event",
    "notice",
    "expense_line",
    "funding_line",
    "past_grant",
    "attachment",
    "program",
    "program_round",
    "program_topic",
    "party_identifier",
    "person",
    "party_relation",
    "agency",
    "vendor",
    "tool",
    "plan",
    "plan_fund",
    "plan_equipment",
    "consultation",
    "succession_case",
    "account",
    "delegation",
    "delegation_category",
    "consent",
    "corporate_activity",
    "workplace_report",
    "registration_event",
)
"""Entities that have a table. A table comes, with its migration, with the system that first
fills it."""


def sql_type(kind: ColumnType) -> TypeEngine[Any]:
    """The SQL type of a model column."""
    types: dict[ColumnType, TypeEngine[Any]] = {
        ColumnType.TEXT: Text(),
        ColumnType.BIGINT: BigInteger(),
        ColumnType.INTEGER: Integer(),
        ColumnType.DATE: Date(),
        ColumnType.INSTANT: UtcDateTime(),
        ColumnType.BOOLEAN: Boolean(),
    }
    return types[kind]


def _claim_table(entity: str) -> Table:
    return Table(
        f"claim_{entity}",
        METADATA,
        Column("record_id", BigInteger, nullable=False),
        Column("role", Text, nullable=False),
        Column("ordinal", Integer, nullable=False),
        Column("batch_no", Integer, nullable=False),
        Column("recorded_from", UtcDateTime, nullable=False),
        Column("recorded_to", UtcDateTime),
        Column("closed_batch_no", Integer),
        Column("as_of", Date),
        *(Column(name, sql_type(kind)) for name, kind in ENTITIES[entity].columns().items()),
        PrimaryKeyConstraint("record_id", "role", "ordinal", "batch_no"),
    )


CLAIM_TABLES: dict[str, Table] = {entity: _claim_table(entity) for entity in STORED_ENTITIES}
