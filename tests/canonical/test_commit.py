"""Versions of claims, and what a batch leaves behind, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from base.errors import LeaseLost, StoreError
from base.records import DriftFinding
from canonical.store import Counts, StateUpdate, Store
from tests.canonical.builders import HOUR, T0, Syncing, hashed


@pytest.fixture
def sync(store: Store) -> Syncing:
    return Syncing(store)


def _tables(store: Store, *names: str) -> dict[str, int]:
    counts = store.row_counts()
    return {name: counts[name] for name in names}


def _written(store: Store) -> dict[str, int]:
    """Rows of everything that a run without news must not touch."""
    counts = store.row_counts()
    return {name: n for name, n in counts.items() if name not in {"batch", "run"}}


def test_a_new_record_becomes_a_current_claim_with_its_origin(sync: Syncing) -> None:
    party = {
        "key": "a",
        "role": "applicant",
        "as_of": date(2026, 10, 1),
        "name": 'いろは "商店", 本店',
        "name_kana": "",
        "capital_jpy": 10_000_000,
        "capital_jpy_unit": 1000,
        "established_on": date(1999, 4, 1),
        "established_on_precision": "month",
        "deemed_large_company": False,
    }
    procedure = {"key": "a", "state": "submitted", "due_at": datetime(2026, 12, 1, tzinfo=UTC)}
    result = sync.commit({"a": "raw"}, {"party": [party], "procedure": [procedure]})
    assert result.claims_written == {"party": 1, "procedure": 1}
    claim, step = sync.store.claims_of("subsidy", "applications", "a")
    told = {name: value for name, value in party.items() if name not in {"key", "role", "as_of"}}
    assert claim.values == told
    assert (claim.role, claim.ordinal, claim.as_of) == ("applicant", 0, date(2026, 10, 1))
    assert (claim.recorded_from, claim.recorded_to) == (T0, None)
    assert (claim.run_id, claim.batch_no) == (sync.run_id, 1)
    assert claim.archive_path == "archive/1.parquet"
    assert step.role == "self"
    assert step.values["due_at"] == datetime(2026, 12, 1, tzinfo=UTC)


def test_a_change_appends_a_version_and_closes_the_one_before(sync: Syncing) -> None:
    sync.commit({"a": "1"}, {"party": [{"key": "a", "name": "甲"}]})
    result = sync.commit({"a": "2"}, {"party": [{"key": "a", "name": "乙"}]})
    assert (result.claims_written, result.claims_closed) == ({"party": 1}, {"party": 1})
    old, new = sync.store.claims_of("subsidy", "applications", "a")
    assert (old.values["name"], old.recorded_to, old.closed_batch_no) == ("甲", T0 + HOUR, 2)
    assert (new.values["name"], new.recorded_to) == ("乙", None)


def test_a_new_as_of_is_a_new_version(sync: Syncing) -> None:
    sync.commit({"a": "1"}, {"party": [{"key": "a", "name": "甲", "as_of": date(2026, 1, 1)}]})
    result = sync.commit(
        {"a": "2"}, {"party": [{"key": "a", "name": "甲", "as_of": date(2026, 2, 1)}]}
    )
    assert result.claims_written == {"party": 1}


def test_a_list_is_replaced_as_a_set_and_only_where_it_differs(sync: Syncing) -> None:
    def officers(*names: str) -> dict[str, list[dict[str, object]]]:
        return {"officer": [{"key": "a", "ordinal": i, "name": n} for i, n in enumerate(names)]}

    sync.commit({"a": "1"}, officers("一", "二", "三"))
    result = sync.commit({"a": "2"}, officers("一", "四"))
    assert result.claims_written == {"officer": 1}
    assert result.claims_closed == {"officer": 2}
    versions = sync.store.claims_of("subsidy", "applications", "a")
    assert [v.values["name"] for v in versions if v.recorded_to is None] == ["一", "四"]


def test_an_entity_that_a_mapping_no_longer_names_is_closed(sync: Syncing) -> None:
    sync.commit(
        {"a": "1"}, {"party": [{"key": "a", "name": "甲"}], "contact": [{"key": "a", "phone": "1"}]}
    )
    sync.plan = "plan-2"
    result = sync.commit({"a": "1"}, {"party": [{"key": "a", "name": "甲"}]})
    assert (result.claims_written, result.claims_closed) == ({}, {"contact": 1})


def test_a_remap_that_yields_the_same_claim_writes_none(sync: Syncing) -> None:
    claims = {"party": [{"key": "a", "name": "甲", "capital_jpy": 5}]}
    sync.commit({"a": "1"}, claims)
    before = _tables(sync.store, "claim_party", "source_record", "quarantine_item")
    sync.plan = "plan-2"
    result = sync.commit({"a": "1"}, claims, position=False)
    assert (result.claims_written, result.claims_closed) == ({}, {})
    assert _tables(sync.store, *before) == before
    known = sync.store.known(sync.stream_id, ["a"])
    assert known["plan_version"].to_list() == ["plan-2"]
    assert sync.store.locate(sync.stream_id, ["a"])["position"].to_list() == [0]


def test_the_same_data_again_writes_nothing(sync: Syncing) -> None:
    raws = {"a": "1", "b": "2", "c": "3"}
    claims = {"party": [{"key": key, "name": key} for key in "ab"]}
    sync.commit(raws, claims, refused={"c": "check_digit"})
    before = _written(sync.store)
    result = sync.commit(raws, claims)
    assert result.claims_written == {}
    assert _written(sync.store) == before
    assert sync.store.runs()[0].counts == Counts(new=2, quarantined=1, unchanged=3, read=6)


def test_known_tells_what_a_sync_compares(sync: Syncing) -> None:
    assert sync.store.known(sync.stream_id, ["a"]).height == 0
    sync.commit({"a": "1", 'b "\\,': "2"}, refused={'b "\\,': "date"})
    known = sync.store.known(sync.stream_id, ["a", 'b "\\,', "nobody"]).sort("record_key")
    assert known["raw_hash"].to_list() == [hashed("1"), hashed("2")]
    assert known["status"].to_list() == ["current", "quarantined"]
    assert known["plan_version"].to_list() == ["plan-1", "plan-1"]
    assert known["updated"].to_list() == ["2026-11-02T00:00:00.000000Z"] * 2


def test_a_deleted_record_keeps_its_versions_and_may_come_back(sync: Syncing) -> None:
    claims = {"party": [{"key": "a", "name": "甲"}]}
    sync.commit({"a": "1", "b": "2"}, claims)
    result = sync.commit(deleted=["a", "never seen"], counts=Counts(deleted=1, read=1))
    assert (result.records_deleted, result.claims_closed) == (1, {"party": 1})
    assert list(sync.store.live_keys(sync.stream_id)) == [["b"]]
    assert sync.commit(deleted=["a"], counts=Counts()).records_deleted == 0
    assert sync.commit({"a": "1"}, claims).claims_written == {"party": 1}
    first, second = sync.store.claims_of("subsidy", "applications", "a")
    assert first.recorded_to is not None
    assert second.recorded_to is None


def test_a_claim_that_a_remap_wrote_names_the_archive_of_its_raw_record(sync: Syncing) -> None:
    """A batch with a remapped record may hold the raw bytes of others, or none at all."""
    for version, (raw, archive) in enumerate(
        [("1", "archive/1"), ("2", "archive/2"), ("2", None), ("2", "archive/of others")]
    ):
        sync.plan = f"plan-{version}"
        claims = {"party": [{"key": "a", "name": f"甲{version}"}]}
        sync.commit({"a": raw}, claims, archive_path=archive, position=version < 2)
    told = sync.store.claims_of("subsidy", "applications", "a")
    assert [claim.archive_path for claim in told] == ["archive/1", *["archive/2"] * 3]
    assert [claim.batch_no for claim in told] == [1, 2, 3, 4]


def test_numbers_come_from_the_stream_and_follow_the_order_of_records(sync: Syncing) -> None:
    sync.commit({"b": "1", "a": "2"})
    sync.commit({"c": "3"})
    known = sync.store.known(sync.stream_id, ["a", "b", "c"])
    base = sync.stream_id << 40
    assert dict(known.select("record_key", "record_id").iter_rows()) == {
        "b": base + 1,
        "a": base + 2,
        "c": base + 3,
    }
    state = sync.store.state(sync.stream_id)
    assert (state.next_record_no, state.next_batch_no) == (4, 3)


def test_state_moves_with_the_batch(sync: Syncing) -> None:
    window = {"since": None, "until": "2026-11-02T00:00:00Z", "mode": "incremental"}
    sync.commit({"a": "1"}, state=StateUpdate("w1", window, "page-7"))
    state = sync.store.state(sync.stream_id)
    assert (state.cursor, state.window, state.resume) == ("w1", window, "page-7")
    assert (state.plan_version, state.contract_version) == ("plan-1", "c1")


def test_counts_that_do_not_add_up_are_refused_twice(sync: Syncing) -> None:
    with pytest.raises(StoreError, match="do not add up: 2 read, 1 accounted"):
        sync.commit({"a": "1"}, counts=Counts(new=1, read=2))
    sync.commit({"a": "1"})
    with pytest.raises(StoreError, match="nothing_lost"), sync.store.database.write() as connection:
        connection.execute(text("UPDATE batch SET read_count = 9"))


def test_a_batch_under_an_old_lease_writes_nothing(sync: Syncing) -> None:
    before = sync.store.row_counts()
    sync.store.release_lease(sync.lease)
    sync.store.acquire_lease(sync.stream_id, "elsewhere:1:1", HOUR, T0)
    lease_rows = sync.store.row_counts()
    with pytest.raises(LeaseLost, match="token 1 passed to another run"):
        sync.commit({"a": "1"}, {"party": [{"key": "a", "name": "甲"}]})
    assert sync.store.row_counts() == lease_rows == before


def test_a_failure_in_the_middle_leaves_nothing(sync: Syncing) -> None:
    before = sync.store.row_counts()
    twice = [{"key": "a", "ordinal": 0, "name": "秘密太郎"}] * 2
    with pytest.raises(StoreError, match="claim_officer") as refused:
        sync.commit({"a": "1"}, {"officer": twice})
    assert sync.store.row_counts() == before
    assert sync.store.state(sync.stream_id).next_record_no == 1
    assert "秘密" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_what_a_database_refuses_is_told_without_its_value(sync: Syncing) -> None:
    """PostgreSQL quotes the key that exists already in its own message."""
    sync.commit({"秘密太郎": "1"})
    doubled = (
        "INSERT INTO source_record SELECT record_id + 1, stream_id, record_key, raw_hash, plan_no,"
        " status, updated, batch_no, position FROM source_record"
    )
    with pytest.raises(StoreError, match="source_record") as refused:  # noqa: SIM117
        with sync.store.database.write() as connection:
            connection.execute(text(doubled))
    assert "秘密" not in str(refused.value)


def test_unknown_entities_and_columns_are_named(sync: Syncing) -> None:
    with pytest.raises(StoreError, match="no table for the entity consultancy"):
        sync.commit({"a": "1"}, {"consultancy": [{"key": "a", "topic": "x"}]})
    with pytest.raises(StoreError, match="party has no columns nmae"):
        sync.commit({"a": "1"}, {"party": [{"key": "a", "nmae": "x"}]})


def test_memos_are_kept_and_replaced(sync: Syncing) -> None:
    sync.commit({"a": "1"}, memos={"a": "v1", "b": "v1"})
    sync.commit({"a": "2"}, memos={"a": "v2"})
    assert sync.store.memo(sync.stream_id, ["a", "b", "c"]) == {"a": "v2", "b": "v1"}


def test_findings_count_on(sync: Syncing) -> None:
    finding = DriftFinding("items.金額", "retyped", "expected integer, got string", 3)
    sync.commit({"a": "1"}, findings=[finding])
    sync.commit({"a": "2"}, findings=[finding])
    (found,) = sync.store.findings("subsidy")
    assert (found["count"], found["first_batch"], found["last_batch"]) == (6, 1, 2)


def test_outdated_records_are_found_where_they_lie(sync: Syncing) -> None:
    sync.commit({"a": "1", "b": "2"})
    sync.plan = "plan-2"
    sync.commit({"b": "2"}, position=False)
    (frame,) = sync.store.to_remap(sync.stream_id, "plan-2")
    assert frame.select("record_key", "archive_path", "position").rows() == [
        ("a", "archive/1.parquet", 0)
    ]
    assert next(sync.store.to_remap(sync.stream_id, "plan-3")).height == 2
