"""A mapping file as a tree whose nodes know their line; errors name file, line and field."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from base.errors import MappingError

SCHEMA = Path(__file__).with_name("mapping.schema.json")
Step = str | int
Place = tuple[Step, ...]

GROUP_SEPARATOR = ", "
"""Between the fields of a group key, once it is one string."""


@dataclass
class MappingFile:
    """The tree of a mapping file. Group keys (`[a, b]`) are one string, `a, b`."""

    path: Path
    tree: dict[str, Any]
    lines: dict[Place, int]
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def line(self, place: Place) -> int:
        """The line of the node at `place`, or of the nearest node around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def error(self, place: Place, what: str, *, remedy: str | None = None) -> MappingError:
        """A MappingError at this place: `file:line`, field, what is wrong."""
        name = f"{self.path.parent.name}/{self.path.name}"
        return MappingError(
            f"{name}:{self.line(place)}: {_spell(place)}: {what}",
            field=_spell(place),
            remedy=remedy,
        )


def _spell(place: Place) -> str:
    return ".".join(f"[{step}]" if isinstance(step, int) else step for step in place) or "file"


def load_mapping(path: Path) -> MappingFile:
    """Read a mapping file and check it against `mapping.schema.json`.

    Raises:
        MappingError: it cannot be read, is no YAML, repeats a key, or has another shape.
    """
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(f"{path.name} cannot be read: {error}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "is no YAML"
        raise MappingError(f"{path.parent.name}/{path.name}{line}: {problem}") from error
    file = MappingFile(path, {}, {})
    tree = _build(file, node, (), SafeConstructor()) if node is not None else None
    if not isinstance(tree, dict):
        raise file.error((), "holds no mapping", remedy="Begin with the name of a stream")
    file.tree = tree
    _validate(file)
    return file


def _build(file: MappingFile, node: yaml.Node, place: Place, scalars: SafeConstructor) -> Any:
    file.lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _build_object(file, node, place, scalars)
    if isinstance(node, yaml.SequenceNode):
        return [_build(file, child, (*place, i), scalars) for i, child in enumerate(node.value)]
    return scalars.construct_object(node, deep=True)


def _build_object(
    file: MappingFile, node: yaml.MappingNode, place: Place, scalars: SafeConstructor
) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = _key(file, key_node)
        inner = (*place, key)
        if key in result:
            file.lines[inner] = key_node.start_mark.line + 1
            raise file.error(inner, "stands here twice")
        file.lines[inner] = key_node.start_mark.line + 1
        result[key] = _build(file, value_node, inner, scalars)
    return result


def _key(file: MappingFile, node: yaml.Node) -> str:
    """A key as text as written: a field named 2024 or はい stays what it is."""
    if isinstance(node, yaml.SequenceNode):
        parts = tuple(str(part.value) for part in node.value)
        key = GROUP_SEPARATOR.join(parts)
        file.groups[key] = parts
        return key
    return str(node.value)


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def _validate(file: MappingFile) -> None:
    from jsonschema.exceptions import best_match

    error = best_match(_validator().iter_errors(file.tree))
    if error is not None:
        message = error.message if len(error.message) < 200 else f"{error.message[:200]}…"
        raise file.error(tuple(error.absolute_path), message)
