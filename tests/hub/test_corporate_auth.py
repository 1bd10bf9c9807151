"""The corporate authentication system, from its mock into the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from canonical.store.batch import ClaimVersion
from hub.options import SyncOptions, SyncSummary
from mocks.world import World, dirt
from mocks.world.business import Business
from tests.hub.systems import OneSystem, one_system

SHARES = ("REFUSED_SHARE", "NOTED_SHARE", "MASKED_SHARE")
STREAMS = ("accounts", "delegations")


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneSystem]:
    with pytest.MonkeyPatch.context() as patch:
        for share in SHARES:
            patch.setattr(dirt, share, 0.06)
        home = tmp_path_factory.mktemp("corporate_auth")
        with one_system("corporate_auth", World(3, 1500), home) as one:
            yield one


@pytest.fixture(scope="module")
def first(system: OneSystem) -> dict[str, SyncSummary]:
    return system.sync_all()


def shown(system: OneSystem, stream: str) -> set[str]:
    return {
        record.key for record in system.servers.world.truth.business_of
        if (record.system, record.stream) == ("corporate_auth", stream)
    }  # fmt: skip


def of(claims: list[ClaimVersion], entity: str, role: str) -> dict[str, object]:
    (found,) = [claim for claim in claims if (claim.entity, claim.role) == (entity, role)]
    return dict(found.values)


@pytest.mark.parametrize("stream", STREAMS)
def test_every_record_is_read_once(
    system: OneSystem, first: dict[str, SyncSummary], stream: str
) -> None:
    held = system.hub.store.live_keys(system.hub.store.stream_id("corporate_auth", stream))
    assert sorted(key for keys in held for key in keys) == sorted(shown(system, stream))
    assert first[stream].counts["read"] == len(shown(system, stream)) > 150


def test_exactly_what_the_truth_names_is_quarantined(
    system: OneSystem, first: dict[str, SyncSummary]
) -> None:
    expected = system.must_be_quarantined(STREAMS)
    assert system.quarantined() == expected
    assert {(stream, rule) for stream, _, _, rule, _ in expected} == {
        ("accounts", "check_digit"), ("accounts", "unknown_code"),
        ("accounts", "impossible_date"), ("accounts", "nul"), ("accounts", "personal_number"),
        ("delegations", "impossible_date"), ("delegations", "nul"),
        ("delegations", "personal_number"),
    }  # fmt: skip
    records = [item for item in system.hub.items(system="corporate_auth") if item.level == "record"]
    counted = sum(first[stream].counts["quarantined"] for stream in STREAMS)
    assert counted == len(records) > 0


def test_accounts_and_parties_are_told_apart_by_kind(
    system: OneSystem, first: dict[str, SyncSummary]
) -> None:
    world = system.servers.world
    for kind, stated, empty in (
        ("corporation", "corporate_number", "sole_proprietor_number"),
        ("sole_proprietor", "sole_proprietor_number", "corporate_number"),
    ):
        business = next(
            b for b in world.businesses.values()
            if b.kind == kind and b.account_id in shown(system, "accounts")
            and not any(record.key == b.account_id for record in world.truth.flaws)
        )  # fmt: skip
        claims = system.claims("accounts", business.account_id)
        party = of(claims, "party", "holder")
        number = business.corporate_number or business.individual_number
        assert (party["kind"], party[stated], party.get(empty)) == (kind, number, None)
        account = of(claims, "account", "self")
        assert account["account_key"] == business.account_id
        assert of(claims, "person", "user")["family_name"]


def test_a_delegation_links_two_parties_and_its_categories(
    system: OneSystem, first: dict[str, SyncSummary]
) -> None:
    flawed = {record.key for record in system.servers.world.truth.flaws}
    seen_open = seen_withdrawn = False
    for key in sorted(shown(system, "delegations") - flawed):
        claims = system.claims("delegations", key)
        delegation = of(claims, "delegation", "self")
        assert of(claims, "party", "delegator")["kind"]
        assert of(claims, "party", "delegate")["kind"]
        assert [claim for claim in claims if claim.entity == "delegation_category"]
        seen_open |= delegation.get("ends_on") is None
        seen_withdrawn |= delegation["active"] is False and bool(delegation.get("withdrawn_on"))
    assert seen_open
    assert seen_withdrawn


@pytest.mark.parametrize("mode", ["incremental", "full"])
def test_a_second_run_writes_nothing(
    system: OneSystem, first: dict[str, SyncSummary], mode: str
) -> None:
    options = SyncOptions(mode="full") if mode == "full" else SyncOptions()
    for stream in STREAMS:
        counts = system.sync(stream, options).counts
        assert counts["read"] == counts["unchanged"]
        if mode == "full":
            assert counts["read"] == len(shown(system, stream))


def test_what_happens_in_the_world_is_read_by_a_later_run(tmp_path: Path) -> None:
    """A delegation given and a new representative: each some days or weeks after the event."""
    world = World(3, 300)
    with one_system("corporate_auth", world, tmp_path) as system:
        system.sync_all()
        before = shown(system, "delegations"), shown(system, "accounts")
        flawed = {record.key for record in world.truth.flaws}
        delegator, delegate = [
            b for b in world.businesses.values()
            if b.kind == "corporation" and b.account_id in before[1] - flawed
            and is_prime(system, b)
        ][:2]  # fmt: skip
        world.apply({"kind": "delegation_given", "business": delegator.id, "to": delegate.id})
        world.apply({"kind": "representative_changed", "business": delegator.id})
        later(system, days=5)
        (given,) = shown(system, "delegations") - before[0]
        assert (
            of(system.claims("delegations", given), "delegation", "self")["delegate_account"]
            == delegate.account_id
        )
        assert shown(system, "accounts") == before[1]
        later(system, days=60)
        (new,) = shown(system, "accounts") - before[1]
        party = of(system.claims("accounts", new), "party", "holder")
        assert party["representative_name"] == delegator.representative.name
        assert party["corporate_number"] == delegator.corporate_number


def later(system: OneSystem, days: int) -> None:
    """Let days go by in the world and for the hub, and sync."""
    system.servers.world.advance(days)
    system.hub.clock.advance(days * 86_400)
    system.sync_all()


def is_prime(system: OneSystem, business: Business) -> bool:
    """Whether the business's first account is a プライム that is in force."""
    account = of(system.claims("accounts", business.account_id), "account", "self")
    return (account["account_type"], account["valid"]) == ("prime", True)
