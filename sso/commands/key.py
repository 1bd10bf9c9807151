"""`hub sso key`: the keys that sign tokens."""

from __future__ import annotations

import time

import click

from sso.commands.opened import emit, instant, json_option, opened
from sso.keys import WAIT_SECONDS


@click.group()
def key() -> None:
    """Signing keys: published, then used, then kept until nothing they signed is left."""


@key.command("list")
@json_option
def list_keys(as_json: bool) -> None:
    """List the keys and what each is doing."""
    now = time.time()
    with opened() as register:
        found = register.read().keys.all
    if as_json:
        emit(
            [{**one.public, "state": one.state(now), "signs_from": one.signs_from} for one in found]
        )
        return
    for one in found:
        click.echo(
            f"{one.kid}  {one.state(now)}  published {instant(one.published_at)}"
            f"  signs {instant(one.signs_from)} to {instant(one.signs_until)}"
            f"  leaves {instant(one.removed_at)}"
        )


@key.command()
@click.option(
    "--now", "at_once", is_flag=True, help="Sign at once: others may refuse its tokens for minutes."
)
def rotate(at_once: bool) -> None:
    """Make the next key: published now, it signs once nobody holds an older set of keys."""
    with opened() as register:
        kid = register.rotate_key(at_once=at_once)
    click.echo(f"Key {kid} signs {'now' if at_once else f'in {WAIT_SECONDS} seconds'}.")


@key.command()
@click.argument("kid")
def retire(kid: str) -> None:
    """Take the key KID away at once, as when it has leaked: nothing it signed holds any more."""
    with opened() as register:
        register.retire_key(kid)
    click.echo(f"Key {kid} is gone from the published set.")


@key.command()
def make() -> None:
    """Print a new key for HUB_SSO_KEY, which encrypts the signing keys in the store."""
    from sso.sealing import make_key

    click.echo(make_key())
