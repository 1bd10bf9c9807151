"""A small world behind real servers, and hubs of their own for the tests that ask for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mocks.serve import MockServers, serve
from mocks.world import World
from tests.hub.hubs import SmallBatches, hub_in


@pytest.fixture(scope="module")
def still_servers() -> Iterator[MockServers]:
    """Servers of a world in which nothing happens; shared by the tests of a module."""
    with serve(World(1, 240), only=["subsidy"]) as running:
        yield running


@pytest.fixture
def still_hub(still_servers: MockServers, tmp_path: Path) -> Iterator[SmallBatches]:
    """An empty hub on those servers."""
    with hub_in(still_servers, tmp_path / "hub") as hub:
        yield hub


@pytest.fixture
def moving_servers() -> Iterator[MockServers]:
    """Servers of a world of its own for each test, which may advance it."""
    with serve(World(1, 240), only=["subsidy"]) as running:
        yield running


@pytest.fixture
def moving_hub(moving_servers: MockServers, tmp_path: Path) -> Iterator[SmallBatches]:
    """An empty hub on those servers, at the world's present instant."""
    with hub_in(moving_servers, tmp_path / "hub", now=moving_servers.world.now) as hub:
        yield hub
