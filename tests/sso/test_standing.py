"""What the hub's synced register says against accounts and delegations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from canonical.access.quick import Quick
from hub.consolidate import consolidate
from hub.matching import run_matching
from mocks.world import World
from sso.standing import Standing, SyncedRegister
from tests.hub.systems import OneSystem, one_system

pytestmark = pytest.mark.network


@dataclass
class Synced:
    """A register, and the store it reads."""

    system: OneSystem
    register: SyncedRegister

    @property
    def today(self) -> date:
        return self.system.servers.world.today

    def rows(self, statement: str, **given: Any) -> list[dict[str, Any]]:
        with self.system.hub.store.database.read() as connection:
            return [dict(row._mapping) for row in connection.execute(text(statement), given)]


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synced]:
    home = tmp_path_factory.mktemp("standing")
    with one_system("corporate_auth", World(3, 1500), home) as one:
        one.sync_all()
        run_matching(one.hub.store, clock=one.hub.clock)
        consolidate(one.hub.store, clock=one.hub.clock)
        quick = Quick(one.hub.store.database)
        yield Synced(one, SyncedRegister(quick))
        quick.close()


def test_what_the_register_never_saw_is_no_reason_to_refuse(synced: Synced) -> None:
    assert synced.register.account("gbiz-999999999", synced.today) == Standing()
    assert synced.register.delegation("D-unknown", "gbiz-1", synced.today) == Standing()


def test_an_account_in_force_leads_to_its_business(synced: Synced) -> None:
    found = synced.rows(
        "SELECT a.account_key, x.party_id FROM claim_account a JOIN crosswalk x"
        " ON x.record_id = a.record_id AND x.role = 'holder' AND x.recorded_to IS NULL"
        " WHERE a.recorded_to IS NULL AND a.valid AND a.account_type = 'member'"
    )
    told = {synced.register.account(one["account_key"], synced.today).party_id for one in found}
    assert {one["party_id"] for one in found} >= told - {None}
    good = [
        one for one in found
        if synced.register.account(one["account_key"], synced.today)
        == Standing(None, one["party_id"])
    ]  # fmt: skip
    assert len(good) > len(found) / 2 > 5


def test_an_account_that_ended_stands_no_longer_from_the_next_day(synced: Synced) -> None:
    ended = synced.rows(
        "SELECT account_key, ends_on FROM claim_account WHERE recorded_to IS NULL"
        " AND ends_on IS NOT NULL AND account_type = 'prime'"
    )
    assert ended
    for one in ended:
        day = date.fromisoformat(one["ends_on"])
        after = synced.register.account(one["account_key"], day + timedelta(days=1))
        assert after.ended == "account"


def test_the_account_of_a_former_representative_that_nobody_ended(synced: Synced) -> None:
    accounts = synced.system.servers.systems.mocks["corporate_auth"].app
    register = accounts.state.corporate_auth.register  # type: ignore[union-attr]
    today, left_open, kept = synced.today, [], []
    for subs in register.by_business.values():
        primes = [register.held[sub].account for sub in subs
                  if register.held[sub].account.type == "prime"]  # fmt: skip
        if len(primes) > 1 and primes[0].ended_on is None and not primes[0].suspended:
            newest = max(primes, key=lambda one: one.opened_on)
            older = primes[0]
            if newest.opened_on > older.opened_on and newest.valid(today) and (
                older.user.name != newest.user.name
                and newest.user.name == older.business.representative.name
            ):  # fmt: skip
                left_open.append(older.sub)
                kept.append(newest.sub)
    told = {sub: synced.register.account(sub, today) for sub in [*left_open, *kept]}
    assert "succeeded" in {told[sub].ended for sub in left_open}
    assert "succeeded" not in {told[sub].ended for sub in kept}


def test_delegations_that_were_withdrawn_or_expired(synced: Synced) -> None:
    listed = synced.rows(
        "SELECT delegation_key, delegator_account, active, ends_on FROM claim_delegation"
        " WHERE recorded_to IS NULL"
    )
    seen = set()
    for one in listed:
        told = synced.register.delegation(
            one["delegation_key"], one["delegator_account"], synced.today
        ).ended
        ends = date.fromisoformat(one["ends_on"]) if one["ends_on"] else None
        expected = None
        if not one["active"]:
            expected = "withdrawn"
        elif ends is not None and ends < synced.today:
            expected = "expired"
        assert told == expected
        seen.add(told)
        if expected is None:
            other = synced.register.delegation(one["delegation_key"], "gbiz-1", synced.today)
            assert other.ended == "another delegator"
    assert seen == {None, "withdrawn", "expired"}


@pytest.mark.parametrize(
    ("change", "back", "ended"),
    [
        ("UPDATE golden_party SET closed_on = :day WHERE party_id = :party",
         "UPDATE golden_party SET closed_on = NULL WHERE party_id = :party", "closed"),
        ("UPDATE party SET status = 'merged', merged_into = party_id WHERE party_id = :party",
         "UPDATE party SET status = 'current', merged_into = NULL WHERE party_id = :party",
         "merged"),
    ],
)  # fmt: skip
def test_a_business_that_closed_or_was_merged(
    synced: Synced, change: str, back: str, ended: str
) -> None:
    keys = synced.rows(
        "SELECT account_key FROM claim_account WHERE recorded_to IS NULL AND valid"
        " AND account_type = 'prime'"
    )
    key, party = next(
        (one["account_key"], told.party_id)
        for one in keys
        if (told := synced.register.account(one["account_key"], synced.today)).ended is None
        and told.party_id is not None
    )
    database = synced.system.hub.store.database
    given = {"party": party, "day": synced.today.isoformat()}
    with database.write() as connection:
        connection.execute(text(change), {n: v for n, v in given.items() if f":{n}" in change})
    assert synced.register.account(key, synced.today).ended == ended
    with database.write() as connection:
        connection.execute(text(back), {"party": party})
    assert synced.register.account(key, synced.today).ended is None
