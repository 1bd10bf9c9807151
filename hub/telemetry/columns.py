"""Column lineage of a stream: which of its fields each canonical column is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from base.records import VALUE
from mappings import Plan
from mappings.rules import EachRule, FieldRule


@dataclass(frozen=True, slots=True)
class Origin:
    """One field of the source behind a column, and the transform between them.

    `field` is a path as the contract spells it: `list[].leaf` inside a list.
    """

    field: str
    transform: str
    version: int


def columns_of(plan: Plan) -> dict[str, dict[str, list[Origin]]]:
    """By entity and column: where its values come from, in the mapping's order.

    Each output of a transform is told to come from all of its inputs. A column that the mapping
    sets to a constant comes from no field and is left out. `as_of`, the day for which a claim
    speaks, is a column of every entity of a stream that states it.
    """
    found: dict[str, dict[str, list[Origin]]] = {}
    for entity, column, origin in _all(plan):
        origins = found.setdefault(entity, {}).setdefault(column, [])
        if origin not in origins:
            origins.append(origin)
    for columns in found.values():
        for source in plan.rules.as_of:
            columns.setdefault("as_of", []).append(Origin(source, "date", 1))
    return found


def _all(plan: Plan) -> Iterator[tuple[str, str, Origin]]:
    for rule in plan.rules.fields:
        yield from _columns(rule, rule.sources)
    for each in plan.rules.lists:
        for rule in each.fields:
            yield from _columns(rule, [_inside(each, source) for source in rule.sources])


def _columns(rule: FieldRule, sources: Iterable[str]) -> Iterator[tuple[str, str, Origin]]:
    for source in sources:
        for column in rule.outputs:
            if column is not None:
                origin = Origin(source, rule.transform.name, rule.transform.version)
                yield rule.target.entity.name, column, origin


def _inside(each: EachRule, source: str) -> str:
    """A source of a list's element as a path of the record."""
    if each.split is not None:
        return each.source
    return f"{each.source}[]" if source == VALUE else f"{each.source}[].{source}"
