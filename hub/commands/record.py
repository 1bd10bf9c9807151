"""`hub record`: what one source record said, version by version (invariant 8)."""

from __future__ import annotations

from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table

from hub.commands.options import emit, json_option, one_stream


@click.group()
def record() -> None:
    """Source records and the claims made from them."""


@record.command()
@click.argument("name", metavar="SYSTEM.STREAM")
@click.argument("key")
@click.option("--history", is_flag=True, help="Show replaced versions too.")
@json_option
def show(name: str, key: str, history: bool, as_json: bool) -> int:
    """Show every value a record claims: since when, as of when, and where it is archived."""
    from base.settings import Settings
    from hub.sync import open_store

    system, stream = one_stream(name)
    with open_store(Settings.load()) as store:
        claims = store.claims_of(system, stream, key)
    if not history:
        claims = [claim for claim in claims if claim.recorded_to is None]
    if as_json:
        emit([asdict(claim) for claim in claims])
        return 0 if claims else 1
    if not claims:
        click.echo(f"{name} has no claims for the record {key}", err=True)
        return 1
    console = Console()
    for claim in claims:
        until = f" until {claim.recorded_to:%Y-%m-%d %H:%M:%S}" if claim.recorded_to else ""
        title = f"{claim.entity} ({claim.role} {claim.ordinal})"
        table = Table(title=title, title_justify="left", caption_justify="left")
        table.caption = (
            f"as of {claim.as_of or '?'} · recorded {claim.recorded_from:%Y-%m-%d %H:%M:%S}{until}"
            f" UTC · batch {claim.batch_no} · run {claim.run_id} · {claim.archive_path or ''}"
        )
        table.add_column("field")
        table.add_column("value")
        for field, value in claim.values.items():
            table.add_row(field, str(value))
        console.print(table)
    return 0
