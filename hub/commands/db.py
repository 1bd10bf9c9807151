"""`hub db`: the store's schema, backups, and the move from SQLite to PostgreSQL."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

from hub.console import counted

IN_THE_SIDE_DATABASE = ("canonical.audit.tables", "sso.tables")
"""Modules that hold a `SCHEMA` of the side database, by name: the hub imports none of `sso`."""


@click.group()
def db() -> None:
    """The canonical store's database."""


@db.command()
def upgrade() -> None:
    """Bring the schemas to their newest migrations: the store's, and those in the side database."""
    from base.settings import Settings
    from canonical.store import Store
    from canonical.store.migrations import migrated
    from canonical.store.side import side_database

    settings = Settings.load()
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with Store.open(settings.database_url) as store:
        pending = store.pending_migrations()
        store.upgrade()
    side = side_database(settings.side_database_url)
    pending += sum(migrated(side, import_module(name).SCHEMA) for name in IN_THE_SIDE_DATABASE)
    side.close()
    click.echo(
        f"{counted(pending, 'migration')} applied." if pending else "The schema is up to date."
    )


@db.command()
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
def backup(path: Path) -> None:
    """Write a consistent copy of the SQLite store to PATH, while syncs may run."""
    from base.settings import Settings
    from hub.sync import open_store

    if not path.parent.is_dir():
        raise click.BadParameter(f"there is no folder {path.parent}")
    with open_store(Settings.load()) as store:
        store.backup(path)
    click.echo(f"Backup written: {path} ({path.stat().st_size / 1e6:.1f} MB)")


@db.command()
@click.argument("target", metavar="URL", envvar="HUB_COPY_TARGET")
def copy(target: str) -> None:
    """Copy the whole store into an empty one, as from SQLite to PostgreSQL.

    Give the URL by HUB_COPY_TARGET where it holds a password. Afterwards set HUB_DATABASE_URL.
    """
    from base.errors import SettingsError
    from base.settings import Settings
    from canonical.store import Store
    from canonical.store.copying import copy_store
    from hub.sync import open_store

    try:
        settings = Settings.load({"HUB_DATABASE_URL": target})
    except SettingsError:
        raise click.BadParameter(
            "URL is no address of a store: write sqlite:////absolute/path"
            " or postgresql://user@host/name"
        ) from None
    with open_store(Settings.load()) as source, Store.open(settings.database_url) as destination:
        destination.upgrade()
        rows = copy_store(source, destination)
    for table, count in rows.items():
        click.echo(f"{table:30} {count:>12,}")
    click.echo("Every table's row count was compared. Now set HUB_DATABASE_URL to the new store.")
