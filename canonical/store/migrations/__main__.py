"""Write the next migration: `python -m canonical.store.migrations "what changes" [MODULE]`."""

from __future__ import annotations

import sys
import tempfile
from importlib import import_module
from importlib.resources import files
from pathlib import Path

from alembic import command

from canonical.store.database import Database
from canonical.store.migrations import STORE, Schema, configuration, upgrade


def main(message: str, module: str | None = None) -> None:
    """Compare the tables with an empty database at the newest migration; write the difference.

    `module` holds the schema as `SCHEMA`; by default it is the store's.
    """
    schema: Schema = import_module(module).SCHEMA if module else STORE
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'store.db'}")
        upgrade(database, schema)
        config = configuration(schema)
        versions = Path(str(files(schema.package))) / "versions"
        number = len(list(versions.glob("[0-9]*.py"))) + 1
        with database.write() as connection:
            config.attributes["connection"] = connection
            command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")
        database.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
