"""Migrations of the hub's schemas (Alembic), on SQLite and PostgreSQL alike.

`python -m canonical.store.migrations "what changes"` writes the store's next one, for review, by
comparing the newest migration with the tables; for another schema, name the module that holds it
as `SCHEMA` behind the words (`canonical.audit.tables`). A migration names its columns itself, so a
later change of the model alters no older migration.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from canonical.store.migrations.schema import STORE, Schema

if TYPE_CHECKING:
    from canonical.store.database import Database

__all__ = ["STORE", "Schema", "configuration", "migrated", "pending", "upgrade", "version"]

_LOCK = 5_081_201_900
"""Key of the advisory lock under which one process at a time migrates a PostgreSQL database."""


def upgrade(database: Database, schema: Schema = STORE) -> None:
    """Bring a schema to its newest migration; returns at once when it is there already."""
    newest = _newest(schema)
    with database.read() as connection:
        if version(connection, schema) == newest:
            return
    config = configuration(schema)
    with database.write() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        if version(connection, schema) != newest:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


@cache
def _newest(schema: Schema) -> str | None:
    """The schema's newest migration: to know it, every migration's module is loaded."""
    return ScriptDirectory.from_config(configuration(schema)).get_current_head()


def pending(database: Database, schema: Schema = STORE) -> int:
    """How many migrations a schema lacks."""
    with database.read() as connection:
        at = version(connection, schema)
    if at == _newest(schema):
        return 0
    script = ScriptDirectory.from_config(configuration(schema))
    return sum(1 for _ in script.iterate_revisions("head", at or "base"))


def migrated(database: Database, schema: Schema) -> int:
    """Bring a schema to its newest migration; how many migrations it lacked."""
    lacking = pending(database, schema)
    upgrade(database, schema)
    return lacking


def version(connection: Connection, schema: Schema = STORE) -> str | None:
    """The migration that the database is at; None where there is none of the schema."""
    options = {"version_table": schema.version_table}
    return MigrationContext.configure(connection, opts=options).get_current_revision()


def configuration(schema: Schema = STORE) -> Config:
    """Alembic's configuration, without any file."""
    config = Config()
    config.set_main_option("script_location", str(files(__name__)))
    config.set_main_option("version_locations", str(files(schema.package) / "versions"))
    config.set_main_option("path_separator", "os")
    config.attributes["schema"] = schema
    return config
