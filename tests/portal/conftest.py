"""The portal over a hub that answers from memory, in this process or behind a socket."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
import uvicorn
from starlette.testclient import TestClient

from examples.portal.app import build
from examples.portal.settings import Settings
from tests.portal.fake import FakeHub

ADDRESS = "http://127.0.0.1:8823"


@pytest.fixture
def hub() -> FakeHub:
    """The hub behind the portal."""
    return FakeHub()


@pytest.fixture
def portal(hub: FakeHub) -> Iterator[TestClient]:
    """A browser without JavaScript, not signed in."""
    with TestClient(build(Settings(ADDRESS), hub), base_url=ADDRESS) as client:
        yield client


@pytest.fixture
def signed_in(portal: TestClient) -> TestClient:
    """A browser that is signed in."""
    assert portal.get("/sign-in").url == f"{ADDRESS}/represent"
    return portal


@dataclass
class Served:
    """A portal behind a socket."""

    address: str
    hub: FakeHub


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """The portal, served on loopback."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        hub = FakeHub()
        config = uvicorn.Config(build(Settings(address), hub), log_level="error")
        server = uvicorn.Server(config)
        listener.listen()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            with httpx.Client(trust_env=False) as client:
                assert client.get(f"{address}/health").status_code == 200
            yield Served(address, hub)
        finally:
            server.should_exit = True
            thread.join()
