"""What a business applied for, was certified for or was advised on, over all systems.

What a record says of somebody else (the vendor that an applicant names) is not that business's
own. Records of confidential streams stand here only where their scope is given.
"""

# ruff: noqa: S608 - only names of our own tables and columns are put into statements

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from canonical.access.quick import Quick, placed, typed
from canonical.golden.opening import Opening
from canonical.golden.ranking import OF_ITSELF
from canonical.model import ENTITIES

_HEARSAY = frozenset({"procedure", "adviser"})
_RECORDS = (
    "SELECT DISTINCT x.record_id, x.role, s.system, s.stream, s.source_role, s.purposes,"
    " r.record_key FROM crosswalk x"
    " JOIN source_record r ON r.record_id = x.record_id"
    " JOIN stream s ON s.stream_id = r.stream_id"
    " WHERE x.party_id = ? AND x.recorded_to IS NULL AND x.scope IN ({})"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One project, plan, consultation or case, and what belongs to it by entity."""

    entity: str
    system: str
    stream: str
    record_key: str
    ordinal: int
    values: Mapping[str, Any]
    parts: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """`SYSTEM.STREAM:KEY`, as the hub names a record everywhere."""
        return f"{self.system}.{self.stream}:{self.record_key}"


def entries(
    quick: Quick,
    party_id: int,
    entity: str,
    *,
    parts: Sequence[str] = (),
    scopes: Collection[str] = (),
    purpose: str | None = None,
    opening: Opening | None = None,
) -> list[Entry]:
    """What a business's own records say of an entity, with their parts, by system and key.

    Args:
        parts: child entities that come along.
        scopes: confidential streams whose records take part; without them they are not there.
        purpose: records of streams that may not be used for it are left out.
        opening: only what is open takes part, of records and of their parts; None: all.
    """
    own = {
        row["record_id"]: row
        for row in quick.rows(_RECORDS.format(placed(["", *scopes])), (party_id, "", *scopes))
        if _own(row) and _usable(row, purpose)
    }
    if opening is not None:
        own = _open(quick, opening, own)
    rows = _claims(quick, entity, list(own))
    children = {name: _claims(quick, name, list(own)) for name in parts} if rows else {}
    found = []
    for row in rows:
        record = own[row["record_id"]]
        mine = {
            name: [
                _values(name, child)
                for child in some
                if (child["record_id"], child["role"]) == (row["record_id"], row["role"])
            ]
            for name, some in children.items()
        }
        entry = Entry(
            entity,
            record["system"],
            record["stream"],
            record["record_key"],
            row["ordinal"],
            _values(entity, row),
            mine,
        )
        found.append(entry if opening is None else _narrowed(entry, opening))
    return sorted(found, key=lambda one: (one.system, one.stream, one.record_key, one.ordinal))


def _open(
    quick: Quick, opening: Opening, own: Mapping[int, dict[str, Any]]
) -> dict[int, dict[str, Any]]:
    """The records that are open."""
    whose = {record: (row["system"], row["stream"]) for record, row in own.items()}
    asked = opening.asked(whose)
    projects = _claims(quick, "project", asked)
    found = opening.records(whose, projects, _claims(quick, "procedure", asked))
    return {record: own[record] for record in own if record in found}


def _narrowed(entry: Entry, opening: Opening) -> Entry:
    """An application with those of its procedures that are open, what belongs to them, and the
    state of the last of them as its own."""
    kinds = opening.kinds(entry.system, entry.stream)
    if kinds is None:
        return entry
    procedures = [one for one in entry.parts.get("procedure", ()) if one.get("kind") in kinds]
    keys = {one["procedure_key"] for one in procedures if "procedure_key" in one}
    parts = {
        name: [one for one in rows if one.get("procedure_key") in keys]
        for name, rows in entry.parts.items()
    }
    values = {name: value for name, value in entry.values.items() if name != "status"}
    states = [one["state"] for one in procedures if "state" in one]
    if states:
        values["status"] = states[-1]
    return replace(entry, values=values, parts={**parts, "procedure": procedures})


def _own(row: Mapping[str, Any]) -> bool:
    return row["source_role"] not in _HEARSAY or row["role"] in OF_ITSELF


def _usable(row: Mapping[str, Any], purpose: str | None) -> bool:
    """Whether a stream's owner gave its data for a purpose; one never described gave none."""
    return purpose is None or purpose in (row["purposes"] or "").split()


def _claims(quick: Quick, entity: str, records: Sequence[int]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    columns = ", ".join(f'"{name}"' for name in ENTITIES[entity].columns())
    for start in range(0, len(records), 500):
        some = records[start : start + 500]
        found += quick.rows(
            f"SELECT record_id, role, ordinal, {columns} FROM claim_{entity}"
            f" WHERE record_id IN ({placed(some)}) AND recorded_to IS NULL"
            " ORDER BY record_id, role, ordinal",
            some,
        )
    return found


def _values(entity: str, row: Mapping[str, Any]) -> dict[str, Any]:
    return typed(row, {n: kind.value for n, kind in ENTITIES[entity].columns().items()})
