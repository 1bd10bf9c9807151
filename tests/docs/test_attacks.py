"""The attack list names tests that there are, case by case."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "attacks.md"
ROWS = [
    line
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| tried")
]
CITED = re.compile(r"`([a-z_/]+\.py)::(\w+)(?:\[([^`]+)\])?`")


@cache
def _tests(path: str) -> tuple[frozenset[str], frozenset[str]]:
    """The functions of a test file, and its literal texts."""
    tree = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))
    functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return frozenset(functions), frozenset(text for text in texts if isinstance(text, str))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2:50])
def test_every_attack_has_its_tests(row: str) -> None:
    cited = CITED.findall(row)
    assert cited, "no test is named"
    for path, function, case in cited:
        functions, texts = _tests(path)
        assert function in functions
        assert not case or case in texts


def test_the_list_is_whole() -> None:
    assert len(ROWS) >= 70
