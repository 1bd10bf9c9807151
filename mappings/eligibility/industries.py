"""Which class of industry of a law a JSIC code means, as far as the code tells."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from mappings.eligibility.reading import read

_JSIC = Path(__file__).parent.parent / "data" / "jsic.tsv"
_FILE = "industries.yaml"


def titles() -> dict[str, dict[str, str]]:
    """Every class with its Japanese and English name."""
    named: dict[str, dict[str, str]] = read(_FILE)["classes"]
    return named


@cache
def classes_of(table: str) -> frozenset[str]:
    """All classes that a table knows."""
    otherwise, codes = _table(table)
    return otherwise.union(*codes.values())


@cache
def possible_classes(table: str, code: str | None) -> frozenset[str]:
    """The classes that a business of this JSIC code can be in: several where the code is coarser
    than the law; all where it is not known.

    Args:
        table: a table of `industries.yaml`.
        code: a division (`E`) or two to four digits, or None.
    """
    if code is None or code == "T":
        return classes_of(table)
    if code.isalpha():
        groups = _groups().get(code)
        return (
            frozenset().union(*(possible_classes(table, group) for group in groups))
            if groups
            else classes_of(table)
        )
    otherwise, codes = _table(table)
    holding = [known for known in codes if code.startswith(known)]
    found = codes[max(holding, key=len)] if holding else otherwise
    return found.union(
        *(named for known, named in codes.items() if known != code and known.startswith(code))
    )


@cache
def _table(name: str) -> tuple[frozenset[str], dict[str, frozenset[str]]]:
    """The class of what is not listed, and the classes by digits; divisions are spelt out."""
    tree: dict[str, Any] = read(_FILE)["tables"][name]
    otherwise, codes = frozenset[str](), dict[str, frozenset[str]]()
    if "based_on" in tree:
        otherwise, based = _table(tree["based_on"])
        codes.update(based)
    if "otherwise" in tree:
        otherwise = _set(tree["otherwise"])
    for code, named in tree["codes"].items():
        for digits in _groups().get(str(code), (str(code),)):
            codes[digits] = _set(named)
    return otherwise, codes


def _set(named: str | list[str]) -> frozenset[str]:
    return frozenset([named] if isinstance(named, str) else named)


@cache
def _groups() -> dict[str, tuple[str, ...]]:
    """The major groups of each division."""
    rows = [line.split("\t") for line in _JSIC.read_text(encoding="utf-8").splitlines()[1:]]
    found: dict[str, tuple[str, ...]] = {}
    for code, level, parent, _name in rows:
        if level == "major_group":
            found[parent] = (*found.get(parent, ()), code)
    return found
