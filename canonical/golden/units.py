"""The units in which values survive: a field, or several fields that only make sense together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from canonical.golden.ranking import ACTIVITY_RANKS, RANKS
from canonical.model import ENTITIES
from canonical.model.fields import Authority, Field, FieldType, Survivorship


class Likeness(StrEnum):
    """How two values of a unit are compared: see `canonical.golden.agreement`."""

    EXACT = "exact"
    TEXT = "text"
    LEVELS = "levels"
    MONEY = "money"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Companion:
    """A field that goes with a unit: taken from any claim that agrees on the unit's own value,
    so that no name gets another name's kana and no person another one's birthday."""

    name: str
    columns: tuple[str, ...]
    rule: Survivorship


@dataclass(frozen=True, slots=True)
class Unit:
    """What survives as one.

    Args:
        name: as `sources` and conflicts name it.
        columns: taken together from one claim.
        lead: of these at least one is stated where a claim has the unit.
        levels: compared, the coarsest first; one that a claim does not state agrees with any.
        ranks: whose word goes first.
        registered: what the register says, so that a newer differing word is 登記未反映.
        settled: whether a person could say which of two equals is right (not so of free text).
    """

    name: str
    columns: tuple[str, ...]
    lead: tuple[str, ...]
    levels: tuple[str, ...]
    likeness: Likeness
    ranks: tuple[frozenset[str], ...]
    registered: bool = False
    settled: bool = True
    companions: tuple[Companion, ...] = ()


NAME = "#name"
FORM = "#form"
POSITION = "#position"
"""The name as it is compared, its legal form where it is one that a name spells, and where that
stands, null for a name that states none: columns that `canonical.golden.order` derives."""

_PARTY = ENTITIES["party"]
_REGISTER_FIRST = RANKS[Survivorship.REGISTER_FIRST]
_NAME = ("name", "name_core", "legal_form", "legal_form_position", "name_reduced")
_ACTIVITY = ("activity_status", "closed_on", "closed_on_precision")
_FREE_TEXT = frozenset({"business_summary", "management_issue", "industry_text"})


def _columns(*names: str) -> tuple[str, ...]:
    return tuple(column for name in names for column in _PARTY.field(name).columns())


def _companions(*names: str) -> tuple[Companion, ...]:
    return tuple(Companion(name, _columns(name), _PARTY.field(name).rule) for name in names)


_GROUPS = (
    Unit(
        "name", _NAME, ("name",), (NAME, FORM, POSITION),
        Likeness.LEVELS, _REGISTER_FIRST, registered=True,
        companions=_companions("name_kana", "name_en"),
    ),
    Unit(
        "address",
        tuple(field.name for field in _PARTY.groups()["address"]),
        tuple(field.name for field in _PARTY.groups()["address"]),
        ("address_prefecture_code", "address_municipality_code", "address_city", "address_town",
         "address_block"),
        Likeness.LEVELS, _REGISTER_FIRST, registered=True,
    ),
    Unit(
        "representative", ("representative_name",), ("representative_name",),
        ("representative_name",), Likeness.TEXT, _REGISTER_FIRST, registered=True,
        companions=_companions(
            "representative_title", "representative_kana", "representative_birth_on"
        ),
    ),
    Unit(
        "activity", _ACTIVITY, _ACTIVITY[:2], ("activity_status",), Likeness.EXACT,
        ACTIVITY_RANKS, registered=True,
    ),
)  # fmt: skip

_LIKENESS = {
    FieldType.TEXT: Likeness.TEXT,
    FieldType.MONEY: Likeness.MONEY,
    FieldType.DATE: Likeness.DATE,
}


def _single(field: Field) -> Unit:
    return Unit(
        field.name,
        tuple(field.columns()),
        (field.name,),
        (field.name,),
        _LIKENESS.get(field.type, Likeness.EXACT),
        RANKS[field.rule],
        registered=field.authority is Authority.REGISTERED,
        settled=field.name not in _FREE_TEXT,
    )


def _units() -> tuple[Unit, ...]:
    grouped = {
        column
        for unit in _GROUPS
        for column in (*unit.columns, *(c for comp in unit.companions for c in comp.columns))
    }
    singles = (_single(field) for field in _PARTY.fields if field.name not in grouped)
    return (*_GROUPS, *singles)


UNITS: tuple[Unit, ...] = _units()
"""Every unit of a party: groups, then the fields that stand alone, in the model's order."""

COLUMNS: dict[str, tuple[str, ...]] = {
    name: columns
    for unit in UNITS
    for name, columns in (
        (unit.name, unit.columns),
        *((companion.name, companion.columns) for companion in unit.companions),
    )
}
"""The columns behind each name in `sources`: those of units and of their companions."""
