"""The register of support agencies, from its SOAP service into the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from base.errors import ContractError, Forbidden, HubError
from hub.options import SyncOptions, SyncSummary
from mocks.faults import Fault
from mocks.world import World, dirt
from mocks.world.truth import RecordKey
from tests.faults.store_dump import archived, dump
from tests.hub.systems import OneSystem, one_system

SHARES = ("REFUSED_SHARE", "NOTED_SHARE", "REVIEW_SHARE", "MASKED_SHARE")
MOVING = {"batch", "stream_state"}
DAY = 86_400.0


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneSystem]:
    home = tmp_path_factory.mktemp("support_agency")
    with pytest.MonkeyPatch.context() as patch:
        for share in SHARES:
            patch.setattr(dirt, share, 0.05)
        with one_system("support_agency", World(3, 1200), home) as one:
            yield one


@pytest.fixture(scope="module")
def first(system: OneSystem) -> SyncSummary:
    return system.sync("agencies")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[OneSystem]:
    """A world of a test's own."""
    with one_system("support_agency", World(3, 60), tmp_path) as one:
        yield one


def held(system: OneSystem) -> list[str]:
    stream = system.hub.store.stream_id("support_agency", "agencies")
    return sorted(key for keys in system.hub.store.live_keys(stream) for key in keys)


def shown(system: OneSystem) -> list[str]:
    truth = system.servers.world.truth.business_of
    return sorted(record.key for record in truth if record.system == "support_agency")


def test_every_agency_is_read_once_and_nothing_drifts(
    system: OneSystem, first: SyncSummary
) -> None:
    assert held(system) == shown(system)
    assert first.counts["read"] == len(held(system)) > 500
    assert first.findings == 0


def test_exactly_what_the_truth_names_is_quarantined(system: OneSystem, first: SyncSummary) -> None:
    expected = system.must_be_quarantined(["agencies"])
    assert system.quarantined() == expected
    assert {rule for _, _, _, rule, _ in expected} == {
        "check_digit", "impossible_date", "not_a_phone", "not_an_email",
        "personal_number",
    }  # fmt: skip
    refused = {key for _, key, level, _, _ in expected if level == "record"}
    assert first.counts["quarantined"] == len(refused) > 2


def test_individuals_and_corporations_are_told_apart(system: OneSystem, first: SyncSummary) -> None:
    clean = [key for key in shown(system) if not system.servers.world.truth.flaws.get(
        RecordKey("support_agency", "agencies", key))]  # fmt: skip
    kinds = set()
    for key in clean[::7]:
        claims = {claim.entity: claim.values for claim in system.claims("agencies", key)}
        party = claims["party"]
        kinds.add(party["kind"])
        assert ("corporate_number" in party) == (party["kind"] == "corporation")
        assert claims["party_identifier"] == {"kind": "support_agency_id", "value": key}
        assert claims["agency"]["agency_id"] == key
        assert claims["agency"]["certified_on"] < claims["agency"]["valid_until"]
    assert kinds == {"corporation", "sole_proprietor"}


def test_staff_remarks_are_no_claims(system: OneSystem, first: SyncSummary) -> None:
    for key in shown(system)[:50]:
        for claim in system.claims("agencies", key):
            assert "変更届" not in str(claim.values)


def test_a_second_run_writes_nothing(system: OneSystem, first: SyncSummary) -> None:
    before = {name: rows for name, rows in dump(system.hub.url).items() if name not in MOVING}
    files = archived(system.hub.settings.archive)
    system.hub.clock.advance(60)
    again = system.sync("agencies").counts
    assert again["read"] == again["unchanged"]
    after = dump(system.hub.url)
    assert all(after[name] == rows for name, rows in before.items())
    assert archived(system.hub.settings.archive) == files


def test_what_happens_is_shown_late_and_read_by_its_update(tmp_path: Path) -> None:
    with one_system("support_agency", World(3, 400), tmp_path) as one:
        world = one.servers.world
        one.sync("agencies")
        key, business = next(
            (record.key, name)
            for record, name in world.truth.business_of.items()
            if name in world.businesses and agency_of(one, record.key).get("status") == "valid"
        )
        world.apply({"kind": "moved", "business": business})
        moved_to = world.businesses[business].address.place.postal_code
        world.advance(1)
        one.hub.clock.advance(DAY)
        one.sync("agencies")
        assert agency_of(one, key, "party")["address_postal_code"] != moved_to
        world.advance(31)
        one.hub.clock.advance(31 * DAY)
        assert one.sync("agencies").counts["changed"] >= 1
        assert agency_of(one, key, "party")["address_postal_code"] == moved_to


def agency_of(system: OneSystem, key: str, entity: str = "agency") -> dict[str, Any]:
    """The values of a record's claim about one entity."""
    found = (c.values for c in system.claims("agencies", key) if c.entity == entity)
    return dict(next(found, {}))


SPOILT = {
    "xml_bomb": ContractError,
    "external_entity": ContractError,
    "wrong_encoding": ContractError,
}


@pytest.mark.parametrize(("kind", "error"), SPOILT.items())
def test_an_answer_that_cannot_be_read_stops_the_run_and_loses_nothing(
    small: OneSystem, kind: str, error: type[HubError]
) -> None:
    small.servers.faults.add(Fault(kind, system="support_agency"))
    with pytest.raises(error):
        small.sync("agencies")
    assert held(small) == []
    small.sync("agencies")
    assert held(small) == shown(small)


@pytest.mark.parametrize("kind", ["broken_xml", "truncated", "reset", "soap_fault", "unavailable"])
def test_a_fault_that_passes_is_not_noticed(small: OneSystem, kind: str) -> None:
    small.servers.faults.add(Fault(kind, system="support_agency"))
    small.sync("agencies")
    assert held(small) == shown(small)


@pytest.mark.parametrize("kind", ["control_character", "not_utf8", "deep_nesting", "huge_text"])
def test_a_broken_record_is_quarantined_and_loads_when_it_is_mended(
    small: OneSystem, kind: str
) -> None:
    expected = small.must_be_quarantined(["agencies"])
    small.servers.faults.add(Fault(kind, system="support_agency", record=5))
    counts = small.sync("agencies").counts
    assert counts["read"] == len(shown(small))
    assert len(small.quarantined() - expected) == 1
    small.hub.clock.advance(60)
    small.sync("agencies", SyncOptions(mode="full"))
    assert small.quarantined() == expected


def test_a_fault_in_the_middle_of_paging_keeps_what_came_before(tmp_path: Path) -> None:
    with one_system("support_agency", World(3, 1200), tmp_path) as one:
        one.servers.faults.add(Fault("soap_fault", skip=1, value="AUTH-004"))
        with pytest.raises(Forbidden, match="AUTH-004"):
            one.sync("agencies")
        assert len(held(one)) == 500
        one.sync("agencies")
        assert held(one) == shown(one)
