"""Run by Alembic with the connection that `upgrade` hands over."""

from __future__ import annotations

from alembic import context

from canonical.store import claim_tables
from canonical.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    compare_type=True,
    include_name=lambda name, kind, parents: kind != "table" or name in METADATA.tables,
    render_as_batch=True,
)
assert claim_tables.CLAIM_TABLES  # noqa: S101 - imported for the tables it declares
with context.begin_transaction():
    context.run_migrations()
