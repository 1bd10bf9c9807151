"""Stores for property tests: a fresh one for every example."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from canonical.store import Store


@pytest.fixture(scope="session")
def sqlite_store(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], Store]:
    """Opens an empty SQLite store, another one at every call."""
    folder = tmp_path_factory.mktemp("stores")
    numbers = itertools.count()

    def fresh() -> Store:
        path = folder / f"{next(numbers)}.db"
        shutil.copy(migrated_sqlite, path)
        return Store.open(f"sqlite:///{path}")

    return fresh
