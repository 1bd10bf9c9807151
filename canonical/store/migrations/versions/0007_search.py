"""Search, and an index of those who are delegated."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_entry",
        sa.Column("record_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="program, agency or vendor"),
        sa.Column("record_key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False, comment="all that is searched, reduced"),
        sa.Column("areas", sa.Text(), nullable=False),
        sa.Column("industries", sa.Text(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("data", sa.Text(), nullable=False, comment="JSON: what is shown"),
        sa.Column("content", sa.Text(), nullable=False, comment="hash of all of it"),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_search_entry")),
    )
    with op.batch_alter_table("search_entry", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_search_entry_kind_record_id"), ["kind", "record_id"], unique=False
        )

    op.create_table(
        "search_gram",
        sa.Column(
            "gram", sa.Text(), nullable=False, comment="two neighbouring characters of the text"
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("gram", "kind", "record_id", name=op.f("pk_search_gram")),
    )
    with op.batch_alter_table("search_gram", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_gram_record_id"), ["record_id"], unique=False)

    op.create_table(
        "search_state",
        sa.Column("stream_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "batch_no", sa.Integer(), nullable=False, comment="batches up to here can be found"
        ),
        sa.Column(
            "version", sa.Integer(), nullable=False, comment="of the way in which entries are made"
        ),
        sa.PrimaryKeyConstraint("stream_id", name=op.f("pk_search_state")),
    )
    with op.batch_alter_table("claim_delegation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_claim_delegation_delegate_account",
            ["delegate_account"],
            unique=False,
            sqlite_where=sa.text("delegate_account IS NOT NULL AND recorded_to IS NULL"),
            postgresql_where=sa.text("delegate_account IS NOT NULL AND recorded_to IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("claim_delegation", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_claim_delegation_delegate_account",
            sqlite_where=sa.text("delegate_account IS NOT NULL AND recorded_to IS NULL"),
            postgresql_where=sa.text("delegate_account IS NOT NULL AND recorded_to IS NULL"),
        )

    op.drop_table("search_state")
    with op.batch_alter_table("search_gram", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_gram_record_id"))

    op.drop_table("search_gram")
    with op.batch_alter_table("search_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_entry_kind_record_id"))

    op.drop_table("search_entry")
