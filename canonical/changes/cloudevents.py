"""Events as readers get them: CloudEvents 1.0 in JSON.

<https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md>
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from canonical.changes.feed import Event
from canonical.changes.kinds import BUSINESS, KINDS, PARTY, RELATION

SPECVERSION = "1.0"
SCHEMA_VERSION = 1
_PARTIES = "hub://parties"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def cloud_event(event: Event) -> dict[str, Any]:
    """One event of the feed as a CloudEvent.

    `subject` is the id of the party that it is about, left out where it is not known (a record
    that nobody has matched yet); `source` is the parties, or the stream whose record changed, as
    Airflow's asset of the stream is called. `scope`, an extension, is there where it takes one to
    know of the event.
    """
    kind = KINDS[event.kind]
    data = json.loads(event.data)
    record = data.get("record")
    told = {
        "specversion": SPECVERSION,
        "id": event.event_id,
        "source": f"hub://{record['system']}/{record['stream']}" if record else _PARTIES,
        "type": kind.type,
        "subject": None if event.party_id is None else str(event.party_id),
        "time": rfc3339(event.at),
        "datacontenttype": "application/json",
        "dataschema": data_schema_id(kind.group),
        "scope": event.scope or None,
        "data": data,
    }
    return {name: value for name, value in told.items() if value is not None}


def rfc3339(instant: datetime) -> str:
    """An instant in UTC with microseconds and `Z`."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def data_schema_id(group: str) -> str:
    """The `dataschema` of the events of a group of kinds."""
    shape = group if group in {BUSINESS, PARTY, RELATION} else "state"
    return f"hub://schemas/changes/{shape}/{SCHEMA_VERSION}"


def data_schema(group: str) -> dict[str, Any]:
    """The JSON Schema of `data`: names of fields and references, no value of any of them."""
    text = {"type": "string"}
    party = {"type": "string", "pattern": "^[0-9]+$", "description": "id of a party"}
    fields = {"type": "array", "items": text, "uniqueItems": True, "description": "what changed"}
    record = _object({"system": text, "stream": text, "key": text})
    shapes: dict[str, dict[str, Any]] = {
        BUSINESS: _object({"fields": fields}, required=()),
        PARTY: _object({"into": party}, required=()),
        RELATION: _object({"relation": text, "end": {"enum": ["from", "to"]}, "other": party}),
    }
    state = _object({"record": record, "reference": {"type": ["string", "null"]}, "fields": fields})
    return {"$schema": _DIALECT, "$id": data_schema_id(group), **shapes.get(group, state)}


def _object(properties: dict[str, Any], required: tuple[str, ...] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties) if required is None else list(required),
        "additionalProperties": False,
    }
