"""Quarantine: one open item per record, rule and field; closed by a good version."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from base.errors import StoreError
from canonical.store import QuarantineItem, Store
from tests.canonical.builders import Syncing, hashed

PARTY = {"party": [{"key": "a", "name": "甲"}]}


@pytest.fixture
def sync(store: Store) -> Syncing:
    return Syncing(store)


def _open(sync: Syncing) -> list[QuarantineItem]:
    return sync.store.quarantine()


def _status(sync: Syncing, key: str) -> str:
    return str(sync.store.known(sync.stream_id, [key])["status"][0])


def test_a_refused_record_is_kept_without_claims_and_can_be_found_again(sync: Syncing) -> None:
    result = sync.commit({"a": "bad"}, PARTY, refused={"a": "check_digit"})
    assert (result.quarantine_opened, result.claims_written) == (1, {})
    (item,) = _open(sync)
    assert (item.system, item.stream, item.record_key) == ("subsidy", "applications", "a")
    assert (item.level, item.stage, item.rule, item.field) == ("record", "map", "check_digit", None)
    assert item.raw_hash == hashed("bad")
    assert (item.archive_path, item.archive_position) == ("archive/1.parquet", 0)
    assert _status(sync, "a") == "quarantined"
    assert sync.store.quarantine_item(item.item_id) == item


def test_a_refused_update_leaves_the_old_claim_marked_stale(sync: Syncing) -> None:
    sync.commit({"a": "good"}, PARTY)
    sync.commit({"a": "bad"}, refused={"a": "check_digit"})
    assert _status(sync, "a") == "stale"
    (claim,) = sync.store.claims_of("subsidy", "applications", "a")
    assert claim.recorded_to is None
    sync.commit({"a": "bad again"}, refused={"a": "check_digit"})
    assert _status(sync, "a") == "stale"


def test_a_refused_field_leaves_the_record_loaded(sync: Syncing) -> None:
    sync.commit({"a": "1"}, PARTY, field_refusals=[("a", "date", "設立年月日")])
    (item,) = _open(sync)
    assert (item.level, item.field, item.value) == ("field", "設立年月日", "***")
    assert _status(sync, "a") == "current"


def test_one_item_is_open_however_often_the_record_comes_back_bad(sync: Syncing) -> None:
    sync.commit({"a": "bad"}, refused={"a": "check_digit"})
    result = sync.commit({"a": "worse"}, refused={"a": "check_digit"})
    assert (result.quarantine_opened, result.quarantine_closed) == (0, 0)
    (item,) = _open(sync)
    assert item.raw_hash == hashed("worse")
    assert item.opened_batch == 1


def test_the_database_itself_allows_one_open_item_only(sync: Syncing) -> None:
    sync.commit({"a": "bad"}, refused={"a": "check_digit"})
    doubled = (
        "INSERT INTO quarantine_item SELECT item_id + 1, stream_id, record_key, level, stage,"
        " rule, field, value, message, status, opened_at, opened_batch, closed_batch, raw_hash"
        " FROM quarantine_item"
    )
    with pytest.raises(StoreError, match="quarantine_item"), sync.store.database.write() as c:
        c.execute(text(doubled))


def test_two_refusals_of_one_field_by_one_rule_are_one_item(sync: Syncing) -> None:
    result = sync.commit({"a": "1"}, field_refusals=[("a", "date", "x"), ("a", "date", "x")])
    assert result.quarantine_opened == 1


def test_a_good_version_closes_what_it_mends_and_nothing_else(sync: Syncing) -> None:
    both = [("a", "date", "設立年月日"), ("a", "unit", "資本金")]
    sync.commit({"a": "1", "b": "1"}, PARTY, field_refusals=[*both, ("b", "date", "設立年月日")])
    result = sync.commit({"a": "2"}, PARTY, field_refusals=both[1:])
    assert (result.quarantine_opened, result.quarantine_closed) == (0, 1)
    assert [(item.record_key, item.rule) for item in _open(sync)] == [("a", "unit"), ("b", "date")]
    (closed,) = sync.store.quarantine(status="closed")
    assert (closed.rule, closed.closed_batch) == ("date", 2)


def test_a_mended_mapping_closes_the_item_of_unchanged_bytes(sync: Syncing) -> None:
    sync.commit({"a": "1"}, refused={"a": "unknown_code"})
    sync.plan = "plan-2"
    result = sync.commit({"a": "1"}, PARTY, position=False)
    assert (result.quarantine_closed, result.claims_written) == (1, {"party": 1})
    assert _status(sync, "a") == "current"


def test_a_deleted_record_closes_its_items(sync: Syncing) -> None:
    sync.commit({"a": "1"}, refused={"a": "check_digit"})
    assert sync.commit(deleted=["a"]).quarantine_closed == 1


def test_a_fault_that_comes_back_opens_a_new_item(sync: Syncing) -> None:
    sync.commit({"a": "1"}, refused={"a": "check_digit"})
    sync.commit({"a": "2"}, PARTY)
    sync.commit({"a": "3"}, refused={"a": "check_digit"})
    assert [i.status for i in sync.store.quarantine(status=None)] == ["closed", "open"]


def test_a_person_may_discard_an_open_item_once(sync: Syncing) -> None:
    sync.commit({"a": "1"}, refused={"a": "check_digit"})
    (item,) = _open(sync)
    assert sync.store.discard([item.item_id]) == 1
    assert sync.store.discard([item.item_id]) == 0
    assert _open(sync) == []


def test_items_are_listed_by_what_one_asks(sync: Syncing) -> None:
    sync.commit({"a": "1", "b": "1"}, refused={"a": "check_digit", "b": "date"})
    listed = sync.store.quarantine
    assert [i.record_key for i in listed(rule="date")] == ["b"]
    assert [i.rule for i in listed(record_key="a")] == ["check_digit"]
    assert listed(system="it_subsidy") == []
    assert len(listed(stream="applications", limit=1)) == 1
    (status,) = sync.store.status()
    assert (status.open_quarantine, status.records, status.in_progress) == (2, 2, False)


def test_a_refusal_of_a_row_that_is_not_there_is_an_error(sync: Syncing) -> None:
    sync.commit({"a": "1"})
    with pytest.raises(KeyError):
        sync.commit({"a": "1"}, field_refusals=[("a", "date", "x")])


def test_items_can_be_taken_by_the_stage_that_refused_them(sync: Syncing) -> None:
    sync.commit({"a": "bad"}, refused={"a": "check_digit"})
    assert len(sync.store.quarantine(stage="map")) == 1
    assert sync.store.quarantine(stage="read") == []
