"""What was filled in, as the form's own stream will read it when it comes back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from base.errors import RefusedValue
from base.records import VALUE
from canonical.model.receipt import Given
from mappings.columns import RuleColumns
from mappings.forms.form import Binding
from mappings.prefill.answers import Answer
from mappings.rules import PERIODS, EachRule, FieldRule

Texts = Mapping[str, str]

ONLY = ""
"""The element of an answer that stands in no list."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What one rule makes of a path: the claim that it becomes, and its columns."""

    entity: str
    role: str
    row: str
    values: Mapping[str, Any]
    own: tuple[str, ...]


def given(answers: Iterable[Answer]) -> tuple[Given, ...]:
    """The answers that leave, one for every path; those that no rule reads are left out."""
    released = tuple(answers)
    texts = {path: text for answer in released for path, text in answer.texts.items()}
    found: dict[str, Given] = {}
    for answer in released:
        for path, text in answer.texts.items():
            read = _together(_readings(answer, path, texts))
            if read is not None:
                found.setdefault(path, _given(answer, path, text, read))
    return tuple(found.values())


def _given(answer: Answer, path: str, text: str, read: _Read) -> Given:
    origins = answer.origins
    elements = {match[1] for p in answer.texts if (match := re.search(r"\[(\d+)\]", p))}
    if read.row.isdigit() and len(elements) == len(origins) and not answer.derived_from:
        origins = (origins[sorted(map(int, elements)).index(int(read.row))],)
    return Given(
        path, answer.field.name, answer.field.concept.id, text, origins, answer.derived_from,
        read.entity, read.role, read.row, read.values, read.own,
    )  # fmt: skip


def _together(readings: Iterable[_Read]) -> _Read | None:
    """The first reading, with the columns that further rules fill in the same claim."""
    first: _Read | None = None
    for one in readings:
        if first is None:
            first = one
        elif (one.entity, one.role, one.row) == (first.entity, first.role, first.row):
            first = replace(first, values={**one.values, **first.values})
    return first


def _readings(answer: Answer, path: str, texts: Texts) -> Iterator[_Read]:
    for bound in answer.field.bindings:
        if bound.each is not None:
            yield from _of_list(answer, bound, bound.each, path, texts)
        elif bound.rule is not None and path in bound.rule.sources:
            here = {source: texts[source] for source in bound.rule.sources if source in texts}
            row = ONLY if bound.rule.period is None else f"year:{PERIODS[bound.rule.period]}"
            yield from _of_rule(answer, bound.rule, here, row)


def _of_list(
    answer: Answer, bound: Binding, each: EachRule, path: str, texts: Texts
) -> Iterator[_Read]:
    match = re.fullmatch(rf"{re.escape(each.source)}\[(\d+)\](?:\.(.+))?", path)
    if match is None:
        return
    number, leaf = match[1], match[2] or VALUE
    start = f"{each.source}[{number}]"
    for rule in each.fields:
        if leaf not in rule.sources:
            continue
        places = {source: start if source == VALUE else f"{start}.{source}"
                  for source in rule.sources}  # fmt: skip
        here = {source: texts[place] for source, place in places.items() if place in texts}
        for read in _of_rule(answer, rule, here, number, whole=bound.rule is None):
            values = {**each.constants, **read.values}
            yield replace(read, entity=each.entity, role=each.role, values=values)


def _of_rule(
    answer: Answer, rule: FieldRule, here: Texts, row: str, *, whole: bool = False
) -> Iterator[_Read]:
    texts = tuple(here.get(source) for source in rule.sources)
    if rule.first_stated:
        texts = (next((text for text in texts if text), None),)
    outcome = RuleColumns(rule).parse_one(texts)
    if isinstance(outcome, RefusedValue):
        return
    values = {
        name: value
        for name, value in zip(rule.outputs, outcome.values, strict=True)
        if name is not None and value is not None
    }
    if not values:
        return
    asked = {name for field in answer.field.concept.fields for name in field.columns()}
    several = len(rule.sources) > 1 and not rule.first_stated and not whole
    own = tuple(name for name in values if not several or name in asked) or tuple(values)
    yield _Read(rule.target.entity.name, rule.role, row, values, own)
