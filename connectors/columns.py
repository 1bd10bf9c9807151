"""Decoded objects into columns: one frame for the record, one for each of its lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat
from operator import is_
from typing import Any

import msgspec
import polars as pl

from base.records import ABSENT, ORDINAL, ROW, VALUE, SourceFrame
from connectors.drift import Findings
from connectors.flat import FlatColumns
from connectors.schema import Leaf, ListNode, ObjectNode
from connectors.structs import Shape

INTEGER = rf"^(?:-?\d+|null|{ABSENT})$"
NUMBER = rf"^(?:-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|null|{ABSENT})$"
BOOLEANS = {True: "true", False: "false", None: None, ABSENT: ABSENT}

ENOUGH = 20
"""Records that must all lack a field before its absence counts as drift."""


@dataclass
class ColumnBuilder:
    """Builds a batch's frames.

    After `build`, `keys` is how many object keys the columns account for, and `irregular` the rows
    whose numbers are none: these are to be read on the tolerant path. `beside` are records of the
    same chunk that were read otherwise; a field that they send is not missing.
    """

    findings: Findings
    beside: FlatColumns | None = None
    keys: int = 0
    irregular: set[int] = field(default_factory=set)
    _children: dict[str, pl.DataFrame] = field(default_factory=dict)

    def build(self, shape: Shape, objects: list[Any], rows: Sequence[int]) -> SourceFrame:
        """Columns of `objects`, the records at `rows` of the batch."""
        columns: list[pl.Series] = [pl.Series(ROW, rows, dtype=pl.UInt32)]
        self._object(shape, objects, rows, columns, "")
        return SourceFrame(pl.DataFrame(columns), self._children)

    def _object(
        self,
        shape: Shape,
        objects: list[Any],
        rows: Sequence[int],
        columns: list[pl.Series],
        prefix: str,
    ) -> None:
        nulls = _same(objects, shape.null) if shape.node.path else 0
        absents = _same(objects, shape.absent) if shape.node.path else 0
        for (name, child), column in zip(
            shape.node.fields.items(), shape.columns(objects), strict=True
        ):
            if isinstance(child, Leaf):
                series = self._leaf(child, column, rows, prefix)
                columns.append(series)
                present = len(column) - int((series == ABSENT).sum())
            elif isinstance(child, ListNode):
                self._list(child, shape.children.get(name), column, rows)
                present = sum(1 for value in column if value.__class__ is not tuple)
            else:
                present = self._nested(shape.children[name], column, rows, columns, prefix)
            self.keys += present - nulls
            self._missing(child, prefix, len(objects) - nulls - absents, present - nulls)

    def _nested(
        self,
        inner: Shape,
        column: Sequence[Any],
        rows: Sequence[int],
        columns: list[pl.Series],
        prefix: str,
    ) -> int:
        objects = [inner.null if value is None else value for value in column]
        self._object(inner, objects, rows, columns, prefix)
        return len(objects) - _same(objects, inner.absent)

    def _missing(
        self, child: Leaf | ObjectNode | ListNode, prefix: str, sent: int, present: int
    ) -> None:
        if self.beside is not None:
            sent += len(self.beside.rows)
            present += self.beside.sent.get(child.path, 0)
        if present or sent < ENOUGH or child.sparse:
            return
        self.findings.add(
            prefix + child.path, "removed", "no record of the batch sends this field", sent
        )

    def _leaf(
        self, leaf: Leaf, column: Sequence[Any], rows: Sequence[int], prefix: str
    ) -> pl.Series:
        values: Sequence[str | None]
        if leaf.kind == "text":
            values = column
        elif leaf.kind == "boolean":
            values = [BOOLEANS[value] for value in column]
        elif leaf.kind == "number":
            return self._numbers(leaf, column, rows)
        else:
            values = [
                self._mixed(leaf, value, row) for value, row in zip(column, rows, strict=True)
            ]
        series = pl.Series(leaf.path, values, dtype=pl.String)
        note_unknown(self.findings, leaf, prefix, series)
        return series

    def _numbers(self, leaf: Leaf, column: Sequence[Any], rows: Sequence[int]) -> pl.Series:
        texts = b"\n".join(column).decode("utf-8", "replace").split("\n") if column else []
        if len(texts) != len(column):
            texts = [bytes(v).decode("utf-8", "replace").replace("\n", " ") for v in column]
        series = pl.Series(leaf.path, texts, dtype=pl.String)
        good = series.str.contains(INTEGER if leaf.types == {"integer"} else NUMBER)
        if not leaf.nullable:
            good &= series != "null"
        if not good.all():
            self.irregular.update(rows[i] for i in (~good).arg_true())
        nulls = series == "null"
        return series.set(nulls, None) if nulls.any() else series

    def _mixed(self, leaf: Leaf, value: msgspec.Raw, row: int) -> str | None:
        text = bytes(value)
        if text == b"null":
            if not leaf.nullable:
                self.irregular.add(row)
            return None
        kind = scalar_kind(text)
        if text != ABSENT.encode() and leaf.types and not kind & leaf.types:
            self.irregular.add(row)
        if text.startswith(b'"'):
            return msgspec.json.decode(text, type=str)
        return text.decode("utf-8", "replace")

    def _list(
        self, node: ListNode, inner: Shape | None, column: Sequence[Any], rows: Sequence[int]
    ) -> None:
        lengths = [len(value) if value else 0 for value in column]
        elements = list(chain.from_iterable(value for value in column if value))
        element_rows = list(
            chain.from_iterable(map(repeat, rows, lengths))  # one row number an element
        )
        ordinals = list(chain.from_iterable(map(range, lengths)))
        columns = [
            pl.Series(ROW, element_rows, dtype=pl.UInt32),
            pl.Series(ORDINAL, ordinals, dtype=pl.UInt32),
        ]
        if inner is None:
            assert isinstance(node.element, Leaf)  # noqa: S101
            series = self._leaf(node.element, elements, element_rows, f"{node.path}[]")
            columns.append(series.alias(VALUE))
        else:
            self._object(inner, elements, element_rows, columns, f"{node.path}[].")
        self._children[node.path] = pl.DataFrame(columns)


def note_unknown(findings: Findings, leaf: Leaf, prefix: str, values: pl.Series) -> None:
    """Note how many values are outside the contract's list, where it has one."""
    if leaf.enum is None:
        return
    known = values.is_in([*leaf.enum, ABSENT])
    unknown = int((~known).fill_null(value=False).sum())
    if unknown:
        findings.add(prefix + leaf.path, "enum", "a value outside the contract's list", unknown)


def _same(objects: Sequence[Any], one: Any) -> int:
    """How often this very object is among others."""
    return sum(map(is_, objects, repeat(one)))


def scalar_kind(text: bytes) -> frozenset[str]:
    """JSON Schema's types of a JSON text, numbers with an integral spelling as both."""
    first = text[:1]
    if first == b'"':
        return frozenset({"string"})
    if first in b"tf":
        return frozenset({"boolean"})
    if first in b"{[":
        return frozenset({"object" if first == b"{" else "array"})
    whole = text.lstrip(b"-").isdigit()
    return frozenset({"integer", "number"} if whole else {"number"})
