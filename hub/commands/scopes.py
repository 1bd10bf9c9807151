"""Scopes on the command line: which there are, and that a wrong one is not taken for silence."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from canonical.store import Store
    from canonical.store.database import Database


@contextmanager
def opened_store(scopes: Collection[str] = ()) -> Iterator[Store]:
    """The hub's store, once every scope was found to be one.

    Raises:
        click.UsageError: names the scopes that there are.
    """
    from base.settings import Settings
    from hub.sync import open_store

    with open_store(Settings.load()) as store:
        check_scopes(store.database, scopes)
        yield store


def check_scopes(database: Database, scopes: Collection[str]) -> None:
    """Refuse a scope that no stream has.

    Raises:
        click.UsageError: names the scopes that there are.
    """
    from sqlalchemy import select

    from canonical.store.tables import STREAM

    if not scopes:
        return
    query = select(STREAM.c.scope).where(STREAM.c.scope != "").distinct().order_by(STREAM.c.scope)
    with database.read() as connection:
        known = list(connection.scalars(query))
    if wrong := sorted(set(scopes) - set(known)):
        there = ", ".join(known) or "none"
        raise click.UsageError(f"no stream has the scope {', '.join(wrong)}; there are: {there}")
