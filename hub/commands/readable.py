"""Canonical values as people read them: labels in Japanese, whole units, days as far as known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from base.clock import JST
from canonical.model import ENTITIES
from canonical.model.fields import Field, FieldType
from mappings.transforms.codes import industries

_PRECISE = {"month": 7, "year": 4}
_ADDED = {"persons": "人", "years": "年", "months": "か月", "hours": "時間", "month": "月"}


def words(field: Field, values: Mapping[str, Any]) -> str:  # noqa: PLR0911 - one a type
    """The value of a field out of an entity's columns; empty where it is not stated.

    Money in yen with the unit it is known to, a date as far as it is known, an instant in JST, a
    code with its label. A value that was masked stays as it is.
    """
    value = values.get(field.name)
    if value is None:
        return ""
    beside = values.get(field.companion) if field.companion else None
    match value:
        case bool():
            return "はい" if value else "いいえ"
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()[: _PRECISE.get(str(beside), 10)]
        case int() if field.type is FieldType.MONEY:
            known = f" (to {beside:,}円)" if isinstance(beside, int) and beside > 1 else ""
            return f"{value:,}円{known}"
        case int():
            return f"{value}年" if field.unit == "year" else f"{value:,}{_added(field)}"
        case str() if field.codes and value in field.codes:
            return f"{field.codes[value]} ({value})"
        case str() if field.name == "industry_jsic" and value in industries():
            return f"{industries()[value]} ({value})"
        case _:
            return f"{value}%" if field.type is FieldType.RATE else str(value)


def _added(field: Field) -> str:
    return _ADDED.get(field.unit or "", "")


def instant(moment: datetime, pattern: str = "%Y-%m-%d %H:%M") -> str:
    """An instant in Japan's time, as options take it back without a zone."""
    return moment.astimezone(JST).strftime(pattern)


def pairs(entity: str, values: Mapping[str, Any]) -> Iterator[str]:
    """`資本金 10,000,000円` for each field of an entity that is stated, in the model's order.

    Of an address that is stated whole, the parts are left out.
    """
    parts = {
        part.name
        for name, group in ENTITIES[entity].groups().items()
        if values.get(f"{name}_full") is not None
        for part in group
        if part.name != f"{name}_full"
    }
    for field in ENTITIES[entity].fields:
        if field.name not in parts and (told := words(field, values)):
            yield f"{field.ja} {told}"


def some(texts: Iterable[str], most: int) -> str:
    """The first of them in one line, and how many more there are."""
    every = list(texts)
    more = f" · … {len(every) - most} more" if len(every) > most else ""
    return " · ".join(every[:most]) + more


def label(unit: str) -> str:
    """The Japanese label of a unit of a party (`canonical.golden.units`)."""
    party = ENTITIES["party"]
    names = {field.name: field.ja for field in party.fields}
    return names.get(lead(unit), unit)


_LEADS = {
    "address": "address_full",
    "representative": "representative_name",
    "activity": "activity_status",
}
"""The field that says a unit of several fields."""


def lead(unit: str) -> str:
    """The field by which a unit of a party is said in a few words."""
    return _LEADS.get(unit, unit)
