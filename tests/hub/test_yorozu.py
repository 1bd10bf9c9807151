"""The advisers' records, from their mock into the store over SFTP."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

import pytest

from hub.options import SyncOptions, SyncSummary, Written
from mocks.world import World
from mocks.yorozu import desk, flaws
from tests.hub.systems import OneSystem, one_system

MANY = tuple(zip((0.12, 0.1, 0.02, 0.02), (group for _, group in flaws.SHARES), strict=True))


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneSystem]:
    home = tmp_path_factory.mktemp("yorozu")
    with (
        patch.object(flaws, "SHARES", MANY),
        patch.object(desk, "LISTED_TWICE", 0.05),
        one_system("yorozu", World(4, 3000), home) as one,
    ):
        yield one


@pytest.fixture(scope="module")
def first(system: OneSystem) -> SyncSummary:
    return system.sync("consultations")


def shown(system: OneSystem) -> set[str]:
    return {key.key for key in system.servers.world.truth.business_of if key.system == "yorozu"}


def held(system: OneSystem) -> set[str]:
    stream = system.hub.store.stream_id("yorozu", "consultations")
    return {key for keys in system.hub.store.live_keys(stream) for key in keys}


def test_every_consultation_is_held_once(system: OneSystem, first: SyncSummary) -> None:
    assert held(system) == shown(system)
    assert len(shown(system)) > 600
    assert first.counts["duplicate"] >= 1
    assert first.findings == 0


def test_exactly_what_the_truth_names_is_quarantined(system: OneSystem, first: SyncSummary) -> None:
    expected = system.must_be_quarantined(["consultations"])
    assert system.quarantined() == expected
    assert {rule for _, _, _, rule, _ in expected} == {
        "check_digit", "impossible_date", "not_an_amount", "unknown_code", "not_an_integer", "nul",
        "columns", "personal_number",
    }  # fmt: skip


def test_what_a_client_said_is_a_claim_and_what_staff_wrote_is_the_consultations(
    system: OneSystem, first: SyncSummary
) -> None:
    broken = {key for _, key, *_ in system.quarantined()}
    found: dict[str, dict[str, object]] = {}
    for key in sorted(shown(system) - broken):
        claims = {claim.entity: claim for claim in system.claims("consultations", key)}
        given = claims["consent"].values.get("state") == "given"
        if given and {"financial_statement", "trade_name"} <= claims.keys():
            found = {entity: dict(claim.values) for entity, claim in claims.items()}
            assert claims["party"].role == "client"
            break
    assert set(found) == {
        "party", "trade_name", "consultation", "contact", "consent", "financial_statement",
    }  # fmt: skip
    assert found["party"]["kind"] in (None, "sole_proprietor")
    assert found["party"].get("name") == (
        found["party"]["representative_name"] if found["party"].get("kind") else None
    )
    consultation = found["consultation"]
    assert consultation["consultation_key"] == found["consent"]["consent_key"] == key
    assert consultation["sharing_consent"] is True
    assert found["financial_statement"]["sales_jpy_unit"] == 10_000
    assert "representative_birth_on" not in found["party"]
    assert not {"advice", "coordinator", "outcome"} & found["party"].keys()


def test_a_second_run_reads_no_file_and_writes_nothing(
    system: OneSystem, first: SyncSummary
) -> None:
    before = system.quarantined()
    again = system.sync("consultations")
    assert again.counts["read"] == 0
    assert again.written == Written()
    full = system.sync("consultations", SyncOptions(mode="full"))
    assert full.counts["read"] > 600
    assert full.written == Written()
    assert system.quarantined() == before


def test_the_days_after_come_as_differences_and_then_as_a_full_file(
    system: OneSystem, first: SyncSummary
) -> None:
    deleted = 0
    for days in (1, 1, 1, 5, 14):
        system.servers.world.advance(days)
        system.hub.clock.advance(86_400 * days)
        summary = system.sync("consultations")
        deleted += summary.counts["deleted"]
        assert held(system) == shown(system)
        assert system.sync("consultations").written == Written()
    assert deleted
    assert system.quarantined() == system.must_be_quarantined(["consultations"])
