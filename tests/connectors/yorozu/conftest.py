"""The advisers' folder, served for one test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mocks.credentials import ClientCredentials
from tests.connectors.yorozu.karte import Site, laid_out


@pytest.fixture(scope="module")
def credentials() -> ClientCredentials:
    return ClientCredentials.generate()


@pytest.fixture
def site(tmp_path: Path, credentials: ClientCredentials) -> Iterator[Site]:
    with laid_out(tmp_path, credentials) as one:
        yield one
