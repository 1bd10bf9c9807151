"""Alerts, and the type of the error that ended a run."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('alert',
    sa.Column('alert_id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('system', sa.Text(), nullable=False),
    sa.Column('stream', sa.Text(), nullable=False, comment='empty for the whole system'),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False, comment='what it tells of holds since then'),
    sa.Column('facts', sa.Text(), nullable=False, comment='JSON: numbers for its words, no value'),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False, comment='when it last held'),
    sa.Column('cleared_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('alert_id', name=op.f('pk_alert'))
    )
    with op.batch_alter_table('alert', schema=None) as batch_op:
        batch_op.create_index('uq_alert_open', ['kind', 'system', 'stream'], unique=True, sqlite_where=sa.text('cleared_at IS NULL'), postgresql_where=sa.text('cleared_at IS NULL'))

    op.create_table('alert_notice',
    sa.Column('alert_id', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('event', sa.Text(), nullable=False),
    sa.Column('tries', sa.Integer(), server_default='0', nullable=False),
    sa.Column('next_try_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('claimed_until', sa.DateTime(timezone=True), nullable=True, comment='somebody is sending it'),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('problem', sa.Text(), nullable=True, comment='why the last try failed'),
    sa.CheckConstraint("event IN ('opened', 'cleared')", name=op.f('ck_alert_notice_event')),
    sa.ForeignKeyConstraint(['alert_id'], ['alert.alert_id'], name=op.f('fk_alert_notice_alert_id')),
    sa.PrimaryKeyConstraint('alert_id', 'channel', 'event', name=op.f('pk_alert_notice'))
    )
    with op.batch_alter_table('alert_notice', schema=None) as batch_op:
        batch_op.create_index('ix_alert_notice_waiting', ['channel'], unique=False, sqlite_where=sa.text('told_at IS NULL'), postgresql_where=sa.text('told_at IS NULL'))

    with op.batch_alter_table('run', schema=None) as batch_op:
        batch_op.add_column(sa.Column('failure', sa.Text(), nullable=True, comment='type of the error that ended it'))



def downgrade() -> None:
    with op.batch_alter_table('run', schema=None) as batch_op:
        batch_op.drop_column('failure')

    with op.batch_alter_table('alert_notice', schema=None) as batch_op:
        batch_op.drop_index('ix_alert_notice_waiting', sqlite_where=sa.text('told_at IS NULL'), postgresql_where=sa.text('told_at IS NULL'))

    op.drop_table('alert_notice')
    with op.batch_alter_table('alert', schema=None) as batch_op:
        batch_op.drop_index('uq_alert_open', sqlite_where=sa.text('cleared_at IS NULL'), postgresql_where=sa.text('cleared_at IS NULL'))

    op.drop_table('alert')
