"""Run by Alembic with the connection and the schema that `upgrade` hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from canonical.store.migrations.schema import Schema
from canonical.store.types import UtcDateTime


def _rendered(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """A migration stands without our code: our type is written as the SQL type beneath it."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


schema: Schema = context.config.attributes["schema"]
tables = schema.tables()
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables,
    version_table=schema.version_table,
    compare_type=True,
    include_name=lambda name, kind, parents: kind != "table" or name in tables.tables,
    render_as_batch=True,
    render_item=_rendered,
)
with context.begin_transaction():
    context.run_migrations()
