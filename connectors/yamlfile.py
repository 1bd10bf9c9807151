"""YAML whose every value knows its line, so that an error can name file, line and field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from base.errors import MappingError

_Key = str | int


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A YAML document and the line of each of its values."""

    path: Path
    data: dict[str, Any]
    lines: dict[tuple[_Key, ...], int]

    def line(self, field: Sequence[_Key]) -> int:
        """Line of a field, or of the nearest field around it."""
        place = tuple(field)
        while place not in self.lines and place:
            place = place[:-1]
        return self.lines.get(place, 1)

    def error(self, field: Sequence[_Key], what: str, remedy: str | None = None) -> MappingError:
        """An error that names this file, the field's line and the field."""
        name = ".".join(str(part) for part in field)
        where = f"{self.path.parent.name}/{self.path.name}:{self.line(field)}"
        return MappingError(f"{where}: {what}", field=name or None, remedy=remedy)


def load_yaml(path: Path) -> YamlFile:
    """Read one YAML mapping.

    Raises:
        MappingError: no such file, not YAML, not a mapping, or a key that stands twice.
    """
    name = f"{path.parent.name}/{path.name}"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(f"{name} cannot be read: {error}") from error
    try:
        loader = yaml.CSafeLoader(text)
        node = loader.get_single_node()
        data = None if node is None else loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise MappingError(f"{name}:{line}: not YAML: {error.problem}") from error
    if not isinstance(data, dict) or node is None:
        raise MappingError(f"{name}:1: expected a mapping of names to values")
    lines: dict[tuple[_Key, ...], int] = {}
    _note_lines(node, (), lines, name)
    return YamlFile(path, data, lines)


def _note_lines(
    node: yaml.Node, place: tuple[_Key, ...], lines: dict[tuple[_Key, ...], int], name: str
) -> None:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*place, str(key.value))
            line = key.start_mark.line + 1
            if here in lines:
                raise MappingError(
                    f"{name}:{line}: {key.value} stands twice (also in line {lines[here]})",
                    field=".".join(str(part) for part in here),
                    remedy="Keep one of the two",
                )
            lines[here] = line
            _note_lines(value, here, lines, name)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _note_lines(item, (*place, index), lines, name)
