"""The IT subsidy system, from its mock into the store."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

import pytest

from hub.options import SyncSummary
from mocks.it_subsidy import flaws
from mocks.world import World
from tests.hub.systems import OneSystem, one_system

MANY = tuple((0.05, group) for _, group in flaws.SHARES)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneSystem]:
    home = tmp_path_factory.mktemp("it_subsidy")
    with patch.object(flaws, "SHARES", MANY), one_system("it_subsidy", World(3, 1200), home) as one:
        yield one


@pytest.fixture(scope="module")
def first(system: OneSystem) -> SyncSummary:
    return system.sync("applications")


def test_every_visible_application_is_read_once(system: OneSystem, first: SyncSummary) -> None:
    shown = {r.key for r in system.servers.world.truth.business_of if r.system == "it_subsidy"}
    stream = system.hub.store.stream_id("it_subsidy", "applications")
    held = [key for keys in system.hub.store.live_keys(stream) for key in keys]
    assert sorted(held) == sorted(shown)
    assert first.counts["read"] == len(shown) > 200


def test_exactly_what_the_truth_names_is_quarantined(system: OneSystem, first: SyncSummary) -> None:
    expected = system.must_be_quarantined(["applications"])
    assert system.quarantined() == expected
    assert {rule for _, _, _, rule, _ in expected} >= {
        "check_digit", "impossible_date", "unknown_code", "not_a_phone", "wrong_length",
        "personal_number",
    }  # fmt: skip


def test_the_vendor_stands_beside_the_applicant(system: OneSystem, first: SyncSummary) -> None:
    refused = {key for _, key, level, _, _ in system.quarantined() if level == "record"}
    truth = system.servers.world.truth.asked.items()
    key = next(
        r.key for r, asked in truth
        if r.system == "it_subsidy" and "ITツール名" in asked and r.key not in refused
    )  # fmt: skip
    claims = system.claims("applications", key)
    parties = {claim.role: claim.values for claim in claims if claim.entity == "party"}
    assert parties["vendor"]["name"] != parties["applicant"]["name"]
    (identifier,) = [c for c in claims if (c.entity, c.role) == ("party_identifier", "vendor")]
    assert identifier.values["kind"] == "source"


def test_planned_years_stay_apart_from_the_closed_one(
    system: OneSystem, first: SyncSummary
) -> None:
    truth = system.servers.world.truth.asked.items()
    key = next(
        r.key for r, asked in truth if r.system == "it_subsidy" and "労働生産性（1-3年後）" in asked
        and r not in system.servers.world.truth.flaws
    )  # fmt: skip
    years = [c.values for c in system.claims("applications", key)
             if c.entity == "financial_statement"]  # fmt: skip
    planned = [year for year in years if not year["settled"]]
    closed = [year for year in years if year["settled"]]
    assert len(planned) == 3
    assert all("sales_jpy" not in year for year in planned)
    assert len(closed) == 1
    assert closed[0]["period_end"] < min(year["period_end"] for year in planned)
    assert "labour_productivity_jpy" in closed[0]


def test_a_second_run_writes_nothing(system: OneSystem, first: SyncSummary) -> None:
    again = system.sync("applications").counts
    assert again["new"] == again["changed"] == again["quarantined"] == 0
