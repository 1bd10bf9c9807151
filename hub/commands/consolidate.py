"""`hub consolidate`: from claims to businesses, as Airflow does it after the syncs."""

from __future__ import annotations

import click

from hub.commands.options import emit, json_option
from hub.console import counted


@click.command()
@json_option
def consolidate(as_json: bool) -> int:
    """Match what was synced, compute golden records, and put the changes into the feed."""
    from base.settings import Settings
    from hub.consolidate import consolidate_store

    def said(step: str) -> None:
        click.echo(f"{step} ...", err=True)

    done = consolidate_store(Settings.load(), None if as_json else said)
    if as_json:
        emit(done.as_json())
        return 0
    now = done.standing
    click.echo(
        f"{counted(done.records, 'record')} matched, {counted(done.golden, 'golden record')}"
        f" changed, {counted(done.events.total(), 'event')} in the feed ({done.seconds:.1f} s)"
    )
    click.echo(
        f"{now.businesses:,} businesses out of {counted(now.claims, 'claim')},"
        f" {now.joined:,} of them joined with others; {counted(now.review, 'pair')} to review"
    )
    return 0
