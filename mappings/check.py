"""Checks a mapping before it runs: coverage, units and values of the contract, purposes, and round
trips."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from base.errors import MappingError, RefusedValue
from canonical.model import Classification
from mappings.agreement import HasLeaves, disagreements
from mappings.compiler import (
    ContractFields,
    contract_paths,
    plan_version,
    read_rules,
    sources_of,
    system_of,
)
from mappings.loading import MappingFile, load_mapping
from mappings.rules import FieldRule, StreamRules
from mappings.transforms import Example

Kind = Literal["unmapped", "unknown", "ignored_twice", "purpose", "round_trip", "unit", "enum"]

PURPOSES: dict[Classification, frozenset[str]] = {
    Classification.PUBLIC: frozenset(),
    Classification.BUSINESS_CONFIDENTIAL: frozenset(
        {"application_status", "prefill", "matching", "consultation", "analysis", "succession"}
    ),
    Classification.PERSONAL: frozenset({"prefill", "matching", "consultation", "succession"}),
}
"""Purposes of which a stream must declare one to fill a field of that classification."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where (`file:line`), at which field, and what to do."""

    kind: Kind
    line: int
    field: str
    message: str


@dataclass
class Report:
    """What `hub mapping check` found in one stream's mapping.

    `mapped` and `ignored` count the contract's fields; `round_trips` the worked examples that were
    written and read back.
    """

    system: str
    stream: str
    version: str
    fields: int = 0
    mapped: int = 0
    ignored: int = 0
    round_trips: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether the mapping may run."""
        return not self.problems


def check_mapping(
    path: Path, stream: str, fields: ContractFields, purposes: Collection[str]
) -> Report:
    """Check one stream's mapping against its contract and the purposes that the stream declares.

    A contract that is more than a set of paths is asked for units and values, too.

    Raises:
        MappingError: the file has another shape, or names what the model does not have.
    """
    file = load_mapping(path)
    rules = read_rules(file, stream)
    report = Report(system_of(file), stream, plan_version(rules))
    _coverage(report, file, rules, contract_paths(fields))
    for rule in all_rules(rules):
        report.problems += _purpose(rule, frozenset(purposes))
        done, problems = _round_trips(rule)
        report.round_trips += done
        report.problems += problems
    if isinstance(fields, HasLeaves):
        report.problems += (Problem(*found) for found in disagreements(rules, fields))
    report.problems.sort(key=lambda problem: (problem.line, problem.field))
    return report


def require(report: Report) -> None:
    """Stop at the first problem of a report.

    Raises:
        MappingError: the first problem, and how many more there are.
    """
    if report.problems:
        first, *rest = report.problems
        more = f" ({len(rest)} more)" if rest else ""
        raise MappingError(
            f"line {first.line}: {first.message}{more}",
            system=report.system, stream=report.stream, field=first.field,
        )  # fmt: skip


def all_rules(rules: StreamRules) -> Iterator[FieldRule]:
    """The rules of single fields and those inside lists."""
    yield from rules.fields
    for each in rules.lists:
        yield from each.fields


def _coverage(report: Report, file: MappingFile, rules: StreamRules, paths: frozenset[str]) -> None:
    used = dict(sources_of(rules))
    used |= {source: file.line((report.stream, "as_of")) for source in rules.as_of}
    mapped = {source for source, _ in sources_of(rules)}
    covered = {path for path in paths if path not in mapped and ignored_by(rules, path)}
    report.fields, report.mapped = len(paths), len(mapped & paths)
    report.ignored = len(covered)
    for source, line in used.items():
        if source not in paths:
            report.problems.append(
                Problem("unknown", line, source, f"{source} is no field of the contract")
            )
    for path in sorted(paths - mapped - covered):
        line = file.line((report.stream,))
        what = f"{path} is neither mapped nor ignored with a reason"
        report.problems.append(Problem("unmapped", line, path, what))
    for pattern in rules.ignored:
        line = rules.lines[pattern]
        matching = {path for path in paths if _matches(pattern, path)}
        if not matching:
            what = f"{pattern} is ignored, but is no field of the contract"
            report.problems.append(Problem("unknown", line, pattern, what))
        for path in sorted(matching & mapped):
            what = f"{path} is ignored, but line {used[path]} maps it"
            report.problems.append(Problem("ignored_twice", line, path, what))


def ignored_by(rules: StreamRules, path: str) -> str | None:
    """The reason why the mapping leaves this field alone; None if it says nothing of it."""
    return next((why for pattern, why in rules.ignored.items() if _matches(pattern, path)), None)


def _matches(pattern: str, path: str) -> bool:
    if not pattern.endswith(".*"):
        return pattern == path
    parent = pattern.removesuffix(".*")
    return path.startswith((f"{parent}.", f"{parent}[]"))


def _purpose(rule: FieldRule, purposes: frozenset[str]) -> Iterator[Problem]:
    shown = ", ".join(rule.sources)
    declared = ", ".join(sorted(purposes)) or "none"
    if rule.purpose is not None and rule.purpose not in purposes:
        what = f"{shown} may be used for {rule.purpose} only; the stream's purposes are {declared}"
        yield Problem("purpose", rule.line, shown, what)
    kind = rule.target.classification
    needed = PURPOSES[kind]
    if needed and not needed & purposes:
        what = (
            f"{shown} fills {rule.target.spelling}, which is {kind}: the stream needs one of the "
            f"purposes {', '.join(sorted(needed))}; it has {declared}"
        )
        yield Problem("purpose", rule.line, shown, what)


def _round_trips(rule: FieldRule) -> tuple[int, list[Problem]]:
    """Write the transform's worked examples under this rule's options, and read them back."""
    done, problems = 0, []
    for example in rule.transform.examples:
        if example.values is None:
            continue
        done += 1
        if (reason := _trip(rule, example)) is not None:
            shown = ", ".join(rule.sources)
            problems.append(Problem("round_trip", rule.line, shown, f"{shown}: {reason}"))
    return done, problems


def _trip(rule: FieldRule, example: Example) -> str | None:
    """Why a written value does not read back; None if it does, or the rule cannot hold it."""
    texts = (example.texts,) if isinstance(example.texts, str) else example.texts
    try:
        parsed = rule.transform.parse(texts, rule.options)
    except RefusedValue:
        return None
    written = rule.transform.format(parsed.values, rule.options)
    try:
        read = rule.transform.parse(written, rule.options)
    except RefusedValue as refused:
        return f"what {rule.transform.name} writes for {texts!r} {refused.what} ({refused.rule})"
    again = rule.transform.format(read.values, rule.options)
    return None if again == written else f"{texts!r} is written {written!r}, then {again!r}"
