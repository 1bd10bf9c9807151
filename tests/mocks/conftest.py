"""A small world and its servers; function scope where a test changes the world."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from mocks.credentials import ClientCredentials
from mocks.serve import MockServers, serve
from mocks.subsidy.index import ApplicationIndex
from mocks.world import World

SIZE = 300


@pytest.fixture(scope="session")
def credentials() -> ClientCredentials:
    return ClientCredentials.generate()


@pytest.fixture(scope="session")
def still_world() -> World:
    """Not to be changed by tests."""
    return World(7, SIZE)


@pytest.fixture(scope="session")
def still_records(still_world: World) -> dict[str, dict[str, Any]]:
    index = ApplicationIndex(still_world)
    return {key: json.loads(body) for (_, key), body in _pairs(index)}


def _pairs(index: ApplicationIndex) -> list[tuple[tuple[str, str], bytes]]:
    return list(zip(index.snapshot.positions, index.snapshot.bodies, strict=True))


@pytest.fixture
def world() -> World:
    return World(7, 120)


@pytest.fixture(scope="session")
def still_servers(still_world: World, credentials: ClientCredentials) -> Iterator[MockServers]:
    with serve(still_world, credentials=credentials) as servers:
        yield servers


@pytest.fixture
def servers(still_servers: MockServers) -> Iterator[MockServers]:
    """The shared servers without any fault left over."""
    still_servers.faults.clear()
    yield still_servers
    still_servers.faults.clear()


@pytest.fixture
def applicant(servers: MockServers) -> requests.Session:
    """A session that holds a token."""
    session = requests.Session()
    client = servers.credentials
    answer = session.post(
        f"{servers['subsidy'].address}/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(client.client_id, client.client_secret),
        timeout=10,
    )
    session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return session
