"""The day of issue of an attachment."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('claim_attachment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('issued_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('issued_on_precision', sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('claim_attachment', schema=None) as batch_op:
        batch_op.drop_column('issued_on_precision')
        batch_op.drop_column('issued_on')
