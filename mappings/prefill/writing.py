"""Values as a form writes them, read back to see that they are still what they were.

A text is never cut and no character ever replaced: where a form cannot hold what is known, the
whole text is shown, and what is wrong with it is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from base.errors import RefusedValue
from base.records import VALUE
from canonical.model.fields import FieldType
from mappings.backward import format_list, format_rule
from mappings.forms.agreement import fits
from mappings.forms.form import Binding, Form, FormField
from mappings.prefill import reasons
from mappings.prefill.answers import Why
from mappings.prefill.told import Row
from mappings.rules import EachRule, FieldRule
from mappings.transforms.codes import division_of
from mappings.transforms.text import holds, private_character

_FINER = ("year", "month", "day")
_YEN = {"円": 1, "千円": 1_000, "万円": 10_000, "百万円": 1_000_000}
_TAKEN = {
    "katakana": re.compile(r"[ァ-ヺー・\s]"),
    "digits": re.compile(r"[0-9]"),
    "ascii": re.compile(r"[\x20-\x7e]"),
}
_CLASSES = {"大分類": 1, "中分類": 2, "小分類": 3, "細分類": 4}
_PARTS_OF_REGION = ("address_prefecture_code", "address_municipality_code", "address_city")
_PARTS_OF_PLACE = (*_PARTS_OF_REGION, "address_town", "address_block", "address_building")
_YEAR_ENDS = frozenset({"period_end", "settled_on"})


@dataclass(frozen=True, slots=True)
class Written:
    """An answer as the form writes it.

    Attributes:
        texts: path → text, of this field alone; empty where the form has no place for the value.
        beside: path → text that the same rule writes into other fields of the form.
        notes: why it has to be looked at.
        said: what is told of it though it need not be looked at.
        cannot: characters that the form cannot hold.
    """

    texts: Mapping[str, str]
    beside: Mapping[str, str]
    notes: tuple[Why, ...] = ()
    said: tuple[Why, ...] = ()
    cannot: str = ""


def binding_of(asked: FormField) -> Binding | None:
    """The rule that writes the answer: the first that fills what the field asks."""
    return next((bound for bound in asked.bindings if fits(asked.concept, bound)), None)


def write(asked: FormField, form: Form, rows: Iterable[Row]) -> Written | None:
    """The rows as texts; None where no rule writes the answer."""
    binding = binding_of(asked)
    if binding is None:
        return None
    found = _written(asked, binding, list(rows))
    return _held(asked, form, found)


def _written(asked: FormField, binding: Binding, rows: list[Row]) -> Written:
    if binding.rule is None:
        assert binding.each is not None  # noqa: S101 (a binding has a rule or a list)
        return _listed(binding.each, rows)
    if binding.each is not None:
        return _column(binding.each, binding.rule, rows, asked)
    if any(path.rpartition(".")[2] in _CLASSES for path in asked.answers):
        return _classes(asked, binding.rule, rows[0])
    row = _coarsened(rows[0], binding.rule, asked)
    texts = format_rule(binding.rule, row, _unit_of(binding.rule, asked))
    return Written(
        {path: text for path, text in texts.items() if path in asked.answers},
        {path: text for path, text in texts.items() if path not in asked.answers},
        *_compared(rows[0], row, binding.rule, texts, asked),
    )


def _unit_of(rule: FieldRule, asked: FormField) -> dict[str, Any]:
    """The form's unit for a rule that takes amounts in any unit: the text says which."""
    field, unit = rule.target.field, asked.format.unit
    money = field is not None and field.type is FieldType.MONEY
    if not money or unit not in _YEN or rule.options.get("unit", unit) is not None:
        return {}
    return {"unit": unit, "write_unit": True}


def _listed(each: EachRule, rows: list[Row]) -> Written:
    elements = [
        row
        for row in rows
        if all(row.get(name, value) == value for name, value in each.constants.items())
    ]
    notes: list[Why] = []
    for row in elements:
        for rule in each.fields:
            notes += _compared(row, row, rule, format_rule(rule, row), None)[0]
    return Written(format_list(each, elements), {}, tuple(dict.fromkeys(notes)))


def _column(each: EachRule, rule: FieldRule, rows: list[Row], asked: FormField) -> Written:
    """One column of a list: the elements in turn, each with the end of its fiscal year."""
    ends = [r for r in each.fields if not _YEAR_ENDS.isdisjoint(filter(None, r.outputs))]
    texts: dict[str, str] = {}
    notes: list[Why] = []
    for number, row in enumerate(rows):
        for one in (rule, *ends):
            wanted = _unit_of(one, asked) if one is rule else {}
            for source, text in format_rule(one, row, wanted).items():
                path = f"{each.source}[{number}]"
                texts[path if source == VALUE else f"{path}.{source}"] = text
        again = format_rule(rule, row, _unit_of(rule, asked))
        notes += _compared(row, row, rule, again, asked)[0]
    return Written(texts, {}, tuple(dict.fromkeys(notes)))


def _classes(asked: FormField, rule: FieldRule, row: Row) -> Written:
    """The classes of an industry that a form asks one by one, out of the finest that is known."""
    code = str(row.get(str(rule.outputs[0])) or "")
    texts: dict[str, str] = {}
    for path in asked.answers:
        digits = _CLASSES.get(path.rpartition(".")[2])
        known = division_of(code) if digits == 1 else code[:digits] if digits else code
        if known and (digits in {None, 1} or (code.isdigit() and len(known) == digits)):
            texts[path] = known
    notes = () if len(texts) == len(asked.answers) else (reasons.INCOMPLETE,)
    return Written(texts if code else {}, {}, notes)


def _coarsened(row: Row, rule: FieldRule, asked: FormField) -> Row:
    """The row with its date no finer than the form asks."""
    field = rule.target.field
    wanted = asked.format.precision
    if wanted is None or field is None or field.type is not FieldType.DATE:
        return row
    known = row.get(f"{field.name}_precision") or "day"
    coarser = min(wanted, known, key=_FINER.index)
    return {**row, f"{field.name}_precision": coarser}


def _compared(
    known: Row, row: Row, rule: FieldRule, texts: Mapping[str, str], asked: FormField | None
) -> tuple[tuple[Why, ...], tuple[Why, ...]]:
    """What the texts, read again by the same rule, have lost."""
    if not texts:
        return (), ()
    inputs: list[str | None] = [None] * max(len(rule.transform.inputs), 1)
    for source, slot in zip(rule.sources, rule.slots, strict=False):
        inputs[slot] = texts.get(source)
    try:
        parsed = rule.transform.parse(tuple(inputs), rule.options)
    except RefusedValue:
        return (reasons.REWRITTEN,), ()
    again = {
        name: value
        for name, value in zip(rule.outputs, parsed.values, strict=True)
        if name is not None
    }
    field = rule.target.field
    if field is not None and field.type is FieldType.MONEY:
        return _money(known, again, field.name, asked), ()
    if field is not None and field.type is FieldType.DATE:
        return _date(known, row, again, field.name, asked)
    names: tuple[str, ...] = _PARTS_OF_PLACE
    if field is not None and not rule.transform.inputs:
        names = (field.name,)
    if asked is not None and asked.concept.qualifier("part") == "市区町村まで":
        names = _PARTS_OF_REGION
    return (() if _same(known, again, _asked(names, again, asked)) else (reasons.REWRITTEN,)), ()


def _asked(names: Iterable[str], again: Row, asked: FormField | None) -> list[str]:
    """The columns to compare: those of the field's concept among what was read again."""
    wanted = {each.name for each in asked.concept.fields} if asked else None
    found = [name for name in names if name in again and (wanted is None or name in wanted)]
    return found or [name for name in again if wanted is not None and name in wanted]


def _same(known: Row, again: Row, names: Iterable[str]) -> bool:
    return all(known.get(name) == again[name] for name in names)


def _money(known: Row, again: Row, name: str, asked: FormField | None) -> tuple[Why, ...]:
    value, text = known.get(name), again.get(name)
    unit = known.get(f"{name}_unit") or 1
    wanted = _YEN.get((asked.format.unit if asked else None) or "円", 1)
    if text is None or value is None or abs(value - text) >= max(wanted, 1):
        return (reasons.REWRITTEN,) if value != text else ()
    lost = (reasons.ROUNDED,) if value != text else ()
    return (*lost, *((reasons.COARSER,) if unit > wanted else ()))


def _date(
    known: Row, row: Row, again: Row, name: str, asked: FormField | None
) -> tuple[tuple[Why, ...], tuple[Why, ...]]:
    day, read = known.get(name), again.get(name)
    precision = f"{name}_precision"
    had = known.get(precision) or "day"
    written = row.get(precision) or "day"
    if not isinstance(day, date) or not isinstance(read, date):
        return (reasons.REWRITTEN,), ()
    depth = _FINER.index(written) + 1
    if day.timetuple()[:depth] != read.timetuple()[:depth]:
        return (reasons.REWRITTEN,), ()
    wanted = (asked.format.precision if asked else None) or "day"
    if _FINER.index(had) < _FINER.index(wanted) and asked is not None:
        return (reasons.COARSER,), ()
    return (), (reasons.CUT,) if had != written else ()


def _held(asked: FormField, form: Form, found: Written) -> Written:
    """What the form cannot hold of the texts, character by character."""
    told = asked.format
    notes = list(found.notes)
    cannot: dict[str, None] = {}
    for text in found.texts.values():
        lost = [each for each in text if not holds(form.encoding, each)]
        if lost:
            notes.append(reasons.not_encodable(form.encoding))
        taken = _TAKEN.get(told.characters or "")
        refused = [each for each in text if taken and not taken.match(each)]
        if refused:
            notes.append(reasons.CHARACTERS)
        if told.max_length and len(text) > told.max_length:
            notes.append(reasons.TOO_LONG)
        if private_character(text):
            notes.append(reasons.PRIVATE)
        cannot |= dict.fromkeys([*lost, *refused])
    texts = found.texts
    if told.choices and any(text not in told.choices for text in texts.values()):
        texts, notes = {}, [reasons.NO_CHOICE]
    unique = tuple(dict.fromkeys(notes))
    return replace(found, texts=texts, notes=unique, cannot="".join(cannot))
