"""`hub sso policy`: which client may get what, on whose behalf."""

from __future__ import annotations

from typing import cast

import click

from sso.commands.opened import emit, json_option, opened
from sso.model import ASSURANCES, MODES, Assurance, Mode, Rule


@click.group()
def policy() -> None:
    """Rules: which client may get which scopes of an audience, and on whose behalf."""


@policy.command()
@click.argument("rule_id", metavar="ID")
@click.option("--client", "client_id", required=True)
@click.option("--audience", required=True, metavar="URI")
@click.option("--scope", "scopes", multiple=True, required=True)
@click.option("--purpose", "purposes", multiple=True, required=True)
@click.option("--mode", type=click.Choice(MODES), required=True)
@click.option("--assurance", type=click.Choice(ASSURANCES), default="ial2", show_default=True)
@click.option("--system", help="System for which a delegation must be.")
@click.option("--category", help="Category that a delegation must cover.")
@click.option("--procedure", help="Procedure that a delegation must cover.")
@click.option("--programme", help="The programme for which alone the rule holds.")
def add(
    rule_id: str,
    client_id: str,
    audience: str,
    scopes: tuple[str, ...],
    purposes: tuple[str, ...],
    mode: str,
    assurance: str,
    system: str | None,
    category: str | None,
    procedure: str | None,
    programme: str | None,
) -> None:
    """Add the rule ID."""
    rule = Rule(
        rule_id,
        client_id,
        audience,
        frozenset(scopes),
        frozenset(purposes),
        cast(Mode, mode),
        cast(Assurance, assurance),
        system,
        category,
        procedure,
        programme,
    )
    with opened() as register:
        register.add_rule(rule)
    click.echo(f"Rule {rule_id} added.")


@policy.command("list")
@click.option("--client", "client_id", help="Of this client alone.")
@json_option
def list_rules(client_id: str | None, as_json: bool) -> None:
    """List the rules."""
    from sso.register import rule_row

    with opened() as register:
        found = register.read().rules
    told = [rule_row(one) for _, one in sorted(found.items()) if client_id in (None, one.client_id)]
    if as_json:
        emit(told)
        return
    for one in told:
        demands = [one[name] for name in ("system", "category", "procedure", "programme")]
        click.echo(
            f"{one['rule_id']}  {one['client_id']} -> {one['audience']}  {one['mode']}"
            f"  {' '.join(one['scopes'])}  for {' '.join(one['purposes'])}  {one['assurance']}"
            f"  {'/'.join(text for text in demands if text)}".rstrip()
        )


@policy.command()
@click.argument("rule_id", metavar="ID")
def remove(rule_id: str) -> None:
    """Remove the rule ID; tokens given out by it end by themselves within minutes."""
    with opened() as register:
        register.remove_rule(rule_id)
    click.echo(f"Rule {rule_id} removed.")


@policy.command()
@click.option("--strict", is_flag=True, help="Fail on warnings, too.")
@json_option
def check(strict: bool, as_json: bool) -> int:
    """Look for mistakes that open too much, or that nobody can have meant."""
    with opened() as register:
        found = register.check()
    if as_json:
        emit([{"level": one.level, "check": one.check, "what": one.what} for one in found])
    else:
        for one in found:
            click.echo(str(one))
        if not found:
            click.echo("Nothing is wrong.", err=True)
    return 1 if any(strict or one.level == "error" for one in found) else 0
