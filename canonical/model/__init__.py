"""The canonical model: every field of the hub, defined once.

Tables, JSON Schema, the field catalogue and the mapping checks derive from `ENTITIES`.
"""

from canonical.model import (
    account,
    activity,
    agency,
    consultation,
    finance,
    party,
    plan,
    program,
    project,
    registration,
    succession,
)
from canonical.model.address import ADDRESS
from canonical.model.fields import (
    Authority,
    Classification,
    ColumnType,
    Entity,
    Field,
    FieldType,
    Group,
    Survivorship,
)

_AREAS = (
    party,
    finance,
    project,
    program,
    agency,
    plan,
    consultation,
    succession,
    account,
    activity,
    registration,
)

ENTITIES: dict[str, Entity] = {entity.name: entity for area in _AREAS for entity in area.ENTITIES}

CLAIM_COLUMNS: dict[str, ColumnType] = {
    "role": ColumnType.TEXT,
    "ordinal": ColumnType.INTEGER,
    "as_of": ColumnType.DATE,
}
"""What every claim carries beside its model columns: the role of the entity in the record
(`applicant`, `vendor`; `self` where a record speaks of one alone), its place in a list (0 for a
single thing), and the day on which the values were asserted."""

__all__ = [
    "ADDRESS",
    "CLAIM_COLUMNS",
    "ENTITIES",
    "Authority",
    "Classification",
    "ColumnType",
    "Entity",
    "Field",
    "FieldType",
    "Group",
    "Survivorship",
]
