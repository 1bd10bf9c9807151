"""The answers to a form, read by the rules that would read them after submission."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from base.errors import RefusedValue
from base.records import VALUE
from mappings.forms.agreement import fits
from mappings.forms.form import Binding, Form, FormField
from mappings.forms.sheet import WrongShape, texts_of
from mappings.rules import FieldRule


@dataclass(frozen=True, slots=True)
class Refused:
    """A text that no value could be made of: where, by which rule, and what is wrong with it."""

    rule: str
    what: str
    place: str = ""


@dataclass
class Answered:
    """One field as answered.

    Attributes:
        texts: path → text; empty for a field that is left.
        rows: canonical columns of each element; one row for a field that is no list.
        notes: remarks of the rules (`era_out_of_range`), by place.
        wrong: the shape that was wanted, where the answer has another one.
    """

    asked: FormField
    texts: dict[str, str]
    rows: list[dict[str, Any]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    wrong: str | None = None

    @property
    def left(self) -> bool:
        """Whether nothing was answered."""
        return not self.texts and self.wrong is None

    @property
    def values(self) -> Mapping[str, Any]:
        """The columns of a field that is no list."""
        return self.rows[0] if self.rows else {}


def read_sheet(form: Form, sheet: Mapping[str, Any]) -> dict[str, Answered]:
    """Every field of the form as answered, by its name."""
    found: dict[str, Answered] = {}
    for each in form.fields:
        try:
            found[each.name] = Answered(each, texts_of(each, sheet.get(each.name)))
        except WrongShape as wrong:
            found[each.name] = Answered(each, {}, wrong=wrong.wanted)
    record: dict[str, str] = {}
    for one in found.values():
        record |= one.texts
    for one in found.values():
        if one.texts:
            _read(one, record)
    return found


def _read(one: Answered, record: Mapping[str, str]) -> None:
    """Fill in what the fitting rules make of the texts."""
    bound = [each for each in one.asked.bindings if fits(one.asked.concept, each)]
    rows: dict[int, dict[str, Any]] = {}
    seen: set[int] = set()
    for binding in bound:
        for number, place, rule, texts in _readings(binding, one, record):
            if binding.rule is not None and id(rule) in seen and not place:
                continue
            seen.add(id(rule))
            outcome = _parse(rule, texts)
            if isinstance(outcome, Refused):
                if _own(rule, one, texts, record, place):
                    one.refused.append(Refused(outcome.rule, outcome.what, place))
                continue
            values, remark = outcome
            rows.setdefault(number, {}).update(values)
            if remark is not None:
                one.notes[place] = remark
    one.rows = [rows[number] for number in sorted(rows)]


_Reading = tuple[int, str, FieldRule, dict[str, str]]


def _readings(binding: Binding, one: Answered, record: Mapping[str, str]) -> Iterator[_Reading]:
    """Element, place, rule and the texts of its sources, for each element that was answered."""
    each = binding.each
    if each is None:
        if binding.rule is not None:
            named = {s: record[s] for s in binding.rule.sources if s in record}
            yield 0, "", binding.rule, named
        return
    rules = [binding.rule] if binding.rule is not None else list(each.fields)
    count = 0
    while any(path.startswith(f"{each.source}[{count}]") for path in one.texts):
        at = f"{each.source}[{count}]"
        for rule in rules:
            paths = {s: at if s == VALUE else f"{at}.{s}" for s in rule.sources}
            texts = {source: record[path] for source, path in paths.items() if path in record}
            if texts:
                leaf = "" if binding.rule is not None else f".{rule.sources[0]}"
                yield count, f"[{count + 1}]{leaf}", rule, texts
        count += 1


def _parse(
    rule: FieldRule, texts: Mapping[str, str]
) -> tuple[dict[str, Any], str | None] | Refused:
    given: list[str | None] = [texts.get(source) for source in rule.sources]
    if rule.first_stated:
        given = [next((text for text in given if text), None)]
    inputs: list[str | None] = [None] * (len(rule.transform.inputs) or 1)
    for slot, text in zip(rule.slots, given, strict=True):
        inputs[slot] = text
    try:
        parsed = rule.transform.parse(tuple(inputs), rule.options)
    except RefusedValue as refused:
        return Refused(refused.rule, refused.what)
    named = zip(rule.outputs, parsed.values, strict=True)
    return {name: value for name, value in named if name and value is not None}, parsed.note


def _own(
    rule: FieldRule, one: Answered, texts: Mapping[str, str], record: Mapping[str, str], place: str
) -> bool:
    """Whether what a rule over several fields refuses is this field's doing."""
    if place or len(rule.sources) == 1:
        return True
    mine = {s: t for s, t in texts.items() if s in one.texts}
    others = {s: t for s, t in texts.items() if s not in one.texts}
    return isinstance(_parse(rule, mine), Refused) or not isinstance(_parse(rule, others), Refused)
