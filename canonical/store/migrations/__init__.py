"""Migrations of the store's schema (Alembic), on SQLite and PostgreSQL alike.

`python -m canonical.store.migrations "what changes"` writes the next one, for review, by comparing
the newest migration with the tables. A migration names its columns itself, so a later change of
the model alters no older migration.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

if TYPE_CHECKING:
    from canonical.store.database import Database

_LOCK = 5_081_201_900
"""Key of the advisory lock under which one process at a time migrates a PostgreSQL store."""


def upgrade(database: Database) -> None:
    """Bring the schema to the newest migration; returns at once when it is there already."""
    config = configuration()
    newest = ScriptDirectory.from_config(config).get_current_head()
    with database.read() as connection:
        if version(connection) == newest:
            return
    with database.write() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        if version(connection) != newest:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def pending(database: Database) -> int:
    """How many migrations the schema lacks."""
    script = ScriptDirectory.from_config(configuration())
    with database.read() as connection:
        at = version(connection)
    return sum(1 for _ in script.iterate_revisions("head", at or "base"))


def version(connection: Connection) -> str | None:
    """The migration that the database is at; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def configuration() -> Config:
    """Alembic's configuration, without any file."""
    config = Config()
    config.set_main_option("script_location", str(files(__name__)))
    config.set_main_option("path_separator", "os")
    return config
