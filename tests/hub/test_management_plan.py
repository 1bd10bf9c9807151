"""The management plan system, from its mock into the store."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

import pytest

from hub.options import SyncSummary
from mocks.management_plan import filings
from mocks.world import World, dirt
from tests.hub.systems import OneSystem, one_system

SHARES = ("REFUSED_SHARE", "NOTED_SHARE", "REVIEW_SHARE", "MASKED_SHARE")


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneSystem]:
    home = tmp_path_factory.mktemp("management_plan")
    with pytest.MonkeyPatch.context() as few, patch.object(filings, "SHARE", 0.6):
        for share in SHARES:
            few.setattr(dirt, share, 0.06)
        with one_system("management_plan", World(4, 700), home) as one:
            yield one


@pytest.fixture(scope="module")
def first(system: OneSystem) -> SyncSummary:
    return system.sync("plans")


def test_every_plan_is_held_once(system: OneSystem, first: SyncSummary) -> None:
    shown = {
        key.key for key in system.servers.world.truth.business_of if key.system == "management_plan"
    }
    stream = system.hub.store.stream_id("management_plan", "plans")
    held = [key for keys in system.hub.store.live_keys(stream) for key in keys]
    assert sorted(held) == sorted(shown)
    assert len(shown) > 300
    assert first.counts["read"] > len(shown)


def test_exactly_what_the_truth_names_is_quarantined(system: OneSystem, first: SyncSummary) -> None:
    expected = system.must_be_quarantined(["plans"])
    assert system.quarantined() == expected
    assert {rule for _, _, _, rule, _ in expected} == {
        "check_digit", "impossible_date", "unknown_code", "schema", "malformed", "encoding",
        "twelve_digits", "personal_number",
    }  # fmt: skip


def test_a_plan_has_its_money_its_equipment_and_the_answers_of_its_filing(
    system: OneSystem, first: SyncSummary
) -> None:
    truth = system.servers.world.truth
    key = next(
        record.key
        for record in truth.business_of
        if record.system == "management_plan" and record not in truth.flaws
    )
    claims = system.claims("plans", key)
    found: dict[str, list[dict[str, object]]] = {}
    for claim in claims:
        found.setdefault(claim.entity, []).append(dict(claim.values))
    assert set(found) >= {
        "plan", "party", "contact", "financial_statement", "consent", "plan_fund",
        "plan_equipment",
    }  # fmt: skip
    (plan,) = found["plan"]
    (consent,) = found["consent"]
    assert plan["plan_key"] == consent["consent_key"] == key
    assert (consent["state"] == "given") is plan["data_use_consent"]
    for line in found["plan_equipment"]:
        assert line["amount_jpy_unit"] == 1000
    funds = sum(int(str(line["amount_jpy"])) for line in found["plan_fund"])
    assert funds == sum(int(str(line["amount_jpy"])) for line in found["plan_equipment"])


def test_a_second_run_reads_no_file_again(system: OneSystem, first: SyncSummary) -> None:
    again = system.sync("plans").counts
    assert again["read"] == 0


def test_a_day_that_goes_on_brings_what_changed(system: OneSystem, first: SyncSummary) -> None:
    with system.servers.world.lock:
        system.servers.world.advance(10)
    system.hub.clock.advance(10 * 86_400)
    later = system.sync("plans").counts
    assert later["changed"] > 0
    assert later["new"] > 0
    assert system.quarantined() == system.must_be_quarantined(["plans"])
