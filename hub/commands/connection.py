"""`hub connection check`: can each system be reached, entered and read?"""

from __future__ import annotations

import click

from hub.commands.options import emit, json_option, known_systems
from hub.console import console, table

CHECK_SECONDS = 20.0
"""How long the check of one system may take; nothing is tried twice."""


@click.group()
def connection() -> None:
    """Connections to the existing systems."""


@connection.command()
@click.argument("systems", nargs=-1)
@json_option
def check(systems: tuple[str, ...], as_json: bool) -> int:
    """Check address, credentials and one small read of each system; changes nothing."""
    from dataclasses import asdict

    from base.clock import SystemClock
    from base.retry import RunBudget
    from base.settings import Settings
    from connectors import load_connector
    from hub.clients import Clients

    settings = Settings.load()
    lines = []
    for system in known_systems(systems):
        clock = SystemClock()
        one_try = RunBudget(clock, deadline=CHECK_SECONDS, max_retries=0)
        clients = Clients(settings, system, clock, budget=one_try)
        connector = load_connector(system, settings.connection, open_client=clients.open)
        lines += [(system, line) for line in connector.check()]
    if as_json:
        emit([{"system": system, **asdict(line)} for system, line in lines])
    else:
        shown = table("system", "subject", "", "what")
        for system, line in lines:
            mark = "[green]ok[/]" if line.ok else "[red]failed[/]"
            shown.add_row(system, line.subject, mark, line.what)
        console().print(shown)
    return 0 if all(line.ok for _, line in lines) else 1
