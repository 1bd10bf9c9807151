"""A form filled in from the store, handed in at the mock, synced back: what is believed then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from canonical.golden import sources
from canonical.model.business import Business
from mocks.world import World
from tests.hub.receipts.filing import Desk
from tests.hub.ten_systems import ten_systems

pytestmark = pytest.mark.network

SYSTEMS = frozenset(
    {"corporate_number", "corporate_auth", "it_subsidy", "management_plan", "subsidy"}
)
FORMS = {"it_subsidy": "it_subsidy", "monozukuri": "subsidy"}
BUSINESSES = ("B0000001", "B0000003")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    home = tmp_path_factory.mktemp("receipts")
    with ten_systems(World(3, 60), home, only=SYSTEMS) as hub:
        desk = Desk(hub)
        desk.sync()
        hub.advance(1)
        desk.sync()
        yield desk


def _days(golden: Any) -> dict[str, date | None]:
    return {unit: source.as_of for unit, source in sources.read(golden["sources"]).items()}


def _items(told: Business) -> dict[tuple[str, str], date | None]:
    return {(item.entity, item.item): item.origin.as_of for item in told.items}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("business", BUSINESSES)
def test_submitted_unchanged_no_claim_is_newer_than_before(
    desk: Desk, form: str, business: str
) -> None:
    party = desk.party_of(business)
    before, told = desk.golden(party), desk.told(party)
    receipt, leaving = desk.filled(form, party)
    assert len(receipt.given) > 10
    key = desk.hand_in(FORMS[form], business, leaving.texts)
    desk.sync()
    after = desk.told(party)
    assert key in {origin.record_key for origin in after.origins}
    assert desk.golden(party) == before
    days, now = _items(told), _items(after)
    assert all(now[item] == day for item, day in days.items())
    assert all(day is None or day < desk.hub.world.today for day in now.values())
    own = desk.returned_of(key)
    assert set(own.values()) == {"confirmed"}
    assert set(own) == {one.path for one in receipt.given}
    name = next(unit for unit in after.units if unit.name == "name")
    (confirmed,) = [c for c in name.said[0].confirmed if c.record_key == key]
    assert confirmed.on == desk.hub.world.today


def test_what_is_changed_is_a_correction_and_the_rest_is_confirmed(desk: Desk) -> None:
    party = desk.party_of("B0000005")
    _, leaving = desk.filled("it_subsidy", party)
    days = _days(desk.golden(party))
    held = desk.golden(party)
    texts = {
        **leaving.texts,
        "answers.事業者名": "株式会社まったく別の名",
        "answers.代表電話番号": "03-9999-0000",
    }
    key = desk.hand_in("it_subsidy", "B0000005", texts)
    desk.sync()
    after = desk.golden(party)
    corrected = {path for path, what in desk.returned_of(key).items() if what == "corrected"}
    assert corrected - {"answers.代表電話番号"} == {"answers.事業者名"}
    assert after["name"] == held["name"]
    assert ("name", "unregistered") in {(c.field, c.kind) for c in desk.told(party).conflicts}
    assert after["phone"] == "(03)9999-0000"
    now = _days(after)
    assert {u: now[u] for u in days if u != "phone"} == {u: days[u] for u in days if u != "phone"}


def test_a_second_run_writes_nothing(desk: Desk) -> None:
    before = desk.events(), desk.rows()
    desk.sync()
    assert (desk.events(), desk.rows()) == before


def test_of_a_plan_handed_in_only_what_it_said_of_its_own_is_newer(desk: Desk) -> None:
    """Its prose and its year are the filing's own words; the contract does not let them be left."""
    party = desk.party_of("B0000003")
    before, items = _days(desk.golden(party)), _items(desk.told(party))
    receipt, leaving = desk.filled("management_plan", party)
    assert len(receipt.given) > 10
    key = desk.hand_in("management_plan", "B0000003", leaving.texts)
    desk.sync()
    assert desk.returned_of(key) == {one.path: "confirmed" for one in receipt.given}
    after = _days(desk.golden(party))
    newer = {unit for unit, day in after.items() if before.get(unit) != day}
    assert newer == {"business_summary", "management_issue"}
    now = _items(desk.told(party))
    kept = {place: day for place, day in items.items() if place[0] != "financial_statement"}
    assert all(now[place] == day for place, day in kept.items())
    assert ("contact", "") in kept
