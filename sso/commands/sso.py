"""`hub sso`: serve the token service; its audiences, and what follows from the settings."""

from __future__ import annotations

import click

from sso.commands.agency import agency, members
from sso.commands.client import client
from sso.commands.key import key
from sso.commands.opened import emit, json_option, opened
from sso.commands.policy import policy
from sso.settings import DEFAULT_PORT

LOOPBACK = "127.0.0.1"


@click.group()
def sso() -> None:
    """The token service: one sign-on, tokens for each system, delegation."""


sso.add_command(client)
sso.add_command(policy)
sso.add_command(key)
sso.add_command(agency)
sso.add_command(members)


@sso.command()
@click.option("--host", default=LOOPBACK, show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=DEFAULT_PORT, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
def serve(host: str, port: int, workers: int) -> None:
    """Serve the token service until interrupted; TLS is the reverse proxy's in front of it."""
    from sso.serving import serve as start

    with opened() as register:
        mistakes = [one for one in register.check() if one.level == "error"]
    for mistake in mistakes:
        click.echo(str(mistake), err=True)
    start(host, port, workers)


@sso.group()
def audience() -> None:
    """Audiences: the resource servers for which tokens are given out."""


@audience.command("add")
@click.argument("uri")
@click.option("--title", required=True, help="What people call it.")
@click.option("--scope", "scopes", multiple=True, required=True, help="A scope it knows.")
@click.option("--seconds", type=int, default=300, show_default=True, help="How long tokens live.")
@click.option(
    "--assurance",
    type=click.Choice(["none", "ial1", "ial2"]),
    default="none",
    show_default=True,
    help="The least that an account must have been checked.",
)
@click.option("--no-agent", "barred", multiple=True, help="A programme that allows no agent.")
def add_audience(
    uri: str,
    title: str,
    scopes: tuple[str, ...],
    seconds: int,
    assurance: str,
    barred: tuple[str, ...],
) -> None:
    """Add the audience URI, the one text that stands in its tokens' `aud`."""
    from typing import cast

    from sso.model import Assurance, Audience

    with opened() as register:
        register.add_audience(
            Audience(
                uri,
                title,
                frozenset(scopes),
                seconds,
                cast(Assurance, assurance),
                frozenset(barred),
            )
        )
    click.echo(f"Audience {uri} added.")


@audience.command("list")
@json_option
def list_audiences(as_json: bool) -> None:
    """List the audiences with their scopes."""
    from sso.register import audience_row

    with opened() as register:
        found = [audience_row(one) for one in register.read().audiences.values()]
    if as_json:
        emit(found)
        return
    for one in found:
        click.echo(
            f"{one['audience']}  {one['title']}  {one['seconds']} s  {one['assurance']}"
            f"  {' '.join(one['scopes'])}"
        )
