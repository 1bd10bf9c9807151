"""Write the next migration: `python -m canonical.store.migrations "what changes"`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command

from canonical.store.database import Database
from canonical.store.migrations import configuration, upgrade


def main(message: str) -> None:
    """Compare the tables with an empty store at the newest migration, and write the difference."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'store.db'}")
        upgrade(database)
        config = configuration()
        number = len(list((Path(__file__).parent / "versions").glob("[0-9]*.py"))) + 1
        with database.write() as connection:
            config.attributes["connection"] = connection
            command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")
        database.close()


if __name__ == "__main__":
    main(sys.argv[1])
