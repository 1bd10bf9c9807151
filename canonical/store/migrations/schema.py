"""A set of tables with migrations of its own; several may live in one database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import MetaData


@dataclass(frozen=True, slots=True)
class Schema:
    """Tables, their migrations, and where a database notes which of these it has.

    Attributes:
        package: whose folder `versions` holds the migrations.
        version_table: the table of the database that names the newest one it has.
        tables: all that belong here; called when they are needed.
    """

    package: str
    version_table: str
    tables: Callable[[], MetaData]


def _store() -> MetaData:
    from canonical.store import (
        alert_tables,
        claim_tables,
        party_tables,
        receipt_tables,
        search_tables,
    )
    from canonical.store.tables import METADATA

    # The modules are imported for the tables that they declare.
    some = (
        alert_tables.ALERT,
        claim_tables.CLAIM_TABLES["party"],
        party_tables.PARTY,
        receipt_tables.RECEIPT,
        search_tables.SEARCH_ENTRY,
    )
    if any(table.metadata is not METADATA for table in some):
        raise AssertionError("the store's tables are declared in one place")
    return METADATA


STORE = Schema("canonical.store.migrations", "alembic_version", _store)
"""The canonical store itself."""
