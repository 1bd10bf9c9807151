"""`hub record`: what one source record said, version by version (invariant 8)."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import click

from hub.commands.options import emit, json_option, one_stream
from hub.console import console, table

if TYPE_CHECKING:
    from canonical.store.batch import ClaimVersion


INDIVIDUALS = ("sole_proprietor", "pre_founder")
"""Kinds of party that are natural persons."""


@click.group()
def record() -> None:
    """Source records and the claims made from them."""


@record.command("list")
@click.argument("name", metavar="SYSTEM.STREAM")
@click.option("--limit", default=20, show_default=True)
@json_option
def list_records(name: str, limit: int, as_json: bool) -> None:
    """List the keys of a stream's records, the oldest first."""
    from base.settings import Settings
    from hub.sync import open_store

    system, stream = one_stream(name)
    keys: list[str] = []
    with open_store(Settings.load()) as store:
        for some in store.live_keys(store.stream_id(system, stream)):
            keys += some[: limit - len(keys)]
            if len(keys) >= limit:
                break
    if as_json:
        emit(keys)
        return
    for key in keys:
        click.echo(key)


@record.command()
@click.argument("name", metavar="SYSTEM.STREAM")
@click.argument("key")
@click.option("--history", is_flag=True, help="Show replaced versions too.")
@click.option("--show-personal", is_flag=True, help="Do not mask personal values.")
@json_option
def show(name: str, key: str, history: bool, show_personal: bool, as_json: bool) -> int:
    """Show every value a record claims: since when, as of when, and where it is archived."""
    from base.settings import Settings
    from hub.sync import open_store

    system, stream = one_stream(name)
    with open_store(Settings.load()) as store:
        claims = store.claims_of(system, stream, key)
    if not history:
        claims = [claim for claim in claims if claim.recorded_to is None]
    if not show_personal:
        claims = [_masked(claim) for claim in claims]
    if as_json:
        emit([asdict(claim) for claim in claims])
        return 0 if claims else 1
    if not claims:
        click.echo(f"{name} has no claims for the record {key}", err=True)
        return 1
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


def _masked(claim: ClaimVersion) -> ClaimVersion:
    """The claim with its personal values masked, as the model classifies them."""
    from base.redact import mask
    from canonical.model import ENTITIES, Classification

    individual = claim.values.get("kind") in INDIVIDUALS
    personal = {
        field.name
        for field in ENTITIES[claim.entity].fields
        if field.classification is Classification.PERSONAL
        or (individual and field.personal_of_individuals)
    }
    values = {
        name: mask(str(value)) if name in personal and value is not None else value
        for name, value in claim.values.items()
    }
    return replace(claim, values=values)
