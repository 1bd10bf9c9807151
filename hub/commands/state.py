"""`hub state`: what the hub remembers of a stream's position, and forgetting it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import click

from base.clock import JST
from hub.commands.options import Instant, confirmed, emit, json_option, one_stream


@click.group()
def state() -> None:
    """A stream's state: its cursor and the window in progress."""


@state.command()
@click.argument("name", metavar="SYSTEM.STREAM")
@json_option
def show(name: str, as_json: bool) -> None:
    """Show the state of one stream."""
    from base.settings import Settings
    from hub.sync import open_store

    system, stream = one_stream(name)
    with open_store(Settings.load()) as store:
        held = asdict(store.state(store.stream_id(system, stream)))
    if as_json:
        emit(held)
        return
    for key, value in held.items():
        click.echo(f"{key:17} {'' if value is None else value}")


@state.command()
@click.argument("name", metavar="SYSTEM.STREAM")
@click.option("--to", "to", type=Instant(), help="Read on from here (default: from the start).")
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(name: str, to: datetime | None, yes: bool) -> int:
    """Set the cursor back. Records and claims stay; what is unchanged is skipped when re-read."""
    from base.settings import Settings
    from hub.sync import open_store
    from hub.windows import utc_text

    system, stream = one_stream(name)
    target = f"{to.astimezone(JST):%Y-%m-%d %H:%M} JST" if to else "the start"
    if not yes and not confirmed(f"Set the cursor of {system}.{stream} back to {target}?"):
        return 1
    with open_store(Settings.load()) as store:
        store.reset_state(store.stream_id(system, stream), cursor=utc_text(to) if to else None)
    click.echo(f"{system}.{stream} will be read from {target} by the next sync.")
    return 0
