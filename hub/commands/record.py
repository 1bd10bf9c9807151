"""`hub record`: what one source record said, version by version (invariant 8)."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from hub.audited import leave, leave_for_record, reads_businesses
from hub.commands.masking import (
    confidential_option,
    hidden_claims,
    is_confidential,
    masked_claims,
)
from hub.commands.options import emit, json_option, one_stream, tell_cut
from hub.console import console, item_name, table

if TYPE_CHECKING:
    from canonical.store import Store


@click.group()
def record() -> None:
    """Source records and the claims made from them."""


@record.command("list")
@click.argument("name", metavar="SYSTEM.STREAM")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@confidential_option
@reads_businesses
@json_option
def list_records(name: str, limit: int, show_confidential: bool, as_json: bool) -> int:
    """List the keys of a stream's records, the oldest first."""
    from base.settings import Settings
    from hub.sync import open_store

    system, stream = one_stream(name)
    if is_confidential(system, stream) and not show_confidential:
        click.echo(f"the keys of {name} are confidential: --show-confidential shows them", err=True)
        return 1
    keys: list[str] = []
    total = 0
    with open_store(Settings.load()) as store:
        for some in store.live_keys(store.stream_id(system, stream)):
            keys += some[: limit - len(keys)]
            total += len(some)
    scopes = [system] if is_confidential(system, stream) else []
    leave(systems=[system], scopes=scopes, details={"records": len(keys)})
    if as_json:
        emit(keys)
    else:
        for key in keys:
            click.echo(key)
    tell_cut(len(keys), total)
    return 0


@record.command()
@click.argument("name", metavar="SYSTEM.STREAM")
@click.argument("key")
@click.option("--history", is_flag=True, help="Show replaced versions too.")
@click.option("--show-personal", is_flag=True, help="Do not mask personal values.")
@confidential_option
@reads_businesses
@json_option
def show(
    name: str,
    key: str,
    history: bool,
    show_personal: bool,
    show_confidential: bool,
    as_json: bool,
) -> int:
    """Show every value a record claims: since when, as of when, and where it is archived."""
    from base.settings import Settings
    from hub.sync import open_store

    system, stream = one_stream(name)
    with open_store(Settings.load()) as store:
        every = store.claims_of(system, stream, key)
        claims = [claim for claim in every if history or claim.recorded_to is None]
        leave_for_record(store.database, system, stream, key)
        if not claims:
            click.echo(_why_none(store, system, stream, key, closed=bool(every)), err=True)
    if is_confidential(system, stream) and not show_confidential:
        claims = hidden_claims(claims)
    elif not show_personal:
        claims = masked_claims(claims)
    if as_json:
        emit([asdict(claim) for claim in claims])
    if as_json or not claims:
        return 0 if claims else 1
    out = console()
    for claim in claims:
        until = f" until {claim.recorded_to:%Y-%m-%d %H:%M:%S}" if claim.recorded_to else ""
        title = f"{claim.entity} ({claim.role} {claim.ordinal})"
        shown = table("field", "value", title=title)
        origin = (
            f"as of {claim.as_of or '?'} · recorded {claim.recorded_from:%Y-%m-%d %H:%M:%S}{until}"
            f" UTC · run {claim.run_id} · archive {claim.archive_path or '?'}"
        )
        for field, value in claim.values.items():
            shown.add_row(field, str(value))
        out.print(shown)
        click.echo(f" {origin}\n")
    return 0


def _why_none(store: Store, system: str, stream: str, key: str, *, closed: bool) -> str:
    """Why a record has no claims to show, and what to look at instead."""
    name = f"{system}.{stream}"
    if told := refused_items(store, system, stream, key):
        return told
    if closed:
        return f"{name} has no claims for the record {key} any more: see --history"
    return f"{name} does not know the record {key}: take a key from `hub record list {name}`"


def refused_items(store: Store, system: str, stream: str, key: str) -> str:
    """What says that a record is in quarantine, and where to look; empty if it is not."""
    items = store.quarantine(system=system, stream=stream, record_key=key)
    if not items:
        return ""
    rules = ", ".join(f"{item.rule} ({item_name(item.item_id)})" for item in items)
    return (
        f"the record {key} of {system}.{stream} is in quarantine: {rules};"
        f" see `hub quarantine show {item_name(items[0].item_id)}`"
        f" and `hub mapping try {system}.{stream} {key}`"
    )
