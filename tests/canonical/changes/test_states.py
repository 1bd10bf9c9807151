"""Which states of procedures a batch tells of, in its own transaction."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from canonical.changes.kinds import KINDS, STATES
from canonical.model import ENTITIES
from canonical.store import StateUpdate, Store
from canonical.store.tables import RUN
from tests.canonical.builders import Syncing
from tests.canonical.changes.told import rows

Told = list[tuple[str, str, str | None, list[str]]]


@pytest.fixture
def sync(store: Store) -> Syncing:
    found = Syncing(store)
    store.describe_stream(found.stream_id, source_role="procedure", scope="")
    return found


def project(key: str, status: str) -> dict[str, Any]:
    return {"key": key, "project_number": f"P-{key}", "status": status, "title": "設備の更新"}


def told(store: Store) -> Told:
    """(kind, record key, reference, fields) of every event."""
    found = [(row.kind, json.loads(row.data)) for row in rows(store)]
    return [
        (kind, data["record"]["key"], data["reference"], data["fields"]) for kind, data in found
    ]


def test_every_state_is_one_of_the_models_and_every_group_a_kind() -> None:
    for state in STATES:
        columns = ENTITIES[state.entity].columns()
        assert {state.reference, *state.columns} <= set(columns)
        assert f"{state.group}.state_changed" in KINDS


def test_a_first_load_tells_nothing(store: Store, sync: Syncing) -> None:
    first = StateUpdate(cursor=None, resume="page-2")
    sync.commit({"a": "1"}, {"project": [project("a", "submitted")]}, state=first)
    sync.commit({"b": "1"}, {"project": [project("b", "submitted")]})
    assert told(store) == []


def test_a_change_of_state_is_told_and_of_nothing_else(store: Store, sync: Syncing) -> None:
    sync.commit({"a": "1", "b": "1"}, {"project": [project(k, "submitted") for k in "ab"]})
    renamed = project("b", "submitted") | {"title": "販路の開拓"}
    sync.commit({"a": "2", "b": "2"}, {"project": [project("a", "selected"), renamed]})
    assert told(store) == [("project.state_changed", "a", "P-a", ["status"])]
    (row,) = rows(store)
    assert (row.scope, row.party_id, row.sequence) == ("", None, None)
    assert row.record_id is not None
    assert "selected" not in row.data


def test_a_record_that_comes_later_is_news(store: Store, sync: Syncing) -> None:
    sync.commit({"a": "1"}, {"project": [project("a", "submitted")]})
    sync.commit({"b": "1"}, {"project": [project("b", "submitted")]})
    assert told(store) == [("project.state_changed", "b", "P-b", ["status"])]


@pytest.mark.parametrize("mode", ["backfill", "replay", "file"])
def test_a_record_that_was_only_not_read_before_is_none(
    store: Store, sync: Syncing, mode: str
) -> None:
    sync.commit({"a": "1"}, {"project": [project("a", "submitted")]})
    with store.database.write() as connection:
        connection.execute(update(RUN).values(mode=mode))
    both = [project("a", "selected"), project("b", "submitted")]
    sync.commit({"a": "2", "b": "1"}, {"project": both})
    assert told(store) == [("project.state_changed", "a", "P-a", ["status"])]


def test_what_another_mapping_finds_in_known_records_is_none(store: Store, sync: Syncing) -> None:
    unread = {"key": "a", "project_number": "P-a"}
    sync.commit({"a": "1", "b": "1"}, {"project": [unread, project("b", "submitted")]})
    sync.plan = "plan-2"
    mapped = [project("a", "submitted"), project("b", "under_review")]
    sync.commit({"a": "1", "b": "1"}, {"project": mapped})
    assert told(store) == [("project.state_changed", "b", "P-b", ["status"])]


def test_a_procedure_of_a_known_project_begins_goes_on_and_ends(
    store: Store, sync: Syncing
) -> None:
    def claims(*states: tuple[str, int, str]) -> dict[str, list[dict[str, Any]]]:
        made = [
            {"key": "a", "ordinal": at, "procedure_key": key, "state": state}
            for key, at, state in states
        ]
        return {"project": [project("a", "submitted")], "procedure": made}

    sync.commit({"a": "1"}, claims(("grant", 0, "submitted")))
    sync.commit({"a": "2"}, claims(("report", 0, "submitted"), ("grant", 1, "submitted")))
    assert told(store) == [("procedure.state_changed", "a", "report", ["state"])]
    sync.commit({"a": "3"}, claims(("grant", 0, "grant_decided")))
    assert sorted(told(store)[1:]) == [
        ("procedure.state_changed", "a", "grant", ["state"]),
        ("procedure.state_changed", "a", "report", ["state"]),
    ]


def test_a_procedures_history_and_state_are_one_event(store: Store, sync: Syncing) -> None:
    def claims(*days: int) -> dict[str, list[dict[str, Any]]]:
        steps = [
            {"key": "a", "ordinal": at, "procedure_key": "grant", "state": "sent_back",
             "occurred_at": sync.now.replace(day=day)}
            for at, day in enumerate(days)
        ]  # fmt: skip
        state = {"key": "a", "procedure_key": "grant", "state": f"step {len(days)}"}
        return {"procedure": [state], "procedure_event": steps}

    sync.commit({"a": "1"}, claims(3))
    sync.commit({"a": "2"}, claims(3, 9))
    assert told(store) == [("procedure.state_changed", "a", "grant", ["history", "state"])]


def test_a_record_that_is_deleted_loses_its_state(store: Store, sync: Syncing) -> None:
    sync.commit({"a": "1", "b": "1"}, {"project": [project(k, "submitted") for k in "ab"]})
    sync.commit(deleted=["b"])
    assert told(store) == [("project.state_changed", "b", "P-b", ["status"])]


def test_a_refused_version_leaves_the_state_as_it_was(store: Store, sync: Syncing) -> None:
    sync.commit({"a": "1"}, {"project": [project("a", "submitted")]})
    sync.commit({"a": "2"}, refused={"a": "date"})
    assert told(store) == []


def test_a_confidential_streams_events_take_its_scope(store: Store) -> None:
    sync = Syncing(store, "succession", "cases")
    store.describe_stream(sync.stream_id, source_role="adviser", scope="succession")
    case = {"key": "a", "case_key": "C-1"}
    sync.commit({"a": "1"}, {"succession_case": [case | {"status": "registered"}]})
    sync.commit({"a": "2"}, {"succession_case": [case | {"status": "matching"}]})
    assert told(store) == [("succession_case.state_changed", "a", "C-1", ["status"])]
    assert [row.scope for row in rows(store)] == ["succession"]


def test_a_stream_that_becomes_confidential_takes_its_events_along(store: Store) -> None:
    project_of = {"key": "a", "project_number": "P"}
    for system in ("subsidy", "yorozu"):
        sync = Syncing(store, system)
        store.describe_stream(sync.stream_id, source_role="adviser", scope="")
        sync.commit({"a": "1"}, {"project": [project_of | {"status": "submitted"}]})
        sync.commit({"a": "2"}, {"project": [project_of | {"status": "selected"}]})
    store.describe_stream(sync.stream_id, source_role="adviser", scope="yorozu")
    scopes = {json.loads(row.data)["record"]["system"]: row.scope for row in rows(store)}
    assert scopes == {"subsidy": "", "yorozu": "yorozu"}


def test_a_stream_that_nobody_described_tells_nothing(store: Store) -> None:
    sync = Syncing(store)
    sync.commit({"a": "1"}, {"project": [project("a", "submitted")]})
    sync.commit({"a": "2"}, {"project": [project("a", "selected")]})
    assert told(store) == []


def test_a_delegation_and_an_account_tell_their_terms(store: Store, sync: Syncing) -> None:
    given = {"key": "a", "delegation_key": "D", "starts_on": date(2026, 4, 1), "active": True}
    account = {"key": "b", "account_key": "A", "account_type": "prime", "valid": True}
    sync.commit({"a": "1", "b": "1"}, {"delegation": [given], "account": [account]})
    ended = given | {"active": False, "withdrawn_on": date(2026, 11, 1)}
    sync.commit(
        {"a": "2", "b": "2"},
        {"delegation": [ended], "account": [account | {"valid": False, "user_phone": "03-1"}]},
    )
    assert sorted(told(store)) == [
        ("account.state_changed", "b", "A", ["valid"]),
        ("delegation.state_changed", "a", "D", ["active", "withdrawn_on"]),
    ]


def test_the_same_batch_twice_has_the_same_ids(store: Store, sync: Syncing) -> None:
    sync.commit({"a": "1"}, {"project": [project("a", "submitted")]})
    sync.commit({"a": "2"}, {"project": [project("a", "selected")]})
    sync.commit({"a": "1"}, {"project": [project("a", "submitted")]})
    sync.commit({"a": "2"}, {"project": [project("a", "selected")]})
    assert len({row.event_id for row in rows(store)}) == 3
