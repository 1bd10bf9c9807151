"""`hub connection check`: can each system be reached, entered and read?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar
from urllib.parse import urlsplit

import click

from hub.commands.options import emit, json_option, known_streams
from hub.console import console, table

if TYPE_CHECKING:
    from base.errors import SettingsError
    from base.settings import Settings

P = ParamSpec("P")
R = TypeVar("R")
EXIT_SETTINGS = 3
CHECK_SECONDS = 20.0
"""How long the check of one system may take; nothing is tried twice."""


@click.group()
def connection() -> None:
    """Connections to the existing systems."""


@connection.command()
@click.argument("names", nargs=-1, metavar="[SYSTEM[.STREAM]]...")
@json_option
def check(names: tuple[str, ...], as_json: bool) -> int:
    """Check address, credentials and one small read of each system; changes nothing.

    A stream's name checks the whole of its system.
    """
    from dataclasses import asdict

    from base.clock import SystemClock
    from base.retry import RunBudget
    from base.settings import Settings
    from connectors import load_connector
    from hub.clients import Clients

    settings = Settings.load()
    unset: list[SettingsError] = []
    lines = []
    for system in dict.fromkeys(system for system, _ in known_streams(names)):
        clock = SystemClock()
        one_try = RunBudget(clock, deadline=CHECK_SECONDS, max_retries=0)
        clients = Clients(settings, system, clock, budget=one_try)
        connector = load_connector(
            system, _noting(settings.connection, unset), open_client=_noting(clients.open, unset)
        )
        lines += [(system, line) for line in connector.check()]
    if as_json:
        emit([{"system": system, **asdict(line)} for system, line in lines])
    else:
        shown = table("system", "subject", "", "what")
        for system, line in lines:
            mark = "[green]ok[/]" if line.ok else "[red]failed[/]"
            shown.add_row(system, line.subject, mark, line.what)
        console().print(shown)
    if unset:
        return EXIT_SETTINGS
    failed = {system for system, line in lines if not line.ok}
    if any(_on_this_machine(settings, system) for system in failed):
        click.echo(
            "An address on this machine failed: is `make run` or `hub mocks` up in another"
            " terminal?",
            err=True,
        )
    return 1 if failed else 0


def _noting(call: Callable[P, R], unset: list[SettingsError]) -> Callable[P, R]:
    """The same call, which keeps the settings errors that it raises."""
    from base.errors import SettingsError

    def noting(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return call(*args, **kwargs)
        except SettingsError as error:
            unset.append(error)
            raise

    return noting


def _on_this_machine(settings: Settings, system: str) -> bool:
    from connectors import declarations

    names = {stream.connection for stream in declarations()[system].streams.values()}
    return any(is_loopback(settings.connection(name).address) for name in names)


def is_loopback(address: str) -> bool:
    """Whether an address is one of this machine."""
    host = urlsplit(address).hostname or ""
    return host in {"localhost", "::1"} or host.startswith("127.")
