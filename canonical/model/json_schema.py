"""JSON Schema (2020-12) of each entity, derived from the model."""

from __future__ import annotations

from typing import Any

from canonical.model import ENTITIES
from canonical.model.codes import PRECISIONS
from canonical.model.fields import Entity, Field, FieldType

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MONEY_UNITS = (1, 1_000, 10_000, 1_000_000)
"""The yen to which an amount may be known: 円, 千円, 万円, 百万円."""


def json_schema(entity: Entity) -> dict[str, Any]:
    """The schema of one entity as a flat object; every field may be absent, none may be null.

    Labels, unit, classification and authority stand beside each field as `x-` annotations.
    """
    properties: dict[str, Any] = {}
    for field in entity.fields:
        properties[field.name] = _property(field)
        if companion := field.companion:
            properties[companion] = _companion(field)
    return {
        "$schema": DIALECT,
        "$id": f"{entity.name}.schema.json",
        "title": entity.en,
        "x-title-ja": entity.ja,
        **({"x-gif": entity.gif} if entity.gif else {}),
        **({"x-parents": list(entity.parents)} if entity.parents else {}),
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }


def all_schemas() -> dict[str, dict[str, Any]]:
    """The schemas of all entities by name."""
    return {name: json_schema(entity) for name, entity in ENTITIES.items()}


def _property(field: Field) -> dict[str, Any]:
    notes = {
        "x-unit": field.unit,
        "x-gif": field.gif,
        "x-fresh-for-days": field.fresh_for,
        "x-labels": field.codes,
        "x-personal-of-individuals": field.personal_of_individuals or None,
    }
    return {
        "title": field.en,
        "x-title-ja": field.ja,
        **_type(field),
        "x-classification": field.classification.value,
        "x-authority": field.authority.value,
        **{name: note for name, note in notes.items() if note is not None},
    }


def _type(field: Field) -> dict[str, Any]:
    match field.type:
        case FieldType.TEXT | FieldType.CODE:
            told: dict[str, Any] = {"type": "string"}
            if field.max_length:
                told["maxLength"] = field.max_length
            if field.codes:
                told["enum"] = list(field.codes)
            return told
        case FieldType.INTEGER | FieldType.MONEY:
            return {"type": "integer"}
        case FieldType.RATE:
            return {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
        case FieldType.DATE:
            return {"type": "string", "format": "date"}
        case FieldType.INSTANT:
            return {"type": "string", "format": "date-time"}
        case FieldType.BOOLEAN:
            return {"type": "boolean"}


def _companion(field: Field) -> dict[str, Any]:
    if field.type is FieldType.MONEY:
        return {"title": f"{field.en}: known to this many yen", "enum": list(MONEY_UNITS)}
    return {"title": f"{field.en}: precision", "enum": list(PRECISIONS)}
