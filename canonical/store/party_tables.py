"""The store's tables about parties: who is who, golden records, and the feed of changes.

A claim about a party is a *member* of exactly one party. A `member_id` is a hash of where the
claim comes from (`canonical.matching.frames.member_id`), and the id of a party is that of the
member which founded it: neither depends on the order in which anything arrived.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)

from canonical.matching.frames import FEATURE_COLUMNS
from canonical.model import ENTITIES
from canonical.store.claim_tables import CLAIM_TABLES, sql_type
from canonical.store.tables import METADATA
from canonical.store.types import UtcDateTime

BATCH_CHANGE = Table(
    "batch_change",
    METADATA,
    Column(
        "stream_id", SmallInteger, ForeignKey("stream.stream_id"), nullable=False,
        autoincrement=False,
    ),
    Column("batch_no", Integer, nullable=False, autoincrement=False),
    Column("record_ids", LargeBinary, nullable=False, comment="see canonical.store.change_sets"),
    PrimaryKeyConstraint("stream_id", "batch_no"),
)  # fmt: skip
"""Which records a batch wrote or closed claims of: what matching has to look at again."""

MATCH_MODEL = Table(
    "match_model",
    METADATA,
    Column("model_no", Integer, primary_key=True, autoincrement=False),
    Column("parameters", Text, nullable=False, comment="JSON: weights, frequencies, thresholds"),
    Column("trained_at", UtcDateTime, nullable=False),
    Column("trained_on", Text, nullable=False, comment="JSON: members, pairs, decisions"),
    Column("status", Text, nullable=False),
    CheckConstraint("status IN ('candidate', 'active', 'retired')", name="status"),
)

MATCH_STATE = Table(
    "match_state",
    METADATA,
    Column("only", SmallInteger, primary_key=True, autoincrement=False),
    Column("revision", BigInteger, nullable=False, comment="goes up with every write: the fence"),
    Column("model_no", Integer, nullable=False),
    Column("decision_no", Integer, nullable=False, comment="decisions up to here are applied"),
    Column("features", Integer, comment="version of the features that are stored"),
    CheckConstraint('"only" = 1', name="one_row"),
)

MATCH_PROGRESS = Table(
    "match_progress",
    METADATA,
    Column(
        "stream_id", SmallInteger, ForeignKey("stream.stream_id"), primary_key=True,
        autoincrement=False,
    ),
    Column("batch_no", Integer, nullable=False, comment="batches up to here are matched"),
    Column("record_id", BigInteger, comment="in a first pass: of records up to here; else null"),
    Column("scope", Text, nullable=False, comment="of the stream when it was matched"),
)  # fmt: skip

MATCH_MEMBER = Table(
    "match_member",
    METADATA,
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Column("record_id", BigInteger, nullable=False),
    Column("role", Text, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("scope", Text, nullable=False, comment="of its stream: who may know of it"),
    *(Column(name, sql_type(kind)) for name, kind in FEATURE_COLUMNS.items()),
    Index(None, "record_id"),
    Index(None, "phone", sqlite_where=text("phone IS NOT NULL")),
    Index(None, "person_name", sqlite_where=text("person_name IS NOT NULL")),
    Index(None, "trade_name", sqlite_where=text("trade_name IS NOT NULL")),
)
"""Current party claims with the features by which they are compared."""

MATCH_IDENTIFIER = Table(
    "match_identifier",
    METADATA,
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False, comment="with its issuer before it where one is needed"),
    Column("member_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("kind", "value", "member_id"),
    Index(None, "member_id"),
)

MATCH_KEY = Table(
    "match_key",
    METADATA,
    Column("key", BigInteger, nullable=False, comment="hash of a blocking rule and its values"),
    Column("member_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("key", "member_id"),
)

MATCH_EDGE = Table(
    "match_edge",
    METADATA,
    Column("low", BigInteger, nullable=False),
    Column("high", BigInteger, nullable=False),
    Column("probability", Float, nullable=False),
    Column("outcome", Text, nullable=False),
    PrimaryKeyConstraint("low", "high"),
    Index(None, "high"),
    CheckConstraint("low < high", name="ordered"),
    CheckConstraint("outcome IN ('same', 'different', 'review', 'related')", name="outcome"),
)
"""Compared pairs of members that are not simply different."""

MATCH_DECISION = Table(
    "match_decision",
    METADATA,
    Column("decision_no", Integer, primary_key=True, autoincrement=False),
    Column("low", BigInteger, nullable=False),
    Column("high", BigInteger, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("relation", Text, comment="kind of relation where the verdict is `related`"),
    Column("cause", Text),
    Column("since_on", Date),
    Column("from_member", BigInteger, comment="where the verdict is `related`: whose relation"),
    Column("reason", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("replaced_by", Integer, comment="the later decision about the same pair"),
    Column("leaves", BigInteger, comment="the member that was taken out of its party, if one was"),
    CheckConstraint("verdict IN ('same', 'different', 'related', 'withdrawn')", name="verdict"),
    Index(None, "low", "high"),
)
"""What people decided about pairs: must-link, cannot-link, or related. Never removed."""

PARTY = Table(
    "party",
    METADATA,
    Column("party_id", BigInteger, primary_key=True, autoincrement=False),
    Column("since", UtcDateTime, nullable=False),
    Column("status", Text, nullable=False),
    Column("merged_into", BigInteger),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("confidential", Boolean, nullable=False, comment="no open claim speaks of it"),
    CheckConstraint("status IN ('current', 'merged', 'gone')", name="status"),
    CheckConstraint("(status = 'merged') = (merged_into IS NOT NULL)", name="redirect"),
)  # fmt: skip

CROSSWALK = Table(
    "crosswalk",
    METADATA,
    Column("member_id", BigInteger, nullable=False),
    Column("recorded_from", UtcDateTime, nullable=False),
    Column("recorded_to", UtcDateTime),
    Column("party_id", BigInteger, nullable=False, index=True),
    Column("record_id", BigInteger, nullable=False),
    Column("role", Text, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("basis", Text, nullable=False, comment="identifier kind, match, decision or alone"),
    Column("probability", Float, comment="of the match that holds it, where the basis is a match"),
    Column("model_no", Integer, nullable=False),
    Column("scope", Text, nullable=False, comment="of its stream: who may know of it"),
    PrimaryKeyConstraint("member_id", "recorded_from"),
)
"""Claim to party, versioned as claims are: what we believed on a day is still there."""

RELATION = Table(
    "relation",
    METADATA,
    Column("from_party", BigInteger, nullable=False),
    Column("to_party", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("recorded_from", UtcDateTime, nullable=False),
    Column("recorded_to", UtcDateTime),
    Column("cause", Text),
    Column("since_on", Date),
    Column("status", Text, nullable=False),
    Column("evidence", Text, nullable=False, comment="JSON: claims, comparison or decision"),
    Column("scope", Text, nullable=False, comment="scopes that it takes to know of it, by spaces"),
    PrimaryKeyConstraint("from_party", "to_party", "kind", "scope", "recorded_from"),
    Index(None, "to_party"),
    CheckConstraint("status IN ('candidate', 'confirmed', 'rejected')", name="status"),
)
"""Parties that are not the same but hang together; they share no claim, right or consent."""

RELATION_PENDING = Table(
    "relation_pending",
    METADATA,
    Column("party_id", BigInteger, primary_key=True, autoincrement=False),
)
"""Parties whose relations have to be looked for again; written with what makes it so."""


def _named(entity: str, column: str) -> None:
    """An index of the current claims that name another party, or an account; they are few."""
    table = CLAIM_TABLES[entity]
    where = text(f"{column} IS NOT NULL AND recorded_to IS NULL")
    name = f"ix_{table.name}_{column}"
    Index(name, table.c[column], sqlite_where=where, postgresql_where=where)


_named("party_relation", "other_corporate_number")
_named("registration_event", "successor_number")
_named("shareholder", "corporate_number")
_named("delegation", "delegate_account")

GOLDEN_PENDING = Table(
    "golden_pending",
    METADATA,
    Column("party_id", BigInteger, primary_key=True, autoincrement=False),
)
"""Parties whose golden record has to be computed again; written with what makes it so."""

GOLDEN_PARTY = Table(
    "golden_party",
    METADATA,
    Column("party_id", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("recorded_from", UtcDateTime, nullable=False),
    Column("recorded_to", UtcDateTime),
    Column("sources", Text, nullable=False, comment="JSON: see canonical.golden"),
    *(Column(name, sql_type(kind)) for name, kind in ENTITIES["party"].columns().items()),
    PrimaryKeyConstraint("party_id", "version"),
)
"""The golden record of a party as those see it who may not know of confidential streams."""

GOLDEN_LIST = Table(
    "golden_list",
    METADATA,
    Column("party_id", BigInteger, nullable=False),
    Column("entity", Text, nullable=False),
    Column("item", Text, nullable=False, comment="such as the fiscal year's end; empty for a set"),
    Column("recorded_from", UtcDateTime, nullable=False),
    Column("recorded_to", UtcDateTime),
    Column("record_id", BigInteger, nullable=False),
    Column("role", Text, nullable=False),
    Column("ordinal", Integer, nullable=False, comment="-1 for all of the record's rows"),
    Column("content", BigInteger, nullable=False, comment="hash of the values"),
    PrimaryKeyConstraint("party_id", "entity", "item", "recorded_from"),
)
"""Whose list (officers, fiscal years, …) holds for a party: the values stay with the claims."""

GOLDEN_CONFLICT = Table(
    "golden_conflict",
    METADATA,
    Column("party_id", BigInteger, nullable=False),
    Column("field", Text, nullable=False),
    Column("recorded_from", UtcDateTime, nullable=False),
    Column("recorded_to", UtcDateTime),
    Column("kind", Text, nullable=False, comment="such as unregistered (登記未反映), equal_rank"),
    Column("members", Text, nullable=False, comment="JSON: member ids of the values that differ"),
    PrimaryKeyConstraint("party_id", "field", "recorded_from"),
)

EVENT = Table(
    "event",
    METADATA,
    Column("event_id", Text, primary_key=True),
    Column("sequence", BigInteger, unique=True, comment="given once the event is committed"),
    Column("kind", Text, nullable=False, comment="see canonical.changes.kinds"),
    Column("party_id", BigInteger, comment="known at the latest when the event is numbered"),
    Column("record_id", BigInteger, comment="of the record whose claims changed, where one did"),
    Column("scope", Text, nullable=False, comment="scopes that it takes to know of it, by spaces"),
    Column("at", UtcDateTime, nullable=False),
    Column("data", Text, nullable=False, comment="JSON: names and references, never a value"),
    Index(
        "ix_event_unnumbered", "at", "event_id",
        sqlite_where=text("sequence IS NULL"),
        postgresql_where=text("sequence IS NULL"),
    ),
)  # fmt: skip
"""Every change of a golden record, a party or a procedure, written in the transaction that causes
it."""

EVENT_SEQUENCE = Table(
    "event_sequence",
    METADATA,
    Column("only", SmallInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
    CheckConstraint('"only" = 1', name="one_row"),
)
