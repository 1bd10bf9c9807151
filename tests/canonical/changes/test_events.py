"""Events of golden records, parties and relations, and the CloudEvents that readers get."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import insert

from canonical.changes import events, feed, sequencer
from canonical.changes.cloudevents import cloud_event, data_schema, rfc3339
from canonical.changes.kinds import GROUPS, KINDS, PREFIX
from canonical.store import Store
from canonical.store.party_tables import CROSSWALK
from tests.canonical.builders import T0, Syncing
from tests.canonical.changes.told import rows, tell

ENVELOPE = {
    "type": "object",
    "required": ["specversion", "id", "source", "type", "time", "datacontenttype", "dataschema",
                 "data"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "source": {"type": "string", "pattern": "^hub://"},
        "type": {"enum": [kind.type for kind in KINDS.values()]},
        "subject": {"type": "string", "pattern": "^[0-9]+$"},
        "time": {"type": "string", "pattern": "^[0-9-]{10}T[0-9:]{8}[.][0-9]{6}Z$"},
        "datacontenttype": {"const": "application/json"},
        "dataschema": {"type": "string", "minLength": 1},
        "scope": {"type": "string", "minLength": 1},
        "data": {"type": "object"},
    },
    "additionalProperties": False,
}  # fmt: skip
"""CloudEvents 1.0.2, sections 3.1 and 3.2: names of lower-case letters and digits, no nulls."""


def read(store: Store, *scopes: str) -> list[dict[str, Any]]:
    """The whole feed as CloudEvents, each valid against the envelope and the schema of its data."""
    sequencer.number(store.database)
    found = [cloud_event(event) for event in feed.read(store.database, scopes=scopes).events]
    for event in found:
        Draft202012Validator(ENVELOPE).validate(event)
        group = event["type"].removeprefix(PREFIX).partition(".")[0]
        Draft202012Validator(data_schema(group)).validate(event["data"])
    return found


def brief(found: list[dict[str, Any]]) -> list[tuple[str, str, dict[str, Any]]]:
    """(kind, subject, data), sorted."""
    told = [(e["type"].removeprefix(PREFIX), e["subject"], e["data"]) for e in found]
    return sorted(told, key=repr)


def parties(*states: tuple[int, str, int | None, bool]) -> pl.DataFrame:
    return pl.DataFrame(list(states), schema=events.PARTY_STATE, orient="row")


def test_a_golden_record_tells_what_changed_and_no_value(store: Store) -> None:
    told = pl.DataFrame(
        {
            "party_id": [1, 2, 3, 4],
            "fields": [["name", "address"], ["name"], [], ["name"]],
            "change": ["changed", "created", "changed", "removed"],
        }
    )
    with store.database.write() as connection:
        events.golden_changed(connection, store.database.bulk, told, T0)
    assert brief(read(store)) == [
        ("business.changed", "1", {"fields": ["name", "address"]}),
        ("business.changed", "3", {"fields": []}),
        ("business.created", "2", {}),
        ("business.removed", "4", {}),
    ]


def test_a_party_that_is_merged_gone_or_back_is_told(store: Store) -> None:
    before = parties(
        (1, "current", None, False), (2, "current", None, False), (3, "merged", 1, False),
        (4, "current", None, False), (5, "merged", 1, False), (6, "current", None, False),
    )  # fmt: skip
    after = parties(
        (1, "current", None, False), (2, "merged", 1, False), (3, "current", None, False),
        (4, "gone", None, False), (5, "merged", 6, False), (6, "current", None, False),
        (7, "current", None, False),
    )  # fmt: skip
    with store.database.write() as connection:
        events.parties_changed(connection, store.database.bulk, before, after, T0)
    assert brief(read(store)) == [
        ("party.gone", "4", {}),
        ("party.merged", "2", {"into": "1"}),
        ("party.merged", "5", {"into": "6"}),
        ("party.restored", "3", {}),
    ]


def test_what_concerns_a_confidential_party_takes_the_scope_of_its_members(store: Store) -> None:
    member = {"member_id": 9, "recorded_from": T0, "party_id": 2, "record_id": 1, "role": "client",
              "ordinal": 0, "basis": "alone", "model_no": 1, "scope": "yorozu"}  # fmt: skip
    before = parties((1, "current", None, False), (2, "current", None, True))
    after = parties((1, "current", None, False), (2, "merged", 1, True))
    with store.database.write() as connection:
        connection.execute(insert(CROSSWALK).values(**member))
        events.parties_changed(connection, store.database.bulk, before, after, T0)
    assert read(store) == []
    (event,) = read(store, "yorozu")
    assert (event["subject"], event["scope"]) == ("2", "yorozu")


def test_a_relation_is_told_to_both_of_its_ends(store: Store) -> None:
    found = pl.DataFrame(
        {
            "from_party": [1, 3],
            "to_party": [2, 4],
            "kind": ["merger", "successor"],
            "scope": ["", "yorozu succession"],
            "change": ["confirmed", "ended"],
        }
    )
    with store.database.write() as connection:
        events.relations_changed(connection, store.database.bulk, found, T0)
        events.relations_changed(connection, store.database.bulk, found.clear(), T0)
    assert brief(read(store)) == [
        ("relation.confirmed", "1", {"relation": "merger", "end": "from", "other": "2"}),
        ("relation.confirmed", "2", {"relation": "merger", "end": "to", "other": "1"}),
    ]
    assert len(read(store, "yorozu")) == 2
    assert {e.get("scope") for e in read(store, "yorozu", "succession")} == {
        None,
        "succession yorozu",
    }


def test_a_state_names_its_record_and_its_stream(store: Store) -> None:
    sync = Syncing(store)
    store.describe_stream(sync.stream_id, source_role="procedure", scope="")
    sync.commit({"a": "1"}, {"project": [{"key": "a", "status": "submitted"}]})
    sync.commit({"a": "2"}, {"project": [{"key": "a", "status": "selected"}]})
    (event,) = read(store)
    assert event["source"] == "hub://subsidy/applications"
    assert "subject" not in event
    assert event["data"] == {
        "record": {"system": "subsidy", "stream": "applications", "key": "a"},
        "reference": None,
        "fields": ["status"],
    }


def test_one_cause_has_one_id_and_the_next_one_like_it_another(store: Store) -> None:
    for _ in range(3):
        with store.database.write() as connection:
            tell(store, connection, "a", "b")
    ids = [row.event_id for row in rows(store)]
    assert len(set(ids)) == 6
    cause = "business.changed\x1fa"
    expected = {cause, f"{cause}\x1f1", f"{cause}\x1f2"}
    assert {events.event_id(text) for text in expected} <= set(ids)


def test_times_are_of_rfc_3339() -> None:
    tokyo = datetime.fromisoformat("2026-04-01T00:00:00+09:00")
    assert rfc3339(tokyo) == "2026-03-31T15:00:00.000000Z"
    assert rfc3339(datetime(2026, 4, 1, tzinfo=UTC) + timedelta(microseconds=7)).endswith("000007Z")


@pytest.mark.parametrize("group", GROUPS)
def test_every_group_has_a_schema_of_its_data(group: str) -> None:
    schema = data_schema(group)
    Draft202012Validator.check_schema(schema)
    json.dumps(schema)
