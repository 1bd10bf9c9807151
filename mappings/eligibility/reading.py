"""Reads the files of `law/`, and refuses one of another shape."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from base.errors import MappingError

LAW = Path(__file__).with_name("law")
SCHEMA = Path(__file__).with_name("rules.schema.json")


@cache
def read(name: str) -> dict[str, Any]:
    """A file of `law/` as it stands."""
    tree: dict[str, Any] = yaml.safe_load((LAW / name).read_text(encoding="utf-8"))
    return tree


def check(tree: Any, name: str) -> None:
    """Refuse a rule set that is not as `rules.schema.json` says.

    Raises:
        MappingError: names the file, the place and what is wrong.
    """
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    error = best_match(Draft202012Validator(schema).iter_errors(tree))
    if error is not None:
        place = ".".join(map(str, error.absolute_path)) or "file"
        raise MappingError(f"law/{name}: {place}: {error.message[:200]}", field=place)
