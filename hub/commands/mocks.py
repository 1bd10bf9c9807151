"""`hub mocks`: every existing system as a mock server on this machine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mocks.serve import MockServers


@click.command()
@click.option("--businesses", default=10_000, show_default=True, help="Size of the world.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same world.")
@click.option("--port-base", default=8801, show_default=True, help="First port; one a server.")
def mocks(businesses: int, seed: int, port_base: int) -> int:
    """Start the mocks of all systems over one synthetic world, until Ctrl-C.

    Prints the connection settings that lead to them.
    """
    from mocks.serve import PortTaken, run

    try:
        run(businesses=businesses, seed=seed, first_port=port_base, ready=_announce)
    except PortTaken as error:
        click.echo(f"hub: {error}", err=True)
        return 1
    return 0


def _announce(servers: MockServers) -> None:
    """Say where the servers are, and how the hub is pointed at them."""
    from mocks.settings import connection_variables

    for name in servers.systems.apps:
        click.echo(f"{name:12} {servers[name].address}")
    click.echo("Point the hub at them:")
    for variable, value in connection_variables(servers.connections()).items():
        click.echo(f"export {variable}='{json.dumps(json.loads(value))}'")
    click.echo("Ctrl-C stops them.")
