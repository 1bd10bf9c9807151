"""A claim that carries the name or address of its own day finds the business of today."""

from __future__ import annotations

from datetime import date
from typing import Any

from canonical.golden import build
from canonical.golden.asof import business
from canonical.matching.relations import relate
from canonical.store import Store
from tests.canonical.matching.businesses import Filled, Record, corporation, number
from tests.canonical.matching.test_relations import merged, party, relations

BEFORE = {
    "name": "株式会社山吹製作所",
    "name_core": "山吹製作所",
    "address_municipality_code": "23101",
    "address_prefecture_code": "23",
    "address_city": "名古屋市千種区",
    "address_town": "今池",
    "address_block": "5-6-7",
    "as_of": date(2016, 1, 1),
}
"""What corporation 1 was called and where it sat before it was renamed and moved."""
RENAMED = {**BEFORE, "name": "株式会社黎明精機", "name_core": "黎明精機", "as_of": date(2019, 1, 1)}
NOW = {**RENAMED, **{name: corporation(1)[name] for name in BEFORE if name.startswith("address")}}
BARE = {
    "representative_name": None,
    "phone": None,
    "established_on": None,
    "established_on_precision": None,
}
"""A register names no head and no telephone."""


def registered(key: str, of: int, state: dict[str, Any]) -> Record:
    return Record("register", key, corporation(of, **{**BARE, **state}))


HISTORY = [
    registered("assigned", 1, BEFORE),
    registered("renamed", 1, RENAMED),
    registered("moved", 1, {**NOW, "as_of": date(2024, 1, 1)}),
]


def stating(key: str, state: dict[str, Any], on: date) -> Record:
    """A claim without a number that says what was true on its day."""
    told = {**BARE, **state, "corporate_number": None, "as_of": on}
    return Record("subsidy", key, corporation(1, **told))


def test_old_names_and_addresses_lead_to_the_business_of_today(store: Store) -> None:
    filled = Filled(store)
    filled.write(HISTORY)
    filled.write(
        [
            stating("old", BEFORE, date(2017, 5, 1)),
            stating("between", RENAMED, date(2020, 5, 1)),
            stating("new", NOW, date(2025, 5, 1)),
        ]
    )
    filled.match()
    found = {party(store, f"subsidy.records:{key}") for key in ("old", "between", "new")}
    assert found == {party(store, "register.records:moved")}


def test_without_the_history_an_old_name_at_an_old_address_finds_nobody(store: Store) -> None:
    filled = Filled(store)
    filled.write([HISTORY[-1], stating("old", BEFORE, date(2017, 5, 1))])
    filled.match()
    old = party(store, "subsidy.records:old")
    assert old != party(store, "register.records:moved")


def test_what_the_register_said_on_a_day_can_be_asked(store: Store) -> None:
    filled = Filled(store)
    filled.write(HISTORY)
    filled.match()
    build.run(store.database, clock=filled.clock)
    found = party(store, "register.records:moved")
    for day, state in ((date(2017, 1, 1), BEFORE), (date(2020, 1, 1), RENAMED)):
        then = business(store.database, found, as_of=day)
        assert then is not None
        assert then.values["name"] == state["name"]
        assert then.values["address_block"] == state["address_block"]


def test_a_merged_corporation_keeps_its_claims_and_is_related(store: Store) -> None:
    filled = Filled(store)
    filled.write([*HISTORY, registered("other", 2, {}), merged(1, 2, key="closed")])
    filled.write([stating("old", BEFORE, date(2017, 5, 1))])
    filled.match()
    relate(store, filled.clock)
    gone, stays = party(store, "register.records:closed"), party(store, "register.records:other")
    assert party(store, "subsidy.records:old") == gone != stays
    assert [(row.from_party, row.to_party) for row in relations(store)] == [(stays, gone)]


def test_a_namesake_at_the_old_address_is_another_corporation(store: Store) -> None:
    filled = Filled(store)
    namesake = registered("namesake", 3, BEFORE)
    filled.write([*HISTORY, namesake])
    filled.match()
    assert number(3) != number(1)
    assert party(store, "register.records:namesake") != party(store, "register.records:assigned")
