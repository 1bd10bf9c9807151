"""The store's own tables: streams, state, leases, runs, batches, records, quarantine, drift.

Numbers (`record_no`, `batch_no`, `item_no`) come from counters in `stream_state`, inside the
transaction that uses them, never from a database sequence: a sync that was interrupted and resumed
gives the same rows as one that was not. A `record_id` is `stream_id << 40 | record_no`, so ids
of different streams never meet and new rows always lie at the end of a stream's range.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from canonical.store.batch import COUNT_NAMES, OUTCOME_COUNTS
from canonical.store.types import UtcDateTime

RECORD_BITS = 40

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def first_id(stream_id: int) -> int:
    """The lowest record or item id of a stream; those of the next stream end its range."""
    return stream_id << RECORD_BITS


def _stream(*, primary: bool = False) -> Column[int]:
    return Column(
        "stream_id",
        SmallInteger,
        ForeignKey("stream.stream_id"),
        primary_key=primary,
        nullable=False,
        autoincrement=False,
    )


STREAM = Table(
    "stream",
    METADATA,
    Column("stream_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("system", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("source_role", Text, comment="base_registry, register, …; null until described"),
    Column(
        "scope", Text, comment="who may know of its records; empty for all, null until described"
    ),
    Column(
        "purposes", Text, comment="for which its data may be used, by spaces; null until described"
    ),
    UniqueConstraint("system", "stream"),
)

STREAM_STATE = Table(
    "stream_state",
    METADATA,
    _stream(primary=True),
    Column("cursor", Text),
    Column("window", Text, comment="JSON: since, until, mode of the window in progress"),
    Column("resume", Text),
    Column("next_record_no", BigInteger, nullable=False, server_default="1"),
    Column("next_batch_no", Integer, nullable=False, server_default="1"),
    Column("next_item_no", BigInteger, nullable=False, server_default="1"),
    Column("plan_no", SmallInteger),
    Column("contract_version", Text),
    Column("fencing_token", BigInteger, nullable=False, server_default="0"),
    Column("updated_at", UtcDateTime),
)

MAPPING_PLAN = Table(
    "mapping_plan",
    METADATA,
    _stream(primary=True),
    Column("plan_no", SmallInteger, primary_key=True, autoincrement=False),
    Column("version", Text, nullable=False),
    UniqueConstraint("stream_id", "version"),
)

LEASE = Table(
    "lease",
    METADATA,
    _stream(primary=True),
    Column("owner", Text, nullable=False),
    Column("token", BigInteger, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

RUN = Table(
    "run",
    METADATA,
    Column("run_id", Text, primary_key=True),
    _stream(),
    Column("trigger", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("since", UtcDateTime),
    Column("until", UtcDateTime),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("status", Text, nullable=False),
    Column("error", Text),
    Column("failure", Text, comment="type of the error that ended it"),
    CheckConstraint("status IN ('running', 'succeeded', 'failed', 'stopped')", name="status"),
    Index(None, "stream_id", "started_at"),
)

BATCH = Table(
    "batch",
    METADATA,
    _stream(primary=True),
    Column("batch_no", Integer, primary_key=True, autoincrement=False),
    Column("run_id", Text, ForeignKey("run.run_id"), nullable=False, index=True),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("plan_no", SmallInteger, nullable=False),
    Column("contract_version", Text, nullable=False),
    *(Column(f"{name}_count", Integer, nullable=False) for name in COUNT_NAMES),
    Column("archive_path", Text),
    Column("archive_rows", Integer, nullable=False),
    CheckConstraint(
        "read_count = " + " + ".join(f"{name}_count" for name in OUTCOME_COUNTS),
        name="nothing_lost",
    ),
)

SOURCE_RECORD = Table(
    "source_record",
    METADATA,
    Column("record_id", BigInteger, primary_key=True, autoincrement=False),
    Column("stream_id", SmallInteger, nullable=False),
    Column("record_key", Text, nullable=False),
    Column("raw_hash", LargeBinary, nullable=False),
    Column("plan_no", SmallInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("updated", Text, comment="cursor field as UTC ISO text"),
    Column("batch_no", Integer, nullable=False, comment="batch that archived the raw record"),
    Column("position", Integer, comment="row in that batch's archive file"),
    UniqueConstraint("stream_id", "record_key"),
    CheckConstraint("status IN ('current', 'stale', 'quarantined', 'deleted')", name="status"),
)

QUARANTINE_ITEM = Table(
    "quarantine_item",
    METADATA,
    Column("item_id", BigInteger, primary_key=True, autoincrement=False),
    _stream(),
    Column("record_key", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("field", Text, nullable=False, comment="empty for a whole record"),
    Column("value", Text, comment="masked where personal"),
    Column("message", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("opened_batch", Integer, nullable=False),
    Column("closed_batch", Integer),
    Column("raw_hash", LargeBinary, nullable=False),
    CheckConstraint("level IN ('record', 'field')", name="level"),
    CheckConstraint("status IN ('open', 'closed', 'discarded')", name="status"),
    Index(
        "uq_quarantine_item_open",
        "stream_id", "record_key", "rule", "field",
        unique=True,
        sqlite_where=text("status = 'open'"),
        postgresql_where=text("status = 'open'"),
    ),
)  # fmt: skip

DRIFT_FINDING = Table(
    "drift_finding",
    METADATA,
    _stream(primary=True),
    Column("path", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("detail", Text, nullable=False),
    Column("first_batch", Integer, nullable=False),
    Column("last_batch", Integer, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    CheckConstraint("status IN ('open', 'accepted')", name="status"),
)

SOURCE_MEMO = Table(
    "source_memo",
    METADATA,
    Column("stream_id", SmallInteger, nullable=False),
    Column("record_key", Text, nullable=False),
    Column("note", Text, nullable=False),
    PrimaryKeyConstraint("stream_id", "record_key"),
)
