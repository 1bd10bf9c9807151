"""Rows and blocks of the audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_block",
        sa.Column("block_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column(
            "digests", sa.LargeBinary(), nullable=False, comment="row_id and SHA-256 of each row"
        ),
        sa.Column(
            "hash", sa.Text(), nullable=False, comment="SHA-256 of the one before and the digests"
        ),
        sa.PrimaryKeyConstraint("block_no", name=op.f("pk_audit_block")),
    )
    op.create_table(
        "audit_row",
        sa.Column("row_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("client", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("party_id", sa.BigInteger(), nullable=True),
        sa.Column("systems", sa.Text(), nullable=False, comment="names, each between spaces"),
        sa.Column("scopes", sa.Text(), nullable=False, comment="names, each between spaces"),
        sa.Column("token_id", sa.Text(), nullable=True),
        sa.Column(
            "details", sa.Text(), nullable=False, comment="JSON: names and counts, never a value"
        ),
        sa.Column("block_no", sa.Integer(), nullable=True, comment="the block that sealed it"),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_audit_row")),
    )
    with op.batch_alter_table("audit_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_row_at"), ["at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_audit_row_party_id_at"), ["party_id", "at"], unique=False
        )
        batch_op.create_index(
            "ix_audit_row_sealed",
            ["block_no"],
            unique=False,
            sqlite_where=sa.text("block_no IS NOT NULL"),
            postgresql_where=sa.text("block_no IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_audit_row_unsealed",
            ["at", "row_id"],
            unique=False,
            sqlite_where=sa.text("block_no IS NULL"),
            postgresql_where=sa.text("block_no IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("audit_row", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_audit_row_unsealed",
            sqlite_where=sa.text("block_no IS NULL"),
            postgresql_where=sa.text("block_no IS NULL"),
        )
        batch_op.drop_index(
            "ix_audit_row_sealed",
            sqlite_where=sa.text("block_no IS NOT NULL"),
            postgresql_where=sa.text("block_no IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_audit_row_party_id_at"))
        batch_op.drop_index(batch_op.f("ix_audit_row_at"))

    op.drop_table("audit_row")
    op.drop_table("audit_block")
