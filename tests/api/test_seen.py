"""No endpoint reads of a business past `api.seen`, which leaves out what a delegation closes."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from api import routes

CLOSED = {
    "canonical.access.proceedings": {"entries"},
    "canonical.access.businesses": {"computed", "golden"},
    "canonical.golden.asof": {"business"},
    "canonical.golden.one": {"told"},
}
MODULES = sorted(Path(routes.__path__[0]).glob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_endpoints_ask_in_one_place(module: Path) -> None:
    imported = {
        (node.module, alias.name)
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert not {(where, name) for where, name in imported if name in CLOSED.get(where or "", ())}
