"""Bad records end to end: each has its own rule and message, the rest of the batch loads."""

from __future__ import annotations

from typing import Any

import pytest

from canonical.store.batch import QuarantineItem
from hub.options import SyncOptions
from mocks.faults import Fault
from mocks.serve import MockServers
from tests.faults.conftest import Hub

PAGE = "/applicant/v1/applications"

FIELD_VALUES: list[tuple[str, str, Any, str, str]] = [
    ("wrong check digit", "answers.法人番号", "5000012050002", "record", "check_digit"),
    ("float spelling", "answers.法人番号", "7.00001E+12", "record", "float_spelling"),
    ("My Number in text", "answers.事業計画の概要", "番号123456789018", "field", "personal_number"),
    ("impossible date", "answers.創業・設立日", "令和5年2月30日", "field", "impossible_date"),
    ("unknown code", "answers.主たる業種", "宇宙開拓業", "field", "unknown_code"),
    ("unit missing", "answers.資本金", "10000", "field", "unit_missing"),
    ("text too long", "answers.事業計画名", "長" * 3000, "field", "too_long"),
    ("HTML in text", "answers.事業計画の概要", "<script>alert(1)</script>", "field", "html"),
    ("NUL", "answers.事業計画の概要", "あ\x00い", "field", "nul"),
]


def open_items(hub: Hub) -> list[QuarantineItem]:
    return hub.store.quarantine(system="subsidy", stream="applications")


def items_before_and_after(hub: Hub, servers: MockServers, fault: Fault) -> list[QuarantineItem]:
    """The items that a fault adds to those that the world's own dirt makes."""
    hub.sync()
    before = {(item.record_key, item.rule, item.field) for item in open_items(hub)}
    servers.faults.add(fault)
    summary = hub.sync(options=SyncOptions(mode="full"))
    assert summary.counts["read"] == sum(n for k, n in summary.counts.items() if k != "read")
    return [i for i in open_items(hub) if (i.record_key, i.rule, i.field) not in before]


@pytest.mark.parametrize(
    ("field", "value", "level", "rule"),
    [pytest.param(*case[1:], id=case[0]) for case in FIELD_VALUES],
)
def test_a_bad_value_is_quarantined_by_its_own_rule(
    hub: Hub, servers: MockServers, field: str, value: Any, level: str, rule: str
) -> None:
    fault = Fault("field_retyped", path=PAGE, field=field, value=value, record=3)
    added = items_before_and_after(hub, servers, fault)
    assert [(i.level, i.rule) for i in added] == [(level, rule)]
    (item,) = added
    assert item.field == field
    assert item.message


@pytest.mark.parametrize(
    ("kind", "field", "rule"),
    [
        ("lone_surrogate", None, "lone_surrogate"),
        ("duplicate_key_in_object", None, "duplicate_key"),
        ("field_lost", "status", "required"),
        ("key_missing", None, "key"),
        ("not_an_object", None, "structure"),
    ],
)
def test_a_record_that_breaks_the_contract_is_quarantined_whole(
    hub: Hub, servers: MockServers, kind: str, field: str | None, rule: str
) -> None:
    added = items_before_and_after(hub, servers, Fault(kind, path=PAGE, field=field, record=3))
    assert [(i.level, i.rule) for i in added] == [("record", rule)]


def test_a_refused_update_leaves_the_old_claims_marked_stale(
    hub: Hub, servers: MockServers
) -> None:
    fault = Fault(
        "field_retyped", path=PAGE, field="answers.法人番号", value="5000012050002", record=3
    )
    (item,) = items_before_and_after(hub, servers, fault)
    current = [c for c in hub.store.claims_of("subsidy", "applications", item.record_key)
               if c.recorded_to is None]  # fmt: skip
    assert current, "the old claims stay"
    stream_id = hub.store.stream_id("subsidy", "applications")
    assert hub.store.known(stream_id, [item.record_key])["status"].to_list() == ["stale"]


def test_a_good_version_closes_the_item(hub: Hub, servers: MockServers) -> None:
    fault = Fault(
        "field_retyped", path=PAGE, field="answers.法人番号", value="5000012050002", record=3
    )
    (item,) = items_before_and_after(hub, servers, fault)
    hub.sync(options=SyncOptions(mode="full"))
    found = hub.store.quarantine_item(item.item_id)
    assert found is not None
    assert found.status == "closed"


def test_a_gained_field_is_a_finding_and_loads(hub: Hub, servers: MockServers) -> None:
    servers.faults.add(Fault("field_gained", path=PAGE, record=3))
    summary = hub.sync()
    assert summary.findings == 1
    (finding,) = hub.store.findings("subsidy")
    assert finding["kind"] == "added"


def test_a_record_dated_in_the_future_waits_for_its_day(hub: Hub, servers: MockServers) -> None:
    servers.faults.add(Fault("future_record", path=PAGE, record=3))
    first = hub.sync()
    assert first.counts["deferred"] == 1
    second = hub.sync(options=SyncOptions(mode="full"))
    assert second.counts["new"] == 1


@pytest.mark.parametrize("text", ["1.10", "1e3"])
def test_a_number_where_text_is_expected_keeps_its_spelling(
    hub: Hub, servers: MockServers, text: str
) -> None:
    fault = Fault("number_text", path=PAGE, field="answers.事業計画の概要", value=text, record=3)
    added = items_before_and_after(hub, servers, fault)
    assert [(i.level, i.rule) for i in added] == [("field", "retyped")]
    assert added[0].value in {text, "9.99", "9x9"}
