"""`hub match decide` and its kin: what people say about two records or parties."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, cast

import click

from canonical.model.codes import RELATION_CAUSES, RELATION_KINDS
from hub.audited import leave, reads_businesses
from hub.commands.match_options import reason_options, scope_option
from hub.commands.options import emit, json_option, tell_cut
from hub.commands.scopes import opened_store
from hub.console import console, counted, table

if TYPE_CHECKING:
    from typing import Any

    from canonical.matching.decisions import Decision, Verdict


@click.command()
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@click.option("--same", is_flag=True, help="They are one business.")
@click.option("--different", is_flag=True, help="They are two businesses.")
@click.option(
    "--related",
    "relation",
    type=click.Choice(list(RELATION_KINDS)),
    help="They are two businesses, and this is what A is to B.",
)
@click.option("--withdraw", is_flag=True, help="Take back what was decided.")
@click.option(
    "--cause", type=click.Choice(list(RELATION_CAUSES)), help="By what A is related to B."
)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Since when they are related.")
@reason_options
@scope_option
@json_option
def decide(
    one: str,
    other: str,
    same: bool,
    different: bool,
    relation: str | None,
    withdraw: bool,
    cause: str | None,
    since: datetime | None,
    reason: str,
    by: str | None,
    scopes: tuple[str, ...],
    as_json: bool,
) -> int:
    """Decide about A and B, for good: the pair is never asked again.

    A and B are parties' ids, 13-digit numbers, or records as SYSTEM.STREAM:KEY[/ROLE].
    """
    flags = {"same": same, "different": different, "related": relation, "withdrawn": withdraw}
    said = [verdict for verdict, is_said in flags.items() if is_said]
    if len(said) != 1:
        raise click.UsageError("say one of --same, --different, --related and --withdraw")
    if relation is None and (cause or since):
        raise click.UsageError("--cause and --since go with --related")
    from canonical.matching.decisions import Decision

    decision = Decision(
        cast("Verdict", said[0]),
        reason,
        _who(by),
        relation=relation,
        cause=cause,
        since_on=since.date() if since else None,
    )
    return _decided(one, other, decision, scopes, as_json=as_json)


@click.command()
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@reason_options
@scope_option
@json_option
def merge(
    one: str, other: str, reason: str, by: str | None, scopes: tuple[str, ...], as_json: bool
) -> int:
    """Make one party of two: the younger id redirects to the elder."""
    from canonical.matching.decisions import Decision

    return _decided(one, other, Decision("same", reason, _who(by)), scopes, as_json=as_json)


@click.command()
@click.argument("party", metavar="PARTY")
@click.option(
    "--record",
    "records",
    multiple=True,
    required=True,
    metavar="SYSTEM.STREAM:KEY[/ROLE]",
    help="The record that is not of this party; may be given several times.",
)
@reason_options
@scope_option
@json_option
def unmerge(
    party: str,
    records: tuple[str, ...],
    reason: str,
    by: str | None,
    scopes: tuple[str, ...],
    as_json: bool,
) -> int:
    """Take records out of a party; nothing is lost, and `hub match merge` undoes it."""
    from canonical.matching.decisions import Decision
    from hub.matching import unmerge as apart

    decision = Decision("different", reason, _who(by), leaves=True)
    with opened_store(scopes) as store:
        told = apart(store, party, records, decision, scopes)
    _tell(told, as_json=as_json)
    return 0


@click.command()
@click.argument("decision", metavar="DECISION", required=False)
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@scope_option
@reads_businesses
@json_option
def decisions(decision: str | None, limit: int, scopes: tuple[str, ...], as_json: bool) -> int:
    """List what was decided, the newest first; or one DECISION, by its id."""
    from hub.matching import decided

    with opened_store(scopes) as store:
        rows, total = decided(store, scopes, limit, decision)
        leave(scopes=scopes, details={"decisions": len(rows)})
    if as_json:
        emit(rows)
    else:
        shown = table("decision", "verdict", "record", "and", "by", "at", "reason")
        for row in rows:
            verdict = row["relation"] or row["verdict"]
            replaced = f" (until {row['replaced_by']})" if row["replaced_by"] else ""
            shown.add_row(
                row["decision"],
                verdict + replaced,
                *row["records"],
                row["decided_by"],
                f"{row['decided_at']:%Y-%m-%d %H:%M}",
                row["reason"],
            )
        console().print(shown)
    tell_cut(len(rows), total)
    return 0


def _who(by: str | None) -> str:
    from getpass import getuser

    return by or getuser()


def _decided(
    one: str, other: str, decision: Decision, scopes: tuple[str, ...], *, as_json: bool
) -> int:
    from hub.matching import decide as decided

    with opened_store(scopes) as store:
        told = decided(store, one, other, decision, scopes)
    _tell(told, as_json=as_json)
    return 0


def _tell(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        emit(told)
        return
    one, other = told["parties"]
    place = f"one party, {one}" if one == other else f"two parties, {one} and {other}"
    click.echo(f"{counted(told['pairs'], 'pair')} decided: {place}")
    click.echo("`hub golden run` brings the golden records up to date.")
