"""Support agencies: an account is one while the register says so; members seen at many places."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from base.clock import ManualClock
from base.errors import SettingsError
from canonical.access.quick import Quick
from canonical.store.database import Database
from canonical.store.migrations import upgrade
from hub.consolidate import consolidate
from hub.matching import run_matching
from mocks.world import World
from sso.agencies import Agencies, shared_members
from sso.tables import SCHEMA
from tests.hub.systems import OneSystem, one_system

pytestmark = pytest.mark.network
ACCOUNT = ("https://gbiz-id.test/oauth/", "gbiz-000000001")


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneSystem]:
    home = tmp_path_factory.mktemp("agencies")
    with one_system("support_agency", World(3, 1500), home) as one:
        one.sync_all()
        yield one


@pytest.fixture
def agencies(register: OneSystem, tmp_path: Path) -> Iterator[Agencies]:
    database = Database(f"sqlite:///{tmp_path / 'side.sqlite'}")
    upgrade(database, SCHEMA)
    quick = Quick(register.hub.store.database)
    yield Agencies(database, quick, register.hub.clock)
    quick.close()
    database.close()


def known(register: OneSystem, status: str) -> list[tuple[str, date | None]]:
    statement = (
        "SELECT agency_id, valid_until FROM claim_agency WHERE recorded_to IS NULL"
        " AND agency_id IS NOT NULL AND status = :status ORDER BY valid_until"
    )
    with register.hub.store.database.read() as connection:
        rows = connection.execute(text(statement), {"status": status}).all()
    return [(row[0], date.fromisoformat(row[1]) if row[1] else None) for row in rows]


def test_an_account_is_an_agencys_until_the_certification_ends(
    register: OneSystem, agencies: Agencies
) -> None:
    today = register.hub.clock.today()
    agency_id, until = next(
        one for one in known(register, "valid") if one[1] is not None and one[1] > today
    )
    assert until is not None
    assert agencies.of(ACCOUNT) is None
    agencies.link(ACCOUNT, agency_id)
    assert agencies.of(ACCOUNT) == agency_id
    assert [(one.agency_id, one.certified) for one in agencies.all()] == [(agency_id, True)]
    assert agencies.certified(agency_id, until)
    assert not agencies.certified(agency_id, until + timedelta(days=1))
    assert agencies.of((ACCOUNT[0] + "x", ACCOUNT[1])) is None
    later = ManualClock(register.hub.clock.now() + (until - today) + timedelta(days=1))
    agencies._clock = later
    assert agencies.of(ACCOUNT) is None
    agencies.unlink(ACCOUNT)
    with pytest.raises(SettingsError):
        agencies.unlink(ACCOUNT)


def test_nobody_becomes_an_agency_that_is_none_today(
    register: OneSystem, agencies: Agencies
) -> None:
    ended = [one for status in ("expired", "withdrawn", "revoked")
             for one in known(register, status)]  # fmt: skip
    assert ended
    for agency_id in [ended[0][0], "0" * 12, ""]:
        with pytest.raises(SettingsError):
            agencies.link(ACCOUNT, agency_id)
    assert agencies.all() == []


def test_one_person_who_is_a_member_at_many_businesses(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    home = tmp_path_factory.mktemp("members")
    with one_system("corporate_auth", World(3, 1500), home) as one:
        one.sync_all()
        run_matching(one.hub.store, clock=one.hub.clock)
        consolidate(one.hub.store, clock=one.hub.clock)
        register = one.servers.systems.mocks["corporate_auth"].app
        held = register.state.corporate_auth.register.held.values()  # type: ignore[union-attr]
        agents = {each.account.sub for each in held if each.account.agent}
        quick = Quick(one.hub.store.database)
        found = shared_members(quick)
        quick.close()
    assert found
    assert {sub for _, accounts in found for sub in accounts} <= agents
    assert found[0][0] >= 2
