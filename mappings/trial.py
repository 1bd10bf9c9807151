"""One record through a mapping, field by field: what `hub mapping try` shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from base.errors import RefusedValue
from base.records import ABSENT, ORDINAL, ROW, SourceFrame
from canonical.model.party import is_individual
from mappings.check import ignored_by
from mappings.claims import ListClaims
from mappings.columns import MAY_BE_A_PERSONS, RuleColumns
from mappings.plan import Plan
from mappings.targets import resolve

SEVERAL = " | "
"""Between the texts of a rule that reads several fields."""
NOTHING = frozenset({"(absent)", "(null)"})
"""What `raw` says of a field without a text."""


@dataclass(frozen=True, slots=True)
class TrialRow:
    """What one rule made of one field of one record.

    `raw` is the source text, `(absent)` or `(null)`; `value` the canonical value as text, None
    where nothing is stated or the text was refused; `note` a remark, a refusal, or why the field
    is left alone. `personal` and `raw_personal` say that `value` and `raw` are for the eyes of
    whoever may see them: mask before logging.
    """

    source: str
    raw: str
    canonical: str
    value: str | None
    note: str = ""
    refused: bool = False
    personal: bool = False
    raw_personal: bool = False


def try_record(plan: Plan, frame: SourceFrame, row: int = 0) -> list[TrialRow]:
    """The record at `#row` of a frame, rule by rule, then the fields that no rule reads.

    Raises:
        LookupError: the frame has no such record.
    """
    records = frame.root.filter(pl.col(ROW) == row)
    if records.is_empty():
        raise LookupError(f"the frame has no record {row}")
    record = records.to_dicts()[0]
    rows = [one for rule in plan.rules.fields for one in _apply(RuleColumns(rule), record, "")]
    for each in plan.rules.lists:
        listed = ListClaims(each)
        elements = listed.split(frame.root) if each.split else frame.children.get(each.source)
        if elements is None:
            continue
        for element in elements.filter(pl.col(ROW) == row).to_dicts():
            at = f"{each.source}[{element[ORDINAL]}]"
            for columns in listed.columns:
                rows += _apply(columns, element, at)
    return _classified(rows) + _left_over(plan, record)


def _classified(rows: Sequence[TrialRow]) -> list[TrialRow]:
    """The rows with what is personal of them; a text that one personal field is made of, is."""
    individual = is_individual(row.value for row in rows if row.canonical == "party.kind")
    judged = [replace(row, personal=_is_personal(row.canonical, individual)) for row in rows]
    sources = {source for row in judged if row.personal for source in row.source.split(", ")}
    return [
        replace(
            row,
            raw_personal=row.raw_personal or not sources.isdisjoint(row.source.split(", ")),
        )
        for row in judged
    ]


def _is_personal(canonical: str, individual: bool) -> bool:
    try:
        fields = resolve(canonical).fields
    except LookupError:  # a companion column: the precision of a date, the unit of an amount
        return False
    return any(field.is_personal(individual=individual) for field in fields)


def _apply(columns: RuleColumns, record: dict[str, Any], at: str) -> list[TrialRow]:
    rule = columns.rule
    given = [record.get(source, ABSENT) for source in rule.sources]
    texts = tuple(None if text in {None, "", ABSENT} else str(text) for text in given)
    if rule.first_stated:
        texts = (next((text for text in texts if text is not None), None),)
    shown = ", ".join(at if s == "#value" else f"{at}.{s}" if at else s for s in rule.sources)
    raw = SEVERAL.join(_raw(text) for text in given)
    if all(text is None for text in texts):
        return [TrialRow(shown, raw, rule.target.spelling, None)]
    outcome = columns.parse_one(texts)
    if isinstance(outcome, RefusedValue):
        note = f"{outcome.rule}: {outcome.what}"
        hidden = outcome.rule in MAY_BE_A_PERSONS
        return [TrialRow(shown, raw, rule.target.spelling, None, note, True, raw_personal=hidden)]
    found = [
        TrialRow(
            shown, raw, f"{rule.target.entity.name}.{name}", _text(outcome.values[j]),
            outcome.note or "",
        )
        for j, name in columns.names
        if outcome.values[j] is not None
    ]  # fmt: skip
    return found or [TrialRow(shown, raw, rule.target.spelling, None, outcome.note or "")]


def _left_over(plan: Plan, record: dict[str, Any]) -> list[TrialRow]:
    used = {source for rule in plan.rules.fields for source in rule.sources}
    used |= {each.source for each in plan.rules.lists if each.split}
    return [
        TrialRow(path, _raw(text), "", None, ignored_by(plan.rules, path) or "not mapped")
        for path, text in record.items()
        if path != ROW and path not in used and text != ABSENT
    ]


def _raw(text: str | None) -> str:
    return "(null)" if text is None else "(absent)" if text == ABSENT else str(text)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
