"""Puts mapped columns together as claims: one frame an entity, with role, ordinal and as-of day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from base.records import ORDINAL, ROW, VALUE
from canonical.model import ENTITIES
from mappings.columns import Findings, RuleColumns, apply_rules, dtype, stated
from mappings.rules import EachRule

PLACE = (ROW, "role", "ordinal", "as_of")
"""The columns of every claim frame that come before the model's."""

Key = tuple[str, str]
"""Entity and role."""


def stating(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """The rows in which one of `columns` states something."""
    if not columns:
        return frame.clear()
    return frame.filter(pl.any_horizontal(pl.col(column).is_not_null() for column in columns))


def with_constants(frame: pl.DataFrame, entity: str, constants: Mapping[str, Any]) -> pl.DataFrame:
    """The frame with the rule's `set:` values in every row."""
    kinds = ENTITIES[entity].columns()
    return frame.with_columns(
        pl.lit(value, dtype(kinds[name])).alias(name) for name, value in constants.items()
    )


class ListClaims:
    """The claims of one `each` rule."""

    def __init__(self, rule: EachRule) -> None:
        self.rule = rule
        prefix = f"{rule.source}[]."
        self.columns = [
            RuleColumns(field, rule.source if field.sources == (VALUE,) else prefix)
            for field in rule.fields
        ]

    def claims(
        self, root: pl.DataFrame, children: Mapping[str, pl.DataFrame], findings: Findings
    ) -> pl.DataFrame | None:
        """`#row`, `#ordinal` and the model's columns, a row an element; None if there is none."""
        elements = self.split(root) if self.rule.split else children.get(self.rule.source)
        if elements is None or elements.is_empty():
            return None
        finished = apply_rules(self.columns, elements, findings)
        series = [one for rule_series in finished for one in rule_series]
        names = [one.name for one in series]
        frame = pl.DataFrame([elements[ROW], elements[ORDINAL], *series])
        return with_constants(stating(frame, names), self.rule.entity, self.rule.constants)

    def split(self, root: pl.DataFrame) -> pl.DataFrame | None:
        """The elements of a list that is one text: `#row`, `#ordinal`, `#value`."""
        source, separators = self.rule.source, self.rule.split or ()
        if source not in root.columns:
            return None
        parts = (
            stated(source)
            .str.replace_many(list(separators), ["\x1f"] * len(separators))
            .str.split("\x1f")
        )
        return (
            root.select(ROW, parts.alias(VALUE))
            .drop_nulls()
            .explode(VALUE)
            .with_columns(pl.col(VALUE).str.strip_chars())
            .filter(pl.col(VALUE) != "")
            .unique([ROW, VALUE], keep="first", maintain_order=True)
            .with_columns(pl.int_range(pl.len()).over(ROW).cast(pl.UInt32).alias(ORDINAL))
        )


def numbered(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Several lists of one entity as one, numbered on through each record in their order."""
    if len(frames) == 1:
        return frames[0]
    marked = [frame.with_columns(pl.lit(n).alias("#list")) for n, frame in enumerate(frames)]
    return (
        pl.concat(marked, how="diagonal")
        .sort(ROW, "#list", ORDINAL)
        .with_columns(pl.int_range(pl.len()).over(ROW).cast(pl.UInt32).alias(ORDINAL))
        .drop("#list")
    )
