"""Applies rules to a frame of source text: column paths first, then each odd text once.

One `select` computes the column paths of every rule. What they do not settle goes through the
transform's scalar parse by a dictionary of distinct texts that lives as long as the plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

import polars as pl

from base.errors import RefusedValue, Stage
from base.records import ABSENT, ORDINAL, ROW, Level, Refusal
from base.redact import mask
from canonical.model import ColumnType
from mappings.rules import FieldRule
from mappings.transforms import Parsed

REMEMBERED = 200_000
"""Distinct odd texts that one rule remembers from batch to batch."""

LONGEST_VALUE = 200
"""Characters of a refused value that are kept with the refusal."""

MAY_BE_A_PERSONS = frozenset({"check_digit"})
"""Rules whose refused values are masked whatever their field: 13 digits that are no 法人番号 may be
those that GビズID gives to a sole proprietor."""

_DTYPES: dict[ColumnType, Any] = {
    ColumnType.TEXT: pl.String,
    ColumnType.BIGINT: pl.Int64,
    ColumnType.INTEGER: pl.Int32,
    ColumnType.DATE: pl.Date,
    ColumnType.INSTANT: pl.Datetime("us", "UTC"),
    ColumnType.BOOLEAN: pl.Boolean,
}

Outcome = Parsed | RefusedValue


def dtype(kind: ColumnType) -> Any:
    """The Polars type of a model column."""
    return _DTYPES[kind]


@dataclass
class Findings:
    """What a batch's mapping has to say beside its claims."""

    refusals: list[Refusal] = field(default_factory=list)
    notes: list[Refusal] = field(default_factory=list)
    refused_rows: set[int] = field(default_factory=set)


def stated(column: str) -> pl.Expr:
    """The column with "" and ABSENT as null: in a claim, all three state nothing."""
    text = pl.col(column)
    return pl.when((text != "") & (text != ABSENT)).then(text)


class RuleColumns:
    """One rule's columns: how it reads a frame, and which odd texts it has read before."""

    def __init__(self, rule: FieldRule, prefix: str = "") -> None:
        """`prefix` stands before the source's name in messages: the list's path."""
        self.rule = rule
        self.shown = ", ".join(f"{prefix}{source}" for source in rule.sources)
        self.names = [(j, name) for j, name in enumerate(rule.outputs) if name is not None]
        kinds = rule.target.entity.columns()
        self.dtypes = [_DTYPES[kinds[name]] for _, name in self.names]
        self.personal = rule.target.may_be_personal or _fills_personal(rule)
        self._memory: dict[Any, Outcome] = {}
        self._stages: dict[tuple[int, frozenset[str]], list[list[pl.Expr]]] = {}

    def stages(self, index: int, available: frozenset[str]) -> list[list[pl.Expr]]:
        """What is to be computed, each stage on the columns of the stages before.

        The last but one tells which rows are settled (`index!`); the last holds the outputs
        (`index.name`) and which texts the column path leaves over (`index?`).
        """
        known = self._stages.get((index, available))
        if known is None:
            known = self._stages[index, available] = self._build_stages(index, available)
        return known

    def _build_stages(self, index: int, available: frozenset[str]) -> list[list[pl.Expr]]:
        rule = self.rule
        texts = self._texts(available)
        anything = pl.any_horizontal([text.is_not_null() for text in texts])
        if rule.transform.fast is None:
            return [[anything.alias(f"{index}?")], self._nothing(index)]
        fast = rule.transform.fast(self._inputs(texts), rule.options)
        settled = fast.settled.fill_null(value=False) & anything
        done = pl.col(f"{index}!")
        outputs = [
            pl.when(done).then(fast.outputs[j]).cast(kind).alias(f"{index}.{name}")
            for (j, name), kind in zip(self.names, self.dtypes, strict=True)
        ]
        shared = fast.shared.stages if fast.shared else []
        return [
            *shared,
            [settled.alias(f"{index}!")],
            [*outputs, (anything & ~done).alias(f"{index}?")],
        ]

    def _nothing(self, index: int) -> list[pl.Expr]:
        return [
            pl.lit(None, kind).alias(f"{index}.{name}")
            for (_, name), kind in zip(self.names, self.dtypes, strict=True)
        ]

    def _texts(self, available: frozenset[str]) -> list[pl.Expr]:
        texts = [
            pl.col(source) if source in available else pl.lit(None, pl.String)
            for source in self.rule.sources
        ]
        return [pl.coalesce(texts)] if self.rule.first_stated else texts

    def _inputs(self, texts: list[pl.Expr]) -> list[pl.Expr]:
        count = len(self.rule.transform.inputs) or 1
        inputs = [pl.lit(None, pl.String)] * count
        for slot, text in zip(self.rule.slots, texts, strict=True):
            inputs[slot] = text
        return inputs

    def settle(
        self, index: int, result: pl.DataFrame, source: pl.DataFrame, findings: Findings
    ) -> list[pl.Series]:
        """The rule's finished columns, odd texts parsed; refusals and notes go to `findings`."""
        columns = [result[f"{index}.{name}"] for _, name in self.names]
        odd = result[f"{index}?"].arg_true()
        if not len(odd):
            return columns
        available = frozenset(source.columns)
        part = source.select(ROW, *sorted(available & {*self.rule.sources}))[odd]
        texts = part.select(text.alias(str(n)) for n, text in enumerate(self._texts(available)))
        keys: list[Any] = texts.to_series().to_list() if texts.width == 1 else texts.rows()
        outcomes = [self._parse(key) for key in keys]
        self._report(outcomes, keys, part[ROW].to_list(), findings)
        return [
            column.scatter(odd, pl.Series([_value(o, j) for o in outcomes], dtype=kind))
            for column, (j, _), kind in zip(columns, self.names, self.dtypes, strict=True)
        ]

    def _parse(self, key: Any) -> Outcome:
        known = self._memory.get(key)
        if known is not None:
            return known
        outcome = self.parse_one((key,) if isinstance(key, str) else key)
        if len(self._memory) >= REMEMBERED:
            self._memory.clear()
        self._memory[key] = outcome
        return outcome

    def parse_one(self, texts: tuple[str | None, ...]) -> Outcome:
        """What one record's texts (one a source; one in all with `first_stated`) become."""
        rule = self.rule
        inputs: list[str | None] = [None] * (len(rule.transform.inputs) or 1)
        for slot, text in zip(rule.slots, texts, strict=True):
            inputs[slot] = text
        try:
            return rule.transform.parse(tuple(inputs), rule.options)
        except RefusedValue as refused:
            return RefusedValue(refused.rule, refused.what)

    def _report(
        self, outcomes: list[Outcome], keys: list[Any], rows: list[int], findings: Findings
    ) -> None:
        for outcome, key, row in zip(outcomes, keys, rows, strict=True):
            if isinstance(outcome, RefusedValue):
                findings.refusals.append(self._refusal(row, outcome, key))
                if self.rule.target.identity:
                    findings.refused_rows.add(row)
            elif outcome.note is not None:
                findings.notes.append(self._note(row, outcome.note, key))

    def _refusal(self, row: int, refused: RefusedValue, key: Any) -> Refusal:
        identity = self.rule.target.identity
        then = "the record is not loaded" if identity else "the field stays empty"
        message = f"{self.shown} {refused.what}; {then} ({self.rule.target.spelling})"
        level: Level = "record" if identity else "field"
        hidden = self.personal or refused.rule in MAY_BE_A_PERSONS
        value = _shown_value(key, hidden=hidden)
        return Refusal(row, level, Stage.MAP, refused.rule, message, self.shown, value)

    def _note(self, row: int, note: str, key: Any) -> Refusal:
        message = f"{self.shown} was accepted: {note} ({self.rule.target.spelling})"
        value = _shown_value(key, hidden=self.personal)
        return Refusal(row, "field", Stage.MAP, note, message, self.shown, value)


def _shown_value(key: Any, *, hidden: bool) -> str:
    text = key if isinstance(key, str) else " | ".join(part or "" for part in key)
    if hidden:
        return mask(text)
    shown = text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
    return shown.replace("\x00", "\u2400")


def _fills_personal(rule: FieldRule) -> bool:
    """Whether the transform fills a personal field beside its target."""
    fields = {field.name: field for field in rule.target.entity.fields}
    return any(name in fields and fields[name].may_be_personal for name in rule.outputs if name)


def _value(outcome: Outcome, index: int) -> Any:
    return None if isinstance(outcome, RefusedValue) else outcome.values[index]


def apply_rules(
    rules: Sequence[RuleColumns], frame: pl.DataFrame, findings: Findings
) -> list[list[pl.Series]]:
    """The finished columns of each rule over `frame`, named as the model names them."""
    used = {source for columns in rules for source in columns.rule.sources}
    present = frozenset(used & set(frame.columns))
    keep = [name for name in (ROW, ORDINAL) if name in frame.columns]
    source = frame.select(*keep, *(stated(name).alias(name) for name in sorted(present)))
    stages = [columns.stages(index, present) for index, columns in enumerate(rules)]
    result = source
    for stage in zip_longest(*stages, fillvalue=()):
        result = result.with_columns(expression for part in stage for expression in part)
    return [
        [
            series.alias(name)
            for series, (_, name) in zip(
                columns.settle(index, result, source, findings), columns.names, strict=True
            )
        ]
        for index, columns in enumerate(rules)
    ]
