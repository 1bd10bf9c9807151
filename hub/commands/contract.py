"""`hub contract check`: do the systems still answer as agreed, and does the mapping still hold?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from hub.commands.options import emit, json_option, known_streams
from hub.console import console, counted, table

if TYPE_CHECKING:
    from hub.contract_check import Answered

EXIT_SETTINGS = 3
CHECK_SECONDS = 120.0
"""How long the answers of one system may take; nothing is tried twice."""


@click.group()
def contract() -> None:
    """The interfaces as agreed with the systems' owners."""


@contract.command()
@click.argument("names", nargs=-1, metavar="[SYSTEM[.STREAM]]...")
@click.option("--against", metavar="URL", help="Ask this address, with the same credentials.")
@click.option("--records", type=click.IntRange(1), default=200, help="About so many a stream.")
@json_option
def check(names: Sequence[str], against: str | None, records: int, as_json: bool) -> int:
    """Compare live answers with the contract, and with what the mapping reads; writes nothing.

    Says what was added, removed, retyped, newly null or newly enumerated, and which rules read
    it. Exit code 0: all as agreed; 1: a difference, a record that cannot be mapped for its
    structure, or no answer; 3: a setting is missing.
    """
    from base.clock import SystemClock
    from base.errors import SettingsError
    from base.retry import RunBudget
    from base.settings import Settings
    from hub.clients import Clients
    from hub.contract_check import check_live

    streams = known_streams(names)
    _check_address(against, streams)
    settings = Settings.load()
    found: list[Answered] = []
    for system, stream in streams:
        clock = SystemClock()
        one_try = RunBudget(clock, deadline=CHECK_SECONDS, max_retries=0)
        clients = Clients(settings, system, clock, budget=one_try)
        found.append(
            check_live(
                system, stream, settings.connection, clock,
                records=records, against=against, open_client=clients.open,
            )
        )  # fmt: skip
    if as_json:
        emit([one.as_json() for one in found])
    else:
        _print(found)
    if any(isinstance(one.error, SettingsError) for one in found):
        return EXIT_SETTINGS
    return 0 if all(one.agrees for one in found) else 1


def _check_address(against: str | None, streams: Sequence[tuple[str, str]]) -> None:
    """UsageError unless the address is one, and is asked for one system alone."""
    if against is None:
        return
    if not urlsplit(against).scheme:
        raise click.UsageError("--against is an address such as https://staging.example.jp")
    if len({system for system, _ in streams}) != 1:
        raise click.UsageError("--against is for one system: name it")


def _print(found: Sequence[Answered]) -> None:
    out = console()
    shown = table("stream", "records", "contract", "mapping", "cannot be mapped")
    for one in found:
        agreed = "[green]as agreed[/]" if one.agrees else "[red]differs[/]"
        holds = "[green]holds[/]" if one.mapping_holds else "[red]look at it[/]"
        if one.error is not None:
            agreed, holds = "[red]no answer[/]", ""
        rules = [*one.malformed.items(), *one.refused.items()]
        refused = ", ".join(f"{rule} {count:,}" for rule, count in rules)
        shown.add_row(f"{one.system}.{one.stream}", f"{one.records:,}", agreed, holds, refused)
    out.print(shown)
    for one in found:
        if one.error is not None:
            click.echo(f"hub: {one.error}", err=True)
        for rule, count in one.malformed.items():
            what = f"{counted(count, 'record')} outside the contract ({rule})"
            see = f"`hub sync --dry-run {one.system}.{one.stream}` says of each why"
            click.echo(f"{one.system}.{one.stream}: {what}; {see}")
        for each in one.differences:
            what = f"{each.detail} ({each.kind}, {counted(each.records, 'record')})"
            click.echo(f"{one.system}.{one.stream}: {each.path}: {what}; {each.what_to_do}")
