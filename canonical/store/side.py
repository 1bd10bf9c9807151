"""The side database: tokens and the audit, which must not wait for a sync."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import make_url

from canonical.store.database import Database


def side_database(url: str) -> Database:
    """The database at `Settings.side_database_url`; its folder is made where it is a file.

    A commit to it is on the disk when it returns, also on SQLite: whoever was given an answer or
    a token finds its row in the audit, even after a power cut.
    """
    database = Database(url, durable=True)
    address = make_url(url)
    if database.dialect == "sqlite" and address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return database
