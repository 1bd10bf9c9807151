"""What every test shares: no settings of the developer's shell, and one PostgreSQL server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests import postgres

settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")  # a busy machine makes no test fail


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No HUB_ variable of the shell reaches a test, and no test writes into the project."""
    for name in list(os.environ):
        if name.startswith("HUB_") and name not in {"HUB_ROOT", "HUB_TEST_POSTGRESQL"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "hub-home"))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """One server for the session; skipped loudly where there is none."""
    with postgres.server() as server:
        yield server
