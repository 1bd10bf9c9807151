"""`hub changes`: what changed since a cursor, as CloudEvents."""

from __future__ import annotations

import json

import click

from hub.audited import leave, reads_businesses
from hub.commands.match_options import scope_option
from hub.commands.options import emit, json_option
from hub.console import counted


@click.command()
@click.option(
    "--since",
    metavar="CURSOR",
    help="Only what came after it: the id of an event, or `now` to learn where the feed ends.",
)
@click.option(
    "--kind",
    "names",
    multiple=True,
    metavar="KIND",
    help="Only these, such as `business.changed`, or all of a group, such as `procedure`.",
)
@scope_option
@click.option("--limit", type=click.IntRange(1), default=1000, show_default=True)
@reads_businesses
@json_option
def changes(
    since: str | None, names: tuple[str, ...], scopes: tuple[str, ...], limit: int, as_json: bool
) -> int:
    """Print changes of businesses and procedures, oldest first: one CloudEvent (JSON) a line.

    The cursor to go on from stands on standard error; with --json all is one document.
    """
    from base.settings import Settings
    from canonical.changes import feed
    from canonical.changes.cloudevents import cloud_event
    from canonical.changes.kinds import chosen
    from hub.commands.scopes import check_scopes
    from hub.sync import open_store

    try:
        kinds = chosen(names) if names else None
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--kind") from None
    with open_store(Settings.load()) as store:
        check_scopes(store.database, scopes)
        page = feed.read(store.database, since=since, scopes=scopes, kinds=kinds, limit=limit)
        waiting = 0 if page.more else feed.waiting(store.database, scopes)
    parties = len({event.party_id for event in page.events})
    leave(scopes=scopes, details={"events": len(page.events), "businesses": parties})
    events = [cloud_event(event) for event in page.events]
    if as_json:
        emit({"events": events, "next": page.next, "more": page.more})
        return 0
    for event in events:
        click.echo(json.dumps(event, ensure_ascii=False, separators=(",", ":")))
    click.echo(_closing(page.next, waiting, more=page.more), err=True)
    return 0


def _closing(cursor: str | None, waiting: int, *, more: bool) -> str:
    """What to do to read on."""
    said = [
        f"{'there is more' if more else 'that is all'}; go on with --since {cursor}"
        if cursor
        else "there is no change yet"
    ]
    if waiting:
        said.append(f"{counted(waiting, 'more change')} will come with the next `hub consolidate`")
    return "; ".join(said)
