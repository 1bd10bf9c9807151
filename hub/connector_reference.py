"""The references of connectors and mappings, rendered from what is in force.

`docs/reference/connectors.md` is a matrix of all streams, `docs/reference/mappings/SYSTEM.md` says
of every field of a contract where it goes, or why nowhere. `python -m hub.connector_reference`
writes them; a test fails when they lag behind declarations, contracts and mappings.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from base.connection import Connection
from connectors.connector import Connector
from connectors.declaration import Stream
from connectors.registry import declarations
from connectors.schema import Leaf
from hub.sync import mapping_file
from mappings.check import Report, check_mapping, ignored_by
from mappings.compiler import read_rules
from mappings.loading import load_mapping
from mappings.rules import EachRule, FieldRule, StreamRules

PAGE = Path("docs/reference/connectors.md")
MAPPINGS = Path("docs/reference/mappings")
_HEAD = """\
# Connectors

Generated from `connectors/*/connector.yaml`, the contracts and `mappings/` by
`python -m hub.connector_reference`; change those, not this page.

*Rate*: requests a second are what the system's owner agreed to, `rate_per_second` of the
connection ([guide](../guides/from-mocks-to-a-real-system.md)); all streams and processes of a
system share one budget. *Cursor*: the field by whose value a stream is read, and how far each
window reaches back. *Coverage*: the fields of the contract, how many of them are mapped and how
many are left alone with a reason. A contract that is *assumed* is
ours, for want of a published one.

## How each stream is read
"""
_READ = (
    "stream", "日本語", "protocol", "contract", "auth", "connection and rate", "mode", "cursor",
    "paging", "deletes", "schedule (JST)", "deadline", "promise",
)  # fmt: skip
_COVERED = ("stream", "role", "purposes", "fields", "mapped", "ignored", "coverage")
_FIELDS = ("field", "type", "contract", "to", "as", "notes")


def pages() -> dict[Path, str]:
    """Every page as Markdown, by its path below the repository."""
    declared = declarations()
    connectors = {name: Connector(one, _unasked) for name, one in declared.items()}
    found = {PAGE: _matrix(connectors)}
    found |= {MAPPINGS / f"{name}.md": _system(one) for name, one in connectors.items()}
    return found


def _unasked(name: str) -> Connection:
    raise LookupError(name)


def _matrix(connectors: dict[str, Connector]) -> str:
    read, covered = [], []
    for connector in connectors.values():
        for stream in connector.streams.values():
            read.append(_reading(connector, stream))
            covered.append(_coverage(connector, stream))
    lines = [_HEAD, *_table(_READ, read), "", "## What becomes of their fields", ""]
    lines += _table(_COVERED, covered)
    return "\n".join([*lines, ""])


def _reading(connector: Connector, stream: Stream) -> tuple[str, ...]:
    cursor, hooks = stream.cursor, ", ".join(stream.hooks)
    told = "none" if cursor is None else f"`{cursor.field}`" if cursor.field else "by day, not told"
    if cursor is not None and cursor.lookback:
        told += f", back {_span(cursor.lookback)}"
    flag = stream.deleted_when
    deletes = f"flag `{flag.field}`" if flag else ""
    if stream.deletes != "flag" or not flag:
        deletes = " and ".join(filter(None, [stream.deletes, deletes]))
    assumed = connector.contract(stream.name).assumed
    return (
        f"`{connector.name}.{stream.name}`" + (" (confidential)" if stream.confidential else ""),
        stream.title.ja,
        stream.protocol + (f", hook {hooks}" if hooks else ""),
        f"`{stream.contract.name}`" + (" (assumed)" if assumed else ""),
        f"`{stream.auth.method}`",
        f"`{stream.connection}`",
        stream.mode,
        told,
        stream.paging.kind,
        deletes,
        f"`{stream.schedule}`" if stream.schedule else "by hand",
        _span(stream.deadline),
        _span(stream.promise) if stream.promise else "",
    )


def _coverage(connector: Connector, stream: Stream) -> tuple[str, ...]:
    report = _report(connector, stream)
    covered = report.mapped + report.ignored
    share = f"{100 * covered // report.fields} %" if report.fields else ""
    page = f"[`{connector.name}.{stream.name}`](mappings/{connector.name}.md#{stream.name})"
    return (
        page, connector.role, ", ".join(stream.purpose), str(report.fields), str(report.mapped),
        str(report.ignored), share,
    )  # fmt: skip


def _report(connector: Connector, stream: Stream) -> Report:
    path = mapping_file(connector.name)
    return check_mapping(path, stream.name, connector.schema(stream.name), stream.purpose)


def _system(connector: Connector) -> str:
    title = connector.title
    lines = [
        f"# {title.ja} ({title.en})",
        "",
        f"Generated from `mappings/{connector.name}.yaml` and the contract by",
        "`python -m hub.connector_reference`; change those, not this page. *To* is the",
        "[canonical field](../fields.md), *as* the [transform](../transforms.md). Fields that are",
        "left alone say why. [All connectors](../connectors.md)",
        "",
    ]
    for stream in connector.streams.values():
        lines += _stream(connector, stream)
    return "\n".join(lines)


def _stream(connector: Connector, stream: Stream) -> list[str]:
    rules = read_rules(load_mapping(mapping_file(connector.name)), stream.name)
    day = ", ".join(f"`{source}`" for source in rules.as_of) or "the day of the read"
    rows = field_rows(connector, stream)
    said = [f"## {stream.name}", "", f"{stream.title.ja}. As of: {day}.", ""]
    if rules.constants:
        constants = (
            f"`{entity}.{name}` = `{value}`"
            for entity, values in rules.constants.items()
            for name, value in values.items()
        )
        said += [f"Always: {', '.join(constants)}.", ""]
    return [*said, *_table(_FIELDS, rows), ""]


def field_rows(connector: Connector, stream: Stream) -> list[tuple[str, ...]]:
    """Where each field of the contract goes: the cells of the table, in Markdown.

    Field, type, what the contract says of it, canonical field, transform, notes. Only the first
    row of a field names it.
    """
    rules = read_rules(load_mapping(mapping_file(connector.name)), stream.name)
    schema = connector.schema(stream.name)
    leaves = {leaf.path: leaf for leaf in schema.leaves}
    for path, inner in schema.lists.items():
        leaves |= {_inside(path, leaf): leaf for leaf in inner}
    targets = dict(_targets(rules))
    return [row for path in schema.paths for row in _rows(path, leaves[path], targets, rules)]


def _inside(path: str, leaf: Leaf) -> str:
    return f"{path}[]" if leaf.path == "#value" else f"{path}[].{leaf.path}"


Goal = tuple[str, str, str]
"""Where a field goes: canonical field, transform, notes."""


def _targets(rules: StreamRules) -> Iterator[tuple[str, list[Goal]]]:
    found: dict[str, list[Goal]] = {}
    for rule in rules.fields:
        for source in rule.sources:
            found.setdefault(source, []).append(_goal(rule, source))
    for each in rules.lists:
        for source, goal in _of_list(each):
            found.setdefault(source, []).append(goal)
    yield from found.items()


def _of_list(each: EachRule) -> Iterator[tuple[str, Goal]]:
    for rule in each.fields:
        to, name, notes = _goal(rule, "")
        if each.split is not None:
            told = f"split at {' '.join(each.split)}"
            yield each.source, (to, name, "; ".join(filter(None, [told, notes])))
            continue
        for source in rule.sources:
            inner = "" if source == "#value" else f".{source}"
            yield f"{each.source}[]{inner}", (to, name, notes)


def _goal(rule: FieldRule, source: str) -> Goal:
    notes = [f"role {rule.role}"] if rule.role != "self" else []
    if rule.period:
        notes.append(rule.period.replace("_", " "))
    if rule.purpose:
        notes.append(f"for {rule.purpose} only")
    if rule.first_stated and len(rule.sources) > 1:
        notes.append("the first stated of " + ", ".join(f"`{one}`" for one in rule.sources))
    elif len(rule.sources) > 1:
        others = ", ".join(f"`{one}`" for one in rule.sources if one != source)
        notes.append(f"together with {others}")
    unit = rule.options.get("unit")
    if unit is not None:
        notes.append(f"in {unit}")
    name = rule.transform.name
    return f"`{rule.target.spelling}`", f"[`{name}`](../transforms.md#{name})", "; ".join(notes)


def _rows(
    path: str, leaf: Leaf, targets: dict[str, list[Goal]], rules: StreamRules
) -> Iterator[tuple[str, ...]]:
    kind = " or ".join(sorted(leaf.types)) or "anything"
    marks = [name for name in ("personal", "identifier", "sparse") if getattr(leaf, name)]
    marks += [leaf.unit] if leaf.unit else []
    head = (f"`{path}`", kind, "; ".join(filter(None, [leaf.description, ", ".join(marks)])))
    goals = targets.get(path, [])
    if path in rules.as_of:
        yield (*head, "as of", "", "the day of which the record speaks")
        head = ("", "", "")
    for goal in goals:
        yield (*head, *goal)
        head = ("", "", "")
    reason = ignored_by(rules, path)
    if not goals and path not in rules.as_of:
        yield (*head, "", "", f"left alone: {reason}" if reason else "**not covered**")


def _table(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    head = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    return [*head, *(f"| {' | '.join(map(_cell, row))} |" for row in rows)]


def _cell(text: Any) -> str:
    return " ".join(str(text).replace("|", "\\|").split())


def _span(span: timedelta) -> str:
    """A duration in the largest unit that it is whole in."""
    seconds = int(span.total_seconds())
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def write(root: Path) -> None:
    """Write every page below `root`, and take away those of systems that are gone."""
    found = pages()
    for old in (root / MAPPINGS).glob("*.md"):
        if MAPPINGS / old.name not in found:
            old.unlink()
    for path, text in found.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path())
