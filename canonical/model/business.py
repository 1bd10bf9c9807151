"""A business as it is told: which values hold, who says what, and whose word each is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose word: the record behind a member, the day of the word, and since when it is known."""

    member_id: int
    record_id: int
    system: str
    stream: str
    record_key: str
    role: str
    source_role: str
    as_of: date | None
    recorded_from: datetime
    scope: str


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A record in which a word came back as the hub had filled it in, and its day."""

    system: str
    stream: str
    record_key: str
    on: date


@dataclass(frozen=True, slots=True)
class Said:
    """What one member says of a unit: its columns, whether these values hold, and whether they
    agree with those that do.

    Attributes:
        origin: of a word that repeats another one, with the day of that one.
        repeats: whether it is a word that came back as the hub had filled it in.
        confirmed: who repeated this word.
    """

    origin: Origin
    values: Mapping[str, Any]
    holds: bool
    agrees: bool
    repeats: bool = False
    confirmed: tuple[Confirmation, ...] = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit or companion of a business: who says what, the value that holds first."""

    name: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Members at odds over a unit (see `canonical.golden.conflicts`)."""

    field: str
    kind: str
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One row of a list that holds, and whose word it is."""

    entity: str
    item: str
    origin: Origin
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Business:
    """A business as it was on a day, or as it was believed to be.

    Attributes:
        party_id: the party that answers; `asked` is the id asked for, which may redirect to it.
        values: the columns of a party that hold.
        units: who says what; only units of which somebody says something.
        origins: every member that took part.
        beside: rows that its records bring and that are not weighed against each other (accounts,
            past grants, images of names); only where the business was told for a purpose.
        holders: `system.stream` of all streams that may be used for that purpose.
    """

    party_id: int
    asked: int
    values: Mapping[str, Any]
    units: tuple[Unit, ...]
    conflicts: tuple[Conflict, ...]
    items: tuple[Item, ...]
    origins: tuple[Origin, ...]
    beside: tuple[Item, ...] = ()
    holders: tuple[str, ...] = ()
