"""A running API for each kind of store, shared by the tests of a session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres
from tests.api.running import Running, running


@pytest.fixture(scope="session")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(Path(tmp_path_factory.mktemp("api"))) as one:
        yield one


@pytest.fixture(scope="session")
def on_postgresql(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: postgres.Server
) -> Iterator[Running]:
    with (
        postgres_server.database() as url,
        running(Path(tmp_path_factory.mktemp("api")), url) as one,
    ):
        yield one


@pytest.fixture(scope="session")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The same world, in which no business has a consultation or a case."""
    with running(Path(tmp_path_factory.mktemp("twin")), secrets=False) as one:
        yield one


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def service(request: pytest.FixtureRequest) -> Running:
    """A running API, once for each kind of store."""
    found: Running = request.getfixturevalue(f"on_{request.param}")
    return found
