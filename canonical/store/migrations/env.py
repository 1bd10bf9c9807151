"""Run by Alembic with the connection that `upgrade` hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from canonical.store import claim_tables, party_tables
from canonical.store.tables import METADATA
from canonical.store.types import UtcDateTime


def _rendered(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """A migration stands without our code: our type is written as the SQL type beneath it."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    compare_type=True,
    include_name=lambda name, kind, parents: kind != "table" or name in METADATA.tables,
    render_as_batch=True,
    render_item=_rendered,
)
assert claim_tables.CLAIM_TABLES  # noqa: S101 - imported for the tables they declare
assert party_tables.PARTY is not None  # noqa: S101
with context.begin_transaction():
    context.run_migrations()
