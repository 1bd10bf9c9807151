"""What a business applied for, was certified for or was advised on, over all systems.

What a record says of somebody else (the vendor that an applicant names) is not that business's
own. Records of confidential streams stand here only where their scope is given.
"""

# ruff: noqa: S608 - only names of our own tables and columns are put into statements

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from canonical.access.quick import Quick, placed, typed
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
    systems: Collection[str] | None = None,
) -> list[Entry]:
    """What a business's own records say of an entity, with their parts, by system and key.

    Args:
        parts: child entities that come along.
        scopes: confidential streams whose records take part; without them they are not there.
        purpose: records of streams that may not be used for it are left out.
        systems: whose records take part; None: all.
    """
    own = {
        row["record_id"]: row
        for row in quick.rows(_RECORDS.format(placed(["", *scopes])), (party_id, "", *scopes))
        if _own(row) and _usable(row, purpose) and (systems is None or row["system"] in systems)
    }
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
        found.append(
            Entry(
                entity,
                record["system"],
                record["stream"],
                record["record_key"],
                row["ordinal"],
                _values(entity, row),
                mine,
            )
        )
    return sorted(found, key=lambda one: (one.system, one.stream, one.record_key, one.ordinal))


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
