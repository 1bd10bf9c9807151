"""A mapping read backward: canonical values as the source's own fields write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from base.records import VALUE
from mappings.rules import PERIODS, EachRule, FieldRule, StreamRules

Row = Mapping[str, Any]


def format_values(rules: StreamRules, claims: Mapping[str, Any]) -> dict[str, str]:
    """Source path → text, for every rule that has a value to write; the first rule wins."""
    written: dict[str, str] = {}
    for rule in rules.fields:
        row = _single(rule, claims)
        if row is not None:
            for path, text in format_rule(rule, row).items():
                written.setdefault(path, text)
    for each in rules.lists:
        elements = _elements(each, claims)
        for path, text in format_list(each, elements).items():
            written.setdefault(path, text)
    return written


def format_rule(
    rule: FieldRule, row: Row, options: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """Source path → text of one rule; `row` is by the model's column names.

    `options` go before the rule's own, such as the unit in which a form wants a figure.
    """
    values = tuple(row.get(name) if name else None for name in rule.outputs)
    if all(value is None for value in values):
        return {}
    texts = rule.transform.format(values, _options(rule) | dict(options or {}))
    if rule.first_stated:
        return {rule.sources[0]: texts[0]} if texts[0] is not None else {}
    pairs = zip(rule.sources, (texts[slot] for slot in rule.slots), strict=True)
    return {source: text for source, text in pairs if text is not None}


def _options(rule: FieldRule) -> dict[str, Any]:
    """The rule's options; of a group without `parts` those that its fields are."""
    options = dict(rule.options)
    if options.get("parts", ()) is None:
        options["parts"] = [rule.transform.inputs[slot] for slot in rule.slots]
    return options


def _find(claims: Mapping[str, Any], entity: str, role: str) -> Any:
    return claims.get(f"{entity}@{role}", claims.get(entity))


def _single(rule: FieldRule, claims: Mapping[str, Any]) -> Row | None:
    found = _find(claims, rule.target.entity.name, rule.role)
    if found is None or isinstance(found, Mapping):
        return found
    rows: Sequence[Row] = found
    if rule.period is None:
        return rows[0] if rows else None
    wanted = PERIODS[rule.period]
    settled = [row for row in rows if row.get("settled") is not False]
    closed = sorted(settled, key=lambda row: str(row.get("period_end") or ""), reverse=True)
    return closed[wanted] if 0 <= wanted < len(closed) else None


def _elements(each: EachRule, claims: Mapping[str, Any]) -> Sequence[Row]:
    found = _find(claims, each.entity, each.role)
    if found is None:
        return ()
    rows: Sequence[Row] = [found] if isinstance(found, Mapping) else found
    return [
        row
        for row in rows
        if all(row.get(name, value) == value for name, value in each.constants.items())
    ]


def format_list(each: EachRule, elements: Sequence[Row]) -> dict[str, str]:
    """Source path → text of a list; `elements` are its rows by the model's column names."""
    written: dict[str, str] = {}
    for number, row in enumerate(elements):
        for rule in each.fields:
            for source, text in format_rule(rule, row).items():
                path = f"{each.source}[{number}]"
                written.setdefault(path if source == VALUE else f"{path}.{source}", text)
    if each.split is None:
        return written
    return {each.source: _joint(each.split).join(written.values())} if written else {}


def _joint(separators: Sequence[str]) -> str:
    """The separator as it is written: a slash stands between spaces."""
    return " / " if separators[0].strip() == "/" else separators[0]
