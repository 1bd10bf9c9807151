"""Compiles a mapping file and a stream's contract into a plan."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from base.records import VALUE
from mappings.loading import MappingFile, load_mapping
from mappings.plan import Plan
from mappings.rules import FieldRule, RuleReader, StreamRules

ENGINE = 3
"""Raised whenever the same rules may make other claims of the same records."""

NO_STREAMS = frozenset({"system", "forms"})
"""Top-level keys of a mapping file that are no streams."""

_DATA = Path(__file__).parent / "data"


class HasPaths(Protocol):
    """Anything that knows the paths of a contract's fields."""

    @property
    def paths(self) -> Collection[str]:
        """Leaves by dotted path; a list's as `list[].leaf`, or `list[]` for scalars."""
        ...


ContractFields = Collection[str] | HasPaths


def compile_mapping(path: Path, stream: str, fields: ContractFields | None = None) -> Plan:
    """The plan of one stream.

    Args:
        path: the mapping file.
        stream: the stream's name, a top-level key of the file.
        fields: the contract's fields; every source of a rule must be one. None: not checked.

    Raises:
        MappingError: names file, line and field, and what there is instead.
    """
    file = load_mapping(path)
    rules = read_rules(file, stream)
    if fields is not None:
        _check_sources(file, stream, rules, contract_paths(fields))
    return Plan(system_of(file), stream, rules, plan_version(rules))


def read_rules(file: MappingFile, stream: str) -> StreamRules:
    """The rules of one stream, checked against the model.

    Raises:
        MappingError: the stream is not there, a rule is wrong, or two rules fill one field.
    """
    if stream in NO_STREAMS or stream not in file.tree:
        there = ", ".join(name for name in file.tree if name not in NO_STREAMS)
        raise file.error((), f"has no stream {stream}", remedy=f"It has {there}")
    rules = RuleReader(file, stream).read()
    _check_collisions(file, stream, rules)
    return rules


def system_of(file: MappingFile) -> str:
    """The system's name: as the file says, else its own name, `mapping.yaml` its folder's."""
    stated = file.tree.get("system")
    stem = file.path.stem
    return str(stated or (file.path.parent.name if stem == "mapping" else stem))


def plan_version(rules: StreamRules) -> str:
    """16 hex digits that change when, and only when, records may become other claims."""
    compiled = [ENGINE, _tables_version(), rules.signature()]
    text = json.dumps(compiled, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def _tables_version() -> str:
    tables = (_DATA / name for name in ("municipalities.tsv", "jsic.tsv"))
    return hashlib.sha256(b"".join(table.read_bytes() for table in tables)).hexdigest()


def contract_paths(fields: ContractFields) -> frozenset[str]:
    """The contract's paths as a set."""
    return frozenset(fields if isinstance(fields, Collection) else fields.paths)


def sources_of(rules: StreamRules) -> Iterator[tuple[str, int]]:
    """Every source path that the rules read, as the contract spells it, with its line."""
    for rule in rules.fields:
        yield from ((source, rule.line) for source in rule.sources)
    for each in rules.lists:
        if each.split is not None:
            yield each.source, each.line
            continue
        for rule in each.fields:
            for source in rule.sources:
                inner = "" if source == VALUE else f".{source}"
                yield f"{each.source}[]{inner}", rule.line


def _check_sources(
    file: MappingFile, stream: str, rules: StreamRules, paths: frozenset[str]
) -> None:
    used = [*sources_of(rules), *((source, 0) for source in rules.as_of)]
    for source, line in used:
        if source not in paths:
            file.lines[(stream, source)] = line or file.line((stream, "as_of"))
            raise file.error(
                (stream, source), "is no field of the contract", remedy=_nearest(source, paths)
            )


def _nearest(source: str, paths: frozenset[str]) -> str | None:
    from difflib import get_close_matches

    near = get_close_matches(source, paths, 3, 0.5)
    return f"Near it are {', '.join(near)}" if near else None


def _check_collisions(file: MappingFile, stream: str, rules: StreamRules) -> None:
    groups: list[list[FieldRule]] = [rules.fields, *(list(each.fields) for each in rules.lists)]
    for group in groups:
        filled: dict[Any, int] = {}
        for rule in group:
            for column in filter(None, rule.outputs):
                key = (rule.target.entity.name, rule.role, rule.period, column)
                if key in filled:
                    place = (stream, *rule.sources)
                    file.lines[place] = rule.line
                    raise file.error(
                        place, f"fills {key[0]}.{column}, which line {filled[key]} fills already"
                    )
                filled[key] = rule.line
