"""One synced hub and one API server for all tests of the pages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pages.airflow_server import AirflowServer, airflow_server
from tests.pages.synced import synced


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The home of a synced hub, and its variables."""
    home = tmp_path_factory.mktemp("pages") / "hub"
    return home, synced(home)


@pytest.fixture(scope="module")
def server(
    filled: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AirflowServer]:
    """Airflow's API server over a copy of that hub."""
    folder = tmp_path_factory.mktemp("airflow")
    home = folder / "hub"
    shutil.copytree(filled[0], home)
    with airflow_server(folder, filled[1] | {"HUB_HOME": str(home)}) as running:
        yield running
