"""What every test shares: nothing of the developer's own settings leaks in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No HUB_ variable of the shell reaches a test, and no test writes into the project."""
    for name in list(os.environ):
        if name.startswith("HUB_") and name not in {"HUB_ROOT"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "hub-home"))
