"""A running service for each kind of store, shared by the tests of a session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete

from sso.tables import FAILURE
from tests import postgres
from tests.sso.running import Running, running
from tests.sso.signing import Signing, signing


@pytest.fixture(scope="session")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(Path(tmp_path_factory.mktemp("sso"))) as one:
        yield one


@pytest.fixture(scope="session")
def on_postgresql(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: postgres.Server
) -> Iterator[Running]:
    with (
        postgres_server.database() as url,
        running(Path(tmp_path_factory.mktemp("sso")), url) as one,
    ):
        yield one


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def service(request: pytest.FixtureRequest) -> Running:
    """A running service, once for each kind of store."""
    found: Running = request.getfixturevalue(f"on_{request.param}")
    return found


@pytest.fixture(scope="session")
def signing_on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signing]:
    with signing(Path(tmp_path_factory.mktemp("sso")), more={"HUB_SSO_RECALL": "0"}) as one:
        yield one


@pytest.fixture(scope="session")
def signing_on_postgresql(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: postgres.Server
) -> Iterator[Signing]:
    with (
        postgres_server.database() as url,
        signing(Path(tmp_path_factory.mktemp("sso")), url) as one,
    ):
        yield one


@pytest.fixture
def asking(signing_on_sqlite: Signing) -> Iterator[Signing]:
    """A service that asks the identity provider every time; faults end with the test."""
    signing_on_sqlite.gbizid.servers.faults.clear()
    yield signing_on_sqlite
    signing_on_sqlite.gbizid.servers.faults.clear()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def front(request: pytest.FixtureRequest) -> Signing:
    """A service with sign-in, once for each kind of store."""
    found: Signing = request.getfixturevalue(f"signing_on_{request.param}")
    return found


@pytest.fixture(autouse=True)
def _no_failures_yet(request: pytest.FixtureRequest) -> None:
    """What an earlier test failed at is not held against this one."""
    for name in ("service", "on_sqlite", "on_postgresql"):
        if name in request.fixturenames:
            running_one: Running = request.getfixturevalue(name)
            with running_one.database.write() as connection:
                connection.execute(delete(FAILURE))
