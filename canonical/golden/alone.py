"""Survivorship for one business, row by row: what `canonical.golden.survivorship` and `lists` give.

Frames are made for thousands of parties; for one party nearly all of their time goes into setting
up expressions. These functions follow the same rules on plain rows, and share what decides: units,
ranks, and the reduced forms in which texts are compared. Tests hold both against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from canonical.golden import agreement
from canonical.golden.conflicts import EQUAL_RANK, UNREGISTERED
from canonical.golden.echoes import PARTY, WHOLE, Echo, Weighed, weighed
from canonical.golden.lists import LISTS, ListRule
from canonical.golden.order import SPELLED
from canonical.golden.ranking import (
    OF_ITSELF,
    OWN_WORD,
    RANKS,
    REGISTERS,
    SECOND_HAND,
    UNRANKED,
)
from canonical.golden.units import FORM, NAME, POSITION, UNITS, Companion, Likeness, Unit
from canonical.model.business import Conflict
from canonical.model.fields import Survivorship
from canonical.model.party import INDIVIDUAL_KINDS

Row = Mapping[str, Any]
Ranks = tuple[frozenset[str], ...]
Key = tuple[int, int, int, int, int]
"""Rank, days counted back, precedence and fineness counted down, row: the smallest goes first."""

REPEATED = "#repeated"
"""Of a row of a list that repeats another one: in whose voice that was."""

_NO_DAY = 1 << 24
_FIRST_DAY = -date.min.toordinal()
_HIGHEST = 15


@dataclass(frozen=True, slots=True)
class Survived:
    """What holds for one party.

    Attributes:
        rows: the claims by member id, with the columns in which names are compared.
        picked: unit or companion → place of the row that holds.
        conflicts: as `canonical.golden.conflicts` finds them, by field.
    """

    rows: Sequence[Row]
    picked: Mapping[str, int]
    conflicts: tuple[Conflict, ...]


def voice(row: Row) -> str:
    """Whose word a row is: see `canonical.golden.ranking.voice`."""
    hearsay = row["source_role"] in {"procedure", "adviser"} and row["role"] not in OF_ITSELF
    return SECOND_HAND if hearsay else str(row["source_role"])


def place_of(ranks: Ranks, said_by: str) -> int:
    """The place of a voice, 0 the first."""
    return next((place for place, roles in enumerate(ranks) if said_by in roles), UNRANKED)


def compared(row: Row) -> dict[str, Any]:
    """A claim with its voice and the columns by which alone names are compared."""
    form, position = row["legal_form"], row["legal_form_position"]
    return {
        **row,
        "voice": voice(row),
        NAME: row["name"] if row["name_reduced"] is None else row["name_reduced"],
        FORM: form if form in SPELLED else None,
        POSITION: None if position == "none" else position,
    }


def survive(claims: Sequence[Row], echoes: Sequence[Echo] = ()) -> Survived:
    """What holds among the claims of one party, which have `precedence` and `source_role`.

    `echoes` are units that repeat another claim: see `canonical.golden.echoes`.
    """
    rows = [compared(row) for row in sorted(claims, key=lambda row: int(row["member_id"]))]
    repeated = _weighed(rows, echoes)
    picked: dict[str, int] = {}
    conflicts: list[Conflict] = []
    kind = _top(_keys(next(u for u in UNITS if u.name == "kind"), rows, repeated))
    individual = kind is not None and rows[kind]["kind"] in INDIVIDUAL_KINDS
    for unit in UNITS:
        keys = _keys(unit, rows, repeated)
        winner = _finest(unit, rows, keys)
        if winner is not None:
            picked[unit.name] = winner
        for companion in unit.companions:
            beside = _companion(unit, companion, rows, repeated, keys, winner)
            if beside is not None:
                picked[companion.name] = beside
        if keys:
            conflicts += _conflicts(unit, rows, repeated, keys, individual=individual)
    return Survived(rows, picked, tuple(sorted(conflicts, key=lambda one: one.field)))


def agree(unit: Unit, ours: Row, theirs: Row) -> bool:
    """Whether two claims that state a unit say the same: see `canonical.golden.agreement`."""
    name = unit.levels[0]
    if unit.likeness is Likeness.MONEY:
        return _same_money(ours, theirs, name)
    if unit.likeness is Likeness.DATE:
        return _same_date(ours, theirs, name)
    if unit.likeness is Likeness.LEVELS:
        both = [
            level for level in unit.levels if ours[level] is not None and theirs[level] is not None
        ]
        return bool(both) and all(_same_text(n, ours[n], theirs[n]) for n in both)
    if unit.likeness is Likeness.TEXT:
        if ours[name] is None or theirs[name] is None:
            return False
        return _same_text(name, ours[name], theirs[name])
    return bool(ours[name] == theirs[name])


def items(entity: str, rows: Sequence[Row], echoes: Sequence[Echo] = ()) -> list[tuple[str, Row]]:
    """The rows of a list that hold, with what tells them apart: see `canonical.golden.lists`.

    `rows` have member_id, source_role, role, record_id, ordinal, precedence, as_of and the values.
    """
    rule = LISTS[entity]
    first: dict[str, Row] = {}
    for row in sorted(_heard(entity, rows, echoes), key=_stronger(rule)):
        first.setdefault(_item(entity, row), row)
    if rule.item is not None:
        held = list(first.items())
    else:
        held = [
            (item, row)
            for item, best in first.items()
            for row in rows
            if (row["record_id"], row["role"]) == (best["record_id"], best["role"])
        ]
    return sorted(held, key=lambda one: (one[0], one[1]["ordinal"]))


def _heard(entity: str, rows: Sequence[Row], echoes: Sequence[Echo]) -> Sequence[Row]:
    """The rows without echoes that are silent, and the others put back to what they repeat."""
    known = {(e.member_id, e.ordinal): e for e in echoes if e.entity == entity}
    if not known:
        return rows
    whole = LISTS[entity].item is None
    told = [
        (row, known.get((row["member_id"], WHOLE if whole else row["ordinal"]))) for row in rows
    ]
    repeating = {(_item(entity, row), row["member_id"]): e for row, e in told if e is not None}
    telling = [row["member_id"] for row in rows]
    mute = weighed(repeating, dict.fromkeys((name for name, _ in repeating), telling)).mute
    return [
        row if echo is None else {**row, "as_of": echo.as_of, REPEATED: echo.voice}
        for row, echo in told
        if (_item(entity, row), row["member_id"]) not in mute
    ]


def _stronger(rule: ListRule) -> Callable[[Row], tuple[int, int, int, int, int]]:
    ranks = RANKS[rule.rule]

    def key(row: Row) -> tuple[int, int, int, int, int]:
        place = place_of(ranks, voice(row))
        if REPEATED in row:
            place = max(place, place_of(ranks, row[REPEATED]))
        return (
            place, _days(row["as_of"]), -row["precedence"], row["member_id"], row["ordinal"]
        )  # fmt: skip

    return key


def _item(entity: str, row: Row) -> str:
    if entity == "financial_statement":
        end: date | None = row["period_end"] or row["settled_on"]
        if end is None:
            return ""
        return f"{end:%Y-%m-%d}" + (" expected" if row["settled"] is False else "")
    if entity == "party_identifier":
        told = (row[name] for name in ("kind", "issued_by", "value"))
        return " ".join(text for text in told if text is not None)
    if entity == "trade_name":
        reduced = row["name_reduced"]
        return reduced if reduced is not None else _reduced("", row["name"]) or ""
    if entity == "establishment":
        address = row["address_full"]
        return _reduced("", address if address is not None else row["name"]) or ""
    return ""


def _days(day: date | None) -> int:
    return _NO_DAY if day is None else -day.toordinal()


def _weighed(rows: Sequence[Row], echoes: Sequence[Echo]) -> Weighed:
    if not echoes:
        return Weighed()
    members = {row["member_id"] for row in rows}
    found = {
        (echo.unit, echo.member_id): echo
        for echo in echoes
        if echo.entity == PARTY and echo.member_id in members and echo.unit in _LEADS
    }
    speaking = {
        unit: [row["member_id"] for row in rows if any(row[n] is not None for n in _LEADS[unit])]
        for unit, _ in found
    }
    stating = {p: echo for p, echo in found.items() if p[1] in speaking[p[0]]}
    return weighed(stating, speaking)


_LEADS: Mapping[str, tuple[str, ...]] = {
    **{unit.name: unit.lead for unit in UNITS},
    **{c.name: c.columns[:1] for unit in UNITS for c in unit.companions},
}


def _keys(
    unit: Unit,
    rows: Sequence[Row],
    repeated: Weighed,
    *,
    ranks: Ranks | None = None,
    of: frozenset[str] | None = None,
) -> dict[int, Key]:
    """The key of each row that states the unit, by its place."""
    known = unit.ranks if ranks is None else ranks
    return {
        place: _key(unit.name, known, row, repeated, _HIGHEST - _fineness(unit, row), place, of)
        for place, row in enumerate(rows)
        if any(row[name] is not None for name in unit.lead)
        and (of is None or row["voice"] in of)
        and (unit.name, row["member_id"]) not in repeated.mute
    }


def _key(  # noqa: PLR0917 (all that orders a row)
    name: str,
    ranks: Ranks,
    row: Row,
    repeated: Weighed,
    fine: int,
    place: int,
    of: frozenset[str] | None = None,
) -> Key:
    rank = place_of(ranks, row["voice"])
    echo = repeated.heard.get((name, row["member_id"]))
    if echo is None:
        return rank, _days(row["as_of"]), _HIGHEST - row["precedence"], fine, place
    if of is None or echo.voice in of:
        rank = max(rank, place_of(ranks, echo.voice))
    return rank, _days(echo.as_of), _HIGHEST, fine, place


def _fineness(unit: Unit, row: Row) -> int:
    """How finely a row states the unit; the highest for units that know no difference."""
    name = unit.levels[0]
    if unit.likeness is Likeness.MONEY:
        return agreement.UNITS_FINE.get(row[f"{name}_unit"], 4)
    if unit.likeness is Likeness.DATE:
        return agreement.DATES_FINE.get(row[f"{name}_precision"], 3)
    if unit.likeness is Likeness.LEVELS:
        return sum(row[level] is not None for level in unit.levels if level != FORM)
    return _HIGHEST


def _top(keys: Mapping[int, Key]) -> int | None:
    return min(keys.values())[-1] if keys else None


def _finest(unit: Unit, rows: Sequence[Row], keys: Mapping[int, Key]) -> int | None:
    """The winner, after every finer row that agrees with it had its turn."""
    winner = _top(keys)
    while winner is not None:
        holds = rows[winner]
        fine = _fineness(unit, holds)
        finer = {
            place: key
            for place, key in keys.items()
            if _fineness(unit, rows[place]) > fine and agree(unit, rows[place], holds)
        }
        if not finer:
            break
        winner = _top(finer)
    return winner


def _companion(  # noqa: PLR0917 (both units' keys)
    unit: Unit,
    companion: Companion,
    rows: Sequence[Row],
    repeated: Weighed,
    named: Mapping[int, Key],
    winner: int | None,
) -> int | None:
    """The row that a companion is taken from: the winner's own, else the best that agrees."""
    ranks = RANKS[companion.rule]
    keys: dict[int, Key] = {
        place: _key(companion.name, ranks, row, repeated, 0, place)
        for place, row in enumerate(rows)
        if row[companion.columns[0]] is not None
        and (companion.name, row["member_id"]) not in repeated.mute
    }
    if winner is None or winner in keys:
        return _top(keys) if winner is None else winner
    return _top(
        {
            place: key
            for place, key in keys.items()
            if place in named and agree(unit, rows[place], rows[winner])
        }
    )


def _conflicts(
    unit: Unit,
    rows: Sequence[Row],
    repeated: Weighed,
    keys: Mapping[int, Key],
    *,
    individual: bool,
) -> Iterator[Conflict]:
    """Equals that differ, else a newer own word that differs from the register's."""
    top = min(keys.values())
    first = rows[top[-1]]
    if unit.settled:
        others = sorted(
            rows[place]["member_id"]
            for place, key in keys.items()
            if key[:3] == top[:3]
            and key != top
            and rows[place]["voice"] != SECOND_HAND
            and not agree(unit, first, rows[place])
        )
        if others:
            yield Conflict(unit.name, EQUAL_RANK, (first["member_id"], *others))
            return
    if not unit.registered or individual:
        return
    registers = _keys(unit, rows, repeated, of=REGISTERS)
    newest = RANKS[Survivorship.NEWEST_AS_OF]
    owns = _keys(unit, rows, repeated, ranks=newest, of=OWN_WORD)
    register, own = _top(registers), _top(owns)
    if register is None or own is None:
        return
    held, said = rows[register], rows[own]
    registered = registers[register][1]
    if owns[own][1] >= (_FIRST_DAY if registered == _NO_DAY else registered):
        return
    if not agree(unit, held, said):
        yield Conflict(unit.name, UNREGISTERED, (held["member_id"], said["member_id"]))


def _same_money(ours: Row, theirs: Row, name: str) -> bool:
    if ours[name] is None or theirs[name] is None:
        return False
    coarser = max(ours[f"{name}_unit"] or 1, theirs[f"{name}_unit"] or 1)
    return bool(abs(ours[name] - theirs[name]) < coarser)


def _same_date(ours: Row, theirs: Row, name: str) -> bool:
    one, other = ours[name], theirs[name]
    if one is None or other is None:
        return False
    precisions = {ours[f"{name}_precision"], theirs[f"{name}_precision"]}
    if "year" in precisions:
        return bool(one.year == other.year)
    if "month" in precisions:
        return (one.year, one.month) == (other.year, other.month)
    return bool(one == other)


def _same_text(name: str, ours: str, theirs: str) -> bool:
    """As received, or in the form compared."""
    if ours == theirs:
        return True
    one = _reduced(name, ours)
    return one is not None and one == _reduced(name, theirs)


@lru_cache(maxsize=65_536)
def _reduced(name: str, text: str | None) -> str | None:
    """A text in the form in which a column is compared."""
    form = agreement.COMPARED.get(name, agreement.reduced)
    found = pl.Series("text", [text], dtype=pl.String).to_frame().select(form(pl.col("text")))
    return found.item()  # type: ignore[no-any-return]
