"""A golden record for a server: the values that hold, each with whose word it is.

Two ways to one shape: the materialised record, which all may know; and the same computed on the
fly, for a day or with records of confidential streams.
"""

# ruff: noqa: S608 - only names of our own tables and columns are put into statements

from __future__ import annotations

import json
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from canonical.access.quick import Quick, as_day, as_instant, typed
from canonical.golden.opening import Opening
from canonical.golden.units import COLUMNS
from canonical.model import ENTITIES
from canonical.model.business import Item
from canonical.store.database import Database
from canonical.store.tables import RECORD_BITS

_TYPES = {name: kind.value for name, kind in ENTITIES["party"].columns().items()}
UNIT_OF = {column: unit for unit, columns in COLUMNS.items() for column in columns}
_GOLDEN = (
    "SELECT version, recorded_from, sources, "
    + ", ".join(f'"{name}"' for name in _TYPES)
    + " FROM golden_party WHERE party_id = ? AND recorded_to IS NULL"
)
_MEMBERS = (
    "SELECT x.member_id, x.record_id, c.recorded_from FROM crosswalk x"
    " JOIN claim_party c ON c.record_id = x.record_id AND c.role = x.role"
    " AND c.ordinal = x.ordinal AND c.recorded_to IS NULL"
    " WHERE x.party_id = ? AND x.recorded_to IS NULL AND x.scope = ''"
)
_STREAMS_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Word:
    """Whose word a value is, the day on which it was said, and since when the hub knows it."""

    system: str
    stream: str
    as_of: date | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A business as it is shown.

    Attributes:
        values: the columns of a party that hold.
        words: by unit, whose word its values are.
        items: rows of lists; only where the record was computed on the fly.
    """

    party_id: int
    values: Mapping[str, Any]
    words: Mapping[str, Word]
    items: tuple[Item, ...] = ()


class Streams:
    """Which system and stream a record is of, by its id. Threads may share it."""

    def __init__(self, quick: Quick) -> None:
        self._quick = quick
        self._known: dict[int, tuple[str, str]] = {}
        self._read_at = 0.0

    def of(self, record_id: int) -> tuple[str, str]:
        """System and stream of a record."""
        number = record_id >> RECORD_BITS
        if number not in self._known or time.monotonic() > self._read_at + _STREAMS_SECONDS:
            rows = self._quick.rows("SELECT stream_id, system, stream FROM stream")
            self._known = {row["stream_id"]: (row["system"], row["stream"]) for row in rows}
            self._read_at = time.monotonic()
        return self._known[number]


def golden(quick: Quick, streams: Streams, party_id: int) -> Shown | None:
    """The materialised golden record; None where there is none."""
    row = quick.one(_GOLDEN, (party_id,))
    if row is None:
        return None
    told = json.loads(row["sources"])
    known = {one["member_id"]: one for one in quick.rows(_MEMBERS, (party_id,))}
    words = []
    for member, day in told["members"]:
        one = known.get(member)
        words.append(
            Word(*streams.of(one["record_id"]), as_day(day), as_instant(one["recorded_from"]))
            if one
            else Word("", "", as_day(day), as_instant(row["recorded_from"]))
        )
    return Shown(
        party_id,
        typed(row, _TYPES),
        {unit: words[place] for unit, place in told["fields"].items()},
    )


def computed(
    database: Database,
    party_id: int,
    *,
    as_of: date | None = None,
    scopes: Collection[str] = (),
    opening: Opening | None = None,
) -> Shown | None:
    """The record on a day, with records of these confidential streams, and with its lists; of
    what is open alone, where that is given."""
    from canonical.golden.asof import business

    found = business(database, party_id, as_of=as_of, scopes=scopes, opening=opening)
    if found is None:
        return None
    words = {}
    for unit in found.units:
        for said in unit.said:
            if said.holds:
                whose = said.origin
                words[unit.name] = Word(
                    whose.system, whose.stream, whose.as_of, whose.recorded_from
                )
    return Shown(found.party_id, found.values, words, found.items)
