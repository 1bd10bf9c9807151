"""The store's tests run with one body on both databases."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from canonical.store import Store
from canonical.store.tables import METADATA
from tests import postgres

DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


@pytest.fixture(params=DATABASES)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.db'}"
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    with server.database() as url:
        yield url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "store.db"
    with Store.open(f"sqlite:///{path}") as store:
        store.upgrade()
    return path


@pytest.fixture(scope="session")
def migrated_postgresql(postgres_server: postgres.Server) -> Iterator[Store]:
    with postgres_server.database() as url, Store.open(url) as store:
        store.upgrade()
        yield store


@pytest.fixture(params=DATABASES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store at the newest migration, copied or emptied rather than made anew."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "store.db")
        with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as opened:
            yield opened
        return
    shared: Store = request.getfixturevalue("migrated_postgresql")
    yield shared
    with shared.database.write() as connection:
        connection.execute(text(f"TRUNCATE {', '.join(METADATA.tables)}"))
