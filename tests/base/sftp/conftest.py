"""A folder behind a real SFTP server, and clients that read it."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from base.breaker import CircuitBreaker
from base.clock import ManualClock
from base.connection import Connection
from base.rate import RateBudget
from base.retry import RunBudget
from base.sftp import SftpClient
from mocks.credentials import ClientCredentials
from mocks.faults import FaultBox
from mocks.yorozu.server import SftpFolder, public_host_key

SECOND = 1_790_000_000
BODY = os.urandom(300_000)


@pytest.fixture(scope="module")
def credentials() -> ClientCredentials:
    return ClientCredentials.generate()


@pytest.fixture
def box() -> FaultBox:
    return FaultBox()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inner").mkdir()
    for name, body in (("b.csv", BODY), ("a.csv", b"one\r\n"), ("inner/c.csv", b"")):
        (tmp_path / name).write_bytes(body)
        os.utime(tmp_path / name, (SECOND, SECOND))
    (tmp_path / "link.csv").symlink_to("a.csv")
    return tmp_path


@pytest.fixture
def port(folder: Path, credentials: ClientCredentials, box: FaultBox) -> Iterator[int]:
    server = SftpFolder(folder, credentials, box, "files")
    yield server.start(0)
    server.stop()


Make = Callable[..., SftpClient]


@pytest.fixture
def make(port: int, credentials: ClientCredentials) -> Iterator[Make]:
    made: list[SftpClient] = []

    def client(
        path: str = "",
        *,
        at: int = port,
        key: str = credentials.private_key,
        retries: int = 5,
        rate: RateBudget | None = None,
        breaker: CircuitBreaker | None = None,
        budget: RunBudget | None = None,
        **options: str,
    ) -> SftpClient:
        clock = ManualClock()
        given = {"username": credentials.client_id, "host_key": public_host_key(credentials)}
        connection = Connection(
            "files", f"sftp://127.0.0.1:{at}{path}", None, {**given, **options},
            {"private_key": key},
        )  # fmt: skip
        budget = budget or RunBudget(clock, max_retries=retries)
        made.append(SftpClient(connection, clock, rate, breaker, budget))
        return made[-1]

    yield client
    for one in made:
        one.close()


def got(client: SftpClient, path: str = "b.csv") -> bytes:
    into = io.BytesIO(b"what was there before" * 30_000)
    entry = client.download(path, into)
    assert entry.size == len(into.getvalue())
    return into.getvalue()
