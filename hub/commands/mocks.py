"""`hub mocks`: every existing system as a mock server on this machine."""

from __future__ import annotations

import click


@click.command()
@click.option("--businesses", default=10_000, show_default=True, help="Size of the world.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same world.")
@click.option("--port", default=None, type=int, help="First port; one server each from there.")
def mocks(businesses: int, seed: int, port: int | None) -> None:
    """Start the mocks of all systems over one synthetic world, until Ctrl-C."""
    from mocks.serve import run

    run(businesses=businesses, seed=seed, first_port=port)
