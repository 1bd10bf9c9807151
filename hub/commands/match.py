"""`hub match`: which records speak of the same business, why, and what people say to it."""

from __future__ import annotations

from typing import Any

import click

from hub.audited import leave, leave_for_names, reads_businesses, systems_of_parties
from hub.commands.match_decide import decide, decisions, merge, unmerge
from hub.commands.match_options import personal_option, scope_option
from hub.commands.match_relations import relations
from hub.commands.options import emit, json_option, tell_cut
from hub.commands.scopes import opened_store
from hub.console import console, counted, table


@click.group()
def match() -> None:
    """Matching: records that speak of the same business."""


for command in (decide, decisions, merge, relations, unmerge):
    match.add_command(command)


@match.command()
@click.option("--full", is_flag=True, help="From scratch, not only what changed.")
@scope_option
@json_option
def run(full: bool, scopes: tuple[str, ...], as_json: bool) -> int:
    """Find the party of every record that changed since the last run.

    All are matched whatever the scope; what is counted is what it lets see.
    """
    from dataclasses import asdict

    from canonical.matching.run import ANEW
    from hub.matching import run_matching

    with opened_store(scopes) as store:
        summary = run_matching(store, full=full)
    done = summary.seen(scopes)
    if as_json:
        emit({**asdict(done), "model_no": summary.model_no, "anew": summary.anew})
    else:
        if summary.anew:
            click.echo(f"Everything is matched from scratch: {ANEW[summary.anew]}.")
        click.echo(
            f"{counted(done.records, 'record')} looked at,"
            f" {counted(done.compared, 'claim')} compared, {done.moved:,} placed anew;"
            f" parties: {done.founded:,} founded, {done.merged:,} merged, {done.gone:,} gone"
        )
    return 0


@match.command()
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@scope_option
@reads_businesses
@json_option
def review(limit: int, scopes: tuple[str, ...], as_json: bool) -> int:
    """List the pairs that wait for a person, the likeliest first, with their reasons."""
    from hub.matching import review as waiting

    with opened_store(scopes) as store:
        pairs, total = waiting(store, scopes, limit)
        parties = {int(party) for pair in pairs for party in pair["parties"]}
        leave(systems_of_parties(store.database, parties, scopes), scopes=scopes)
    if as_json:
        emit(pairs)
    elif pairs:
        shown = table("probability", "record", "and", "why")
        for pair in pairs:
            likely = "" if pair["probability"] is None else f"{pair['probability']:.3f}"
            shown.add_row(likely, *pair["records"], pair["told"])
        console().print(shown)
        click.echo("`hub match explain A B` says more; `hub match decide A B` answers.")
    else:
        click.echo("Nothing waits for a person.")
    tell_cut(len(pairs), total)
    return 0


@match.command()
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@scope_option
@personal_option
@reads_businesses
@json_option
def explain(
    one: str, other: str, scopes: tuple[str, ...], show_personal: bool, as_json: bool
) -> int:
    """Show why A and B are one business or are not: each comparison with its weight.

    A and B are parties' ids, 13-digit numbers, or records as SYSTEM.STREAM:KEY[/ROLE]. Of parties
    the two records that are most alike are compared. A weight is in bits: one more doubles the
    odds.
    """
    from hub.matching import explain as explained

    with opened_store(scopes) as store:
        told = explained(store, one, other, scopes, show_personal=show_personal)
        leave_for_names(store.database, [one, other], scopes)
    if as_json:
        emit(told)
        return 0
    _print_explanation(told)
    return 0


def _print_explanation(told: dict[str, Any]) -> None:
    place = "one party" if told["together"] else "different parties"
    click.echo(f"{told['records'][0]} and {told['records'][1]}: {place}")
    click.echo(
        f"compared by model {told['model']}: {told['outcome']},"
        f" probability {told['probability']:.4f} ({told['weight']:+.1f} bits)"
    )
    click.echo(f"identifiers shared: {', '.join(told['shared_identifiers']) or 'none'}")
    if told["decision"]:
        decision, verdict = told["decision"]["decision"], told["decision"]["verdict"]
        click.echo(f"decided: {verdict} (decision {decision})")
    shown = table("comparison", "A", "B", "level", "bits")
    for row in told["comparisons"]:
        shown.add_row(
            row["label"], row["value_a"], row["value_b"], row["level"], f"{row['weight']:+.1f}"
        )
    console().print(shown)


@match.command()
@click.argument("name", metavar="PARTY")
@scope_option
@reads_businesses
@json_option
def show(name: str, scopes: tuple[str, ...], as_json: bool) -> int:
    """Show which records belong to a party, and why each does.

    PARTY is a party's id, its 13-digit number, or one of its records as SYSTEM.STREAM:KEY[/ROLE].
    """
    from hub.matching import members

    with opened_store(scopes) as store:
        told = members(store, name, scopes)
        leave_for_names(store.database, [told["party"]], scopes)
    if as_json:
        emit(told)
        return 0
    shown = table("record", "because of", "probability", "since", title=f"party {told['party']}")
    for row in told["members"]:
        likely = "" if row["probability"] is None else f"{row['probability']:.3f}"
        shown.add_row(row["record"], row["basis"], likely, f"{row['since']:%Y-%m-%d %H:%M}")
    console().print(shown)
    return 0


@match.command()
@json_option
def train(as_json: bool) -> int:
    """Make a new version of the model from records and decisions, and tell what it would change.

    Nothing is matched by it until `hub match activate`.
    """
    from base.clock import SystemClock
    from canonical.matching.trial import train_candidate

    with opened_store() as store:
        told = train_candidate(store, SystemClock())
    if as_json:
        emit(told.as_json())
        return 0
    click.echo(
        f"model {told.model_no}: from {counted(told.members, 'claim')}"
        f" and {counted(told.decisions, 'decision')}"
    )
    click.echo(
        f"parties: {told.parties_now:,} now, {told.parties:,} then ({told.joined:,} joined to"
        f" others, {told.parted:,} parted; {counted(told.moved, 'claim')} in other company)"
    )
    click.echo(f"pairs for review: {told.review_now:,} now, {told.review:,} then")
    click.echo(f"`hub match activate {told.model_no}` takes it, `hub match run` applies it.")
    return 0


@match.command()
@json_option
def models(as_json: bool) -> int:
    """List the versions of the model."""
    from hub.matching import models as versions

    with opened_store() as store:
        told = versions(store)
    if as_json:
        emit(told)
        return 0
    shown = table("model", "status", "trained", "on")
    for row in told:
        trained_on = ", ".join(f"{count:,} {what}" for what, count in row["trained_on"].items())
        shown.add_row(
            str(row["model_no"]), row["status"], f"{row['trained_at']:%Y-%m-%d %H:%M}", trained_on
        )
    console().print(shown)
    return 0


@match.command()
@click.argument("model_no", metavar="MODEL", type=int)
def activate(model_no: int) -> int:
    """Take another version of the model; the next run matches everything by it."""
    from canonical.matching import versions

    with opened_store() as store:
        versions.activate(store.database, model_no)
    click.echo(f"model {model_no} is active; `hub match run` applies it")
    return 0
