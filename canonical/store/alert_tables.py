"""The store's tables of alerts: what is wrong since when, and who has been told."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text

from canonical.store.tables import METADATA
from canonical.store.types import UtcDateTime

ALERT = Table(
    "alert",
    METADATA,
    Column("alert_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("system", Text, nullable=False),
    Column("stream", Text, nullable=False, comment="empty for the whole system"),
    Column("since", UtcDateTime, nullable=False, comment="what it tells of holds since then"),
    Column("facts", Text, nullable=False, comment="JSON: numbers for its words, no value"),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False, comment="when it last held"),
    Column("cleared_at", UtcDateTime),
    Index(
        "uq_alert_open",
        "kind", "system", "stream",
        unique=True,
        sqlite_where=text("cleared_at IS NULL"),
        postgresql_where=text("cleared_at IS NULL"),
    ),
)  # fmt: skip
"""One episode: from when a condition was first seen to hold until it was seen not to."""

ALERT_NOTICE = Table(
    "alert_notice",
    METADATA,
    Column("alert_id", Text, ForeignKey("alert.alert_id"), primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("event", Text, primary_key=True),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("next_try_at", UtcDateTime, nullable=False),
    Column("claimed_until", UtcDateTime, comment="somebody is sending it"),
    Column("told_at", UtcDateTime),
    Column("problem", Text, comment="why the last try failed"),
    CheckConstraint("event IN ('opened', 'cleared')", name="event"),
    Index(
        "ix_alert_notice_waiting",
        "channel",
        sqlite_where=text("told_at IS NULL"),
        postgresql_where=text("told_at IS NULL"),
    ),
)
"""What a channel is to tell of an alert, and whether it has."""
