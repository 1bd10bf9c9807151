"""`hub consolidate`: from claims to businesses, as Airflow does it after the syncs."""

from __future__ import annotations

import click

from hub.commands.match_options import scope_option
from hub.commands.options import emit, json_option
from hub.commands.scopes import opened_store
from hub.console import counted


@click.command()
@scope_option
@json_option
def consolidate(scopes: tuple[str, ...], as_json: bool) -> int:
    """Match what was synced, compute golden records, and put the changes into the feed.

    All is done whatever the scope; what is counted is what it lets see.
    """
    from hub.consolidate import consolidate as consolidated

    def said(step: str) -> None:
        click.echo(f"{step} ...", err=True)

    with opened_store(scopes) as store:
        done = consolidated(store, said=None if as_json else said, scopes=scopes)
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
