"""The store's tables of search: what is looked for, and the pairs of characters that it has."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
)

from canonical.store.tables import METADATA
from canonical.store.types import UtcDateTime

SEARCH_ENTRY = Table(
    "search_entry",
    METADATA,
    Column("record_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False, comment="program, agency or vendor"),
    Column("record_key", Text, nullable=False),
    Column("title", Text),
    Column("text", Text, nullable=False, comment="all that is searched, reduced"),
    Column("areas", Text, nullable=False),
    Column("industries", Text, nullable=False),
    Column("topics", Text, nullable=False),
    Column("opens_at", UtcDateTime),
    Column("closes_at", UtcDateTime),
    Column("data", Text, nullable=False, comment="JSON: what is shown"),
    Column("content", Text, nullable=False, comment="hash of all of it"),
    Index(None, "kind", "record_id"),
)
"""Programs, agencies and vendors as they are found and shown; made from current claims."""

SEARCH_GRAM = Table(
    "search_gram",
    METADATA,
    Column("gram", Text, nullable=False, comment="two neighbouring characters of the text"),
    Column("kind", Text, nullable=False),
    Column("record_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("gram", "kind", "record_id"),
    Index(None, "record_id"),
)

SEARCH_STATE = Table(
    "search_state",
    METADATA,
    Column("stream_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("batch_no", Integer, nullable=False, comment="batches up to here can be found"),
    Column("version", Integer, nullable=False, comment="of the way in which entries are made"),
)
