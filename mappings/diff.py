"""What a changed mapping changes: the claims of the same records under two plans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from base.records import ROW, SourceFrame
from mappings.plan import Mapped, Plan

Where = tuple[int, str, int]
"""`#row`, role, ordinal."""


@dataclass(frozen=True, slots=True)
class Change:
    """One canonical field of one claim that differs; None is "not stated"."""

    row: int
    entity: str
    role: str
    ordinal: int
    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class RefusalChange:
    """A refusal that only one of the plans has."""

    row: int
    side: Literal["old", "new"]
    rule: str
    field: str | None
    message: str


@dataclass(frozen=True, slots=True)
class PlanDiff:
    """The difference of two plans over the same records."""

    changes: list[Change]
    refusals: list[RefusalChange]

    @property
    def same(self) -> bool:
        """Whether the plans make the same of these records."""
        return not (self.changes or self.refusals)


def diff_plans(old: Plan, new: Plan, frame: SourceFrame) -> PlanDiff:
    """Map a frame's records with both plans and compare the claims, field by field."""
    before, after = old.map(frame), new.map(frame)
    changes = [
        change
        for entity in sorted(before.claims.keys() | after.claims.keys())
        for change in _entity(entity, before.claims.get(entity), after.claims.get(entity))
    ]
    return PlanDiff(changes, [*_refusals(before, after, "old"), *_refusals(after, before, "new")])


def _rows(frame: pl.DataFrame | None) -> dict[Where, dict[str, Any]]:
    if frame is None:
        return {}
    rows = {}
    for row in frame.to_dicts():
        where = (row.pop(ROW), row.pop("role"), row.pop("ordinal"))
        rows[where] = {name: value for name, value in row.items() if value is not None}
    return rows


def _entity(
    entity: str, before: pl.DataFrame | None, after: pl.DataFrame | None
) -> Iterator[Change]:
    old, new = _rows(before), _rows(after)
    for where in sorted(old.keys() | new.keys()):
        was, now = old.get(where, {}), new.get(where, {})
        for name in sorted(was.keys() | now.keys()):
            if was.get(name) != now.get(name):
                row, role, ordinal = where
                yield Change(row, entity, role, ordinal, name, was.get(name), now.get(name))


def _refusals(one: Mapped, other: Mapped, side: Literal["old", "new"]) -> Iterator[RefusalChange]:
    known = {(refusal.row, refusal.rule, refusal.field) for refusal in other.refusals}
    for refusal in one.refusals:
        if (refusal.row, refusal.rule, refusal.field) not in known:
            yield RefusalChange(refusal.row, side, refusal.rule, refusal.field, refusal.message)
