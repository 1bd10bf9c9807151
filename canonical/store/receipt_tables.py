"""The store's tables about what was filled into forms, and what came back of it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from canonical.store.party_tables import PARTY
from canonical.store.tables import METADATA
from canonical.store.types import UtcDateTime

RECEIPT = Table(
    "receipt",
    METADATA,
    Column("receipt_id", Text, primary_key=True),
    Column("party_id", BigInteger, nullable=False, index=True),
    Column("form", Text, nullable=False),
    Column("version", Text),
    Column("system", Text, nullable=False),
    Column("stream", Text, nullable=False, comment="whose records bring answers back; or empty"),
    Column("day", Date, nullable=False, comment="in Japan, on which the form was filled in"),
    Column("at", UtcDateTime, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("for_client", Text, comment="as the caller names it"),
    Column("for_user", Text, comment="as the caller names it"),
)
"""A form was filled in for a party; never changed and never removed."""

RECEIPT_FIELD = Table(
    "receipt_field",
    METADATA,
    Column("receipt_id", Text, ForeignKey("receipt.receipt_id"), nullable=False),
    Column("path", Text, nullable=False, comment="of the answer in the form's stream"),
    Column("field", Text, nullable=False, comment="the form's own name of it"),
    Column("concept", Text, nullable=False),
    Column("written", Text, nullable=False, comment="as it was written into the form"),
    Column("derived_from", Text, nullable=False, comment="concepts, by spaces; empty for a claim"),
    Column("member_id", BigInteger, comment="whose word: the first one of a derived value"),
    Column("record_id", BigInteger),
    Column("source_role", Text),
    Column("claim_role", Text),
    Column("recorded_from", UtcDateTime, comment="version of the claim"),
    Column("as_of", Date, comment="of the word, the oldest of a derived value's"),
    Column("entity", Text, nullable=False, comment="of the claim that the answer becomes"),
    Column("role", Text, nullable=False),
    Column("element", Text, nullable=False),
    Column("unit", Text, nullable=False, comment="of a party, or the list"),
    Column("read_as", Text, nullable=False, comment="JSON: columns as the stream reads the text"),
    Column("own_columns", Text, nullable=False, comment="columns that this answer alone is about"),
    PrimaryKeyConstraint("receipt_id", "path"),
)
"""Each answer that was filled in: whose word it was, and what it is read as when it comes back."""

RETURNED_ANSWER = Table(
    "returned_answer",
    METADATA,
    Column("record_id", BigInteger, nullable=False),
    Column("path", Text, nullable=False),
    Column("recorded_from", UtcDateTime, nullable=False),
    Column("recorded_to", UtcDateTime),
    Column("party_id", BigInteger, nullable=False, index=True),
    Column("outcome", Text, nullable=False),
    Column("receipt_id", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("concept", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("unit", Text, nullable=False),
    Column("source_member", BigInteger, comment="whose word was filled in"),
    Column("source_record", BigInteger),
    Column("as_of", Date, comment="of that word"),
    Column("said_on", Date, nullable=False, comment="day of the record that brought it back"),
    PrimaryKeyConstraint("record_id", "path", "recorded_from"),
    CheckConstraint("outcome IN ('confirmed', 'corrected')", name="outcome"),
)
"""Answers that came back as they were filled in, or otherwise: of open records, versioned as
golden records are and computed with them."""

_MERGED = text("merged_into IS NOT NULL")
Index("ix_party_merged_into", PARTY.c.merged_into, sqlite_where=_MERGED, postgresql_where=_MERGED)
