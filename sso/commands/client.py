"""`hub sso client`: who may ask for tokens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import click

from sso.commands.opened import emit, instant, json_option, opened
from sso.model import (
    AUTHENTICATIONS,
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    TOKEN_EXCHANGE,
    Authentication,
    Client,
)

GRANTS = {
    "exchange": TOKEN_EXCHANGE,
    "client_credentials": CLIENT_CREDENTIALS,
    "sign_in": AUTHORIZATION_CODE,
}


@click.group()
def client() -> None:
    """Clients: front ends and systems that may ask for tokens."""


@client.command()
@click.argument("client_id", metavar="ID")
@click.option("--name", "title", required=True, help="What people call it.")
@click.option(
    "--authentication",
    type=click.Choice(AUTHENTICATIONS),
    default="private_key_jwt",
    show_default=True,
)
@click.option(
    "--jwks",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File with the client's public keys (JWK Set).",
)
@click.option("--grant", "grants", type=click.Choice(list(GRANTS)), multiple=True, required=True)
@click.option("--redirect-uri", "redirects", multiple=True, help="Where a sign-in returns to.")
@click.option("--logout-uri", "logouts", multiple=True, help="Where a sign-out returns to.")
@click.option("--serves", multiple=True, metavar="URI", help="An audience that is this client.")
@click.option(
    "--relying-party",
    "parties",
    multiple=True,
    metavar="ID",
    help="Direct profile: the client's own id at the identity provider.",
)
@click.option("--contact", help="Whom to ask about it.")
def add(
    client_id: str,
    title: str,
    authentication: str,
    jwks: Path | None,
    grants: tuple[str, ...],
    redirects: tuple[str, ...],
    logouts: tuple[str, ...],
    serves: tuple[str, ...],
    parties: tuple[str, ...],
    contact: str | None,
) -> None:
    """Add the client ID; a secret is shown once, on standard output."""
    made = Client(
        client_id=client_id,
        name=title,
        authentication=cast(Authentication, authentication),
        jwks=_keys(jwks) if jwks else None,
        grants=frozenset(GRANTS[one] for one in grants),
        redirect_uris=redirects,
        logout_uris=logouts,
        serves=frozenset(serves),
        relying_parties=frozenset(parties),
        contact=contact,
    )
    with opened() as register:
        secret = register.add_client(made)
    click.echo(f"Client {client_id} added.", err=True)
    _show_once(secret)


def _keys(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise click.BadParameter(f"{path} is no JWK Set")
    return found


def _show_once(secret: str | None) -> None:
    if secret is not None:
        click.echo("Its secret, which is kept nowhere but with you:", err=True)
        click.echo(secret)


@client.command("list")
@json_option
def list_clients(as_json: bool) -> None:
    """List the clients."""
    with opened() as register:
        found = register.read().clients
    told = [_told(one) for _, one in sorted(found.items())]
    if as_json:
        emit(told)
        return
    for one in told:
        state = "" if one["enabled"] else "  DISABLED"
        click.echo(f"{one['client_id']}  {one['name']}  {one['authentication']}{state}")


@client.command()
@click.argument("client_id", metavar="ID")
def show(client_id: str) -> int:
    """Show a client with its rules, as JSON; never a secret."""
    from sso.register import rule_row

    with opened() as register:
        found = register.read()
    one = found.clients.get(client_id)
    if one is None:
        click.echo(f"there is no client {client_id}", err=True)
        return 1
    rules = [rule_row(rule) for rule in found.rules.values() if rule.client_id == client_id]
    emit({**_told(one), "rules": rules})
    return 0


def _told(one: Client) -> dict[str, Any]:
    from sso.register import client_row

    row = client_row(one)
    until = [secret["until"] for secret in row.pop("secrets")]
    return {**row, "secrets": [instant(one) if one else "no end" for one in until]}


@client.command()
@click.argument("client_id", metavar="ID")
def disable(client_id: str) -> None:
    """Keep a client out, and end all of its tokens."""
    with opened() as register:
        register.enable(client_id, enabled=False)
    click.echo(f"Client {client_id} is disabled; its tokens have ended.")


@client.command()
@click.argument("client_id", metavar="ID")
def enable(client_id: str) -> None:
    """Let a disabled client in again."""
    with opened() as register:
        register.enable(client_id, enabled=True)
    click.echo(f"Client {client_id} is enabled.")


@client.command("rotate-secret")
@click.argument("client_id", metavar="ID")
@click.option("--now", "at_once", is_flag=True, help="End the old secret at once, not in a day.")
def rotate_secret(client_id: str, at_once: bool) -> None:
    """Give a client a new secret, shown once; the old one goes on for a day."""
    with opened() as register:
        secret = register.rotate_secret(client_id, at_once=at_once)
    _show_once(secret)


@client.command()
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False), required=False)
def export(path: Path | None) -> None:
    """Write clients, audiences and rules as YAML to PATH or standard output; never a secret."""
    from sso.documents import render

    with opened() as register:
        text = render(register.read())
    if path is None:
        click.echo(text, nl=False)
    else:
        path.write_text(text, encoding="utf-8")


@client.command("import")
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def import_(path: Path) -> None:
    """Take over clients, audiences and rules from PATH; new secrets are shown once, as JSON."""
    from sso.documents import parse

    document = parse(path.read_text(encoding="utf-8"), str(path))
    with opened() as register:
        secrets = register.replace_all(document.clients, document.audiences, document.rules)
    click.echo(
        f"{len(document.clients)} clients, {len(document.audiences)} audiences and"
        f" {len(document.rules)} rules taken over.",
        err=True,
    )
    if secrets:
        emit(secrets)
