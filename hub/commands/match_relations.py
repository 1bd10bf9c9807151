"""`hub match relations`: parties that are not the same but hang together."""

from __future__ import annotations

import click

from hub.audited import leave, reads_businesses, systems_of_parties
from hub.commands.match_options import scope_option
from hub.commands.options import emit, json_option, tell_cut
from hub.commands.scopes import opened_store
from hub.console import console, table


@click.command()
@click.argument("name", metavar="PARTY", required=False)
@click.option(
    "--status",
    type=click.Choice(["candidate", "confirmed", "rejected"]),
    help="Only those that wait for a person, that hold, or that a person rejected.",
)
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@scope_option
@reads_businesses
@json_option
def relations(
    name: str | None, status: str | None, limit: int, scopes: tuple[str, ...], as_json: bool
) -> int:
    """List what parties are to each other: successors, groups, branches, trade names.

    PARTY is a party's id, its 13-digit number, or one of its records as SYSTEM.STREAM:KEY[/ROLE].
    A candidate waits for
    somebody to decide that the two are related, or different, which rejects it.
    """
    from hub.relations import relations as standing

    with opened_store(scopes) as store:
        rows, total = standing(store, name, status, scopes, limit)
        parties = {int(row[end]) for row in rows for end in ("from", "to")}
        leave(systems_of_parties(store.database, parties, scopes), scopes=scopes)
    if as_json:
        emit(rows)
    elif rows:
        shown = table("relation", "from", "to", "cause", "since", "status", "because", "records")
        for row in rows:
            told = ("kind", "from", "to", "cause", "since", "status", "because")
            shown.add_row(*(str(row[word] or "") for word in told), " ".join(row["records"]))
        console().print(shown)
    else:
        click.echo("No relation is known.")
    tell_cut(len(rows), total)
    return 0
