"""Party ids: founded, merged, given back, left behind; what was believed is still there."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from base.errors import StoreError
from canonical.golden import finding
from canonical.golden.asof import business
from canonical.matching import decisions, parties
from canonical.matching.decisions import Decision
from canonical.store import Store
from canonical.store.party_tables import CROSSWALK, GOLDEN_PENDING, PARTY
from tests.canonical.builders import T0
from tests.canonical.matching.businesses import Filled, Record, corporation, current, proprietor

ELDER, YOUNGER = "subsidy.records:elder", "subsidy.records:younger"


@pytest.fixture
def filled(store: Store) -> Filled:
    return Filled(store)


def _party(filled: Filled, name: str, *scopes: str) -> int:
    with filled.store.database.read() as connection:
        return parties.find(connection, name, scopes).party_id


def _row(filled: Filled, party_id: int) -> Any:
    with filled.store.database.read() as connection:
        return connection.execute(select(PARTY).where(PARTY.c.party_id == party_id)).one()


def _decide(filled: Filled, one: str, other: str, verdict: Any) -> None:
    database = filled.store.database
    with database.read() as connection:
        mine, its = (parties.find(connection, name) for name in (one, other))
    decisions.decide(database, mine, its, Decision(verdict, "made up", "test"), filled.clock.now())
    filled.match()


def _two(filled: Filled) -> tuple[int, int]:
    """Two parties that nothing joins, the first an hour older."""
    filled.write([Record("subsidy", "elder", corporation(0, corporate_number=None))])
    filled.match()
    filled.write([Record("subsidy", "younger", corporation(3, corporate_number=None))])
    filled.match()
    return _party(filled, ELDER), _party(filled, YOUNGER)


def test_the_younger_redirects_and_comes_back_when_they_part(filled: Filled) -> None:
    elder, younger = _two(filled)
    assert elder != younger
    _decide(filled, ELDER, YOUNGER, "same")
    assert _party(filled, ELDER) == _party(filled, YOUNGER) == elder
    assert (_row(filled, younger).status, _row(filled, younger).merged_into) == ("merged", elder)
    assert _party(filled, str(younger)) == elder
    _decide(filled, ELDER, YOUNGER, "different")
    assert (_party(filled, ELDER), _party(filled, YOUNGER)) == (elder, younger)
    assert _row(filled, younger).status == "current"


def test_a_decision_that_is_withdrawn_holds_no_longer(filled: Filled) -> None:
    elder, younger = _two(filled)
    _decide(filled, ELDER, YOUNGER, "same")
    _decide(filled, ELDER, YOUNGER, "withdrawn")
    assert (_party(filled, ELDER), _party(filled, YOUNGER)) == (elder, younger)


def test_what_was_believed_is_still_there(filled: Filled) -> None:
    elder, younger = _two(filled)
    _decide(filled, ELDER, YOUNGER, "same")
    with filled.store.database.read() as connection:
        query = select(CROSSWALK).order_by(CROSSWALK.c.recorded_from, CROSSWALK.c.party_id)
        rows = connection.execute(query).all()
    of_younger = [row for row in rows if row.recorded_to is not None]
    assert [row.party_id for row in of_younger if row.basis == "alone"][-1] == younger
    assert {row.party_id for row in rows if row.recorded_to is None} == {elder}
    ends = {row.recorded_to for row in of_younger}
    assert ends == {row.recorded_from for row in rows if row.recorded_to is None}


def test_an_id_whose_founder_is_gone_stays_with_most_of_its_members(filled: Filled) -> None:
    filled.write(Record("subsidy", f"s{n}", corporation(2)) for n in range(4))
    filled.match()
    party = _party(filled, "subsidy.records:s0")
    founder = next(row for row in current(filled.store) if row.member_id == party)
    with filled.store.database.read() as connection:
        name = parties.names(connection, [founder.member_id])[founder.member_id]
    key = name.partition(":")[2].partition("/")[0]
    filled.delete("subsidy", [key])
    filled.match()
    assert {row.party_id for row in current(filled.store)} == {party}
    rest = [f"s{n}" for n in range(4) if f"s{n}" != key]
    filled.delete("subsidy", rest)
    filled.match()
    assert _row(filled, party).status == "gone"
    filled.write([Record("subsidy", key, corporation(2))])
    filled.match()
    assert _row(filled, party).status == "current"


def test_what_changes_waits_for_its_golden_record(filled: Filled) -> None:
    elder, younger = _two(filled)
    _forget_pending(filled)
    filled.write([Record("subsidy", "younger", corporation(3, corporate_number=None, url="x"))])
    filled.match()
    assert _pending(filled) == {younger}
    _forget_pending(filled)
    _decide(filled, ELDER, YOUNGER, "same")
    assert _pending(filled) == {elder, younger}


def test_two_numbers_or_a_person_and_a_corporation_are_never_one(filled: Filled) -> None:
    filled.write([Record("register", "a", corporation(0)), Record("register", "b", corporation(1))])
    filled.write([Record("accounts", "c", proprietor(5))])
    filled.match()
    with pytest.raises(StoreError, match="different numbers cannot be one"):
        _decide(filled, "register.records:a", "register.records:b", "same")
    with pytest.raises(StoreError, match="a person and a corporation cannot be one"):
        _decide(filled, "register.records:a", "accounts.records:c", "same")


def test_an_identifier_that_two_numbers_share_joins_nothing(filled: Filled) -> None:
    filled.write(
        [
            Record("register", "a", corporation(0), account="g"),
            Record("register", "b", corporation(1), account="g"),
            Record("accounts", "c", {"name": "青葉", "kind": "corporation"}, account="g"),
        ]
    )
    filled.match()
    names = [f"{stream}.records:{key}" for stream, key in filled.held]
    assert len({_party(filled, name) for name in names}) == 3


def test_names_that_are_not_known_are_told(filled: Filled) -> None:
    filled.match()
    for name in ("12345", "abc", "subsidy.records:nothing", "9" * 30):
        with pytest.raises(StoreError, match="no party"):
            _party(filled, name)


def test_a_business_is_named_by_its_number_as_far_as_one_may_know(filled: Filled) -> None:
    open_one, secret = corporation(0)["corporate_number"], corporation(1)["corporate_number"]
    filled.write([Record("register", "a", corporation(0)), Record("yorozu", "k", corporation(1))])
    filled.match()
    assert _party(filled, open_one) == _party(filled, "register.records:a")
    assert _party(filled, secret, "yorozu") == _party(filled, "yorozu.records:k", "yorozu")
    with pytest.raises(StoreError, match="no party that is known"):
        _party(filled, secret)


def test_a_number_of_several_parties_names_none_of_them(filled: Filled) -> None:
    number = corporation(0)["corporate_number"]
    filled.write([Record("register", "a", corporation(0)), Record("subsidy", "b", corporation(0))])
    filled.match()
    _decide(filled, "register.records:a", "subsidy.records:b", "different")
    with pytest.raises(StoreError, match="several parties"):
        _party(filled, number)


def _pending(filled: Filled) -> set[int]:
    with filled.store.database.read() as connection:
        return set(connection.scalars(select(GOLDEN_PENDING.c.party_id)))


def _forget_pending(filled: Filled) -> None:
    with filled.store.database.write() as connection:
        connection.execute(GOLDEN_PENDING.delete())


def test_what_is_said_of_a_party_that_was_merged_is_said_of_those_it_had(filled: Filled) -> None:
    elder, younger = _two(filled)
    filled.write([Record("subsidy", "third", corporation(1, corporate_number=None))])
    filled.match()
    third = _party(filled, "subsidy.records:third")
    _decide(filled, str(elder), str(younger), "same")
    _decide(filled, str(younger), str(third), "same")
    assert _party(filled, str(third)) == elder
    database = filled.store.database
    with database.read() as connection:
        whole, leaving = (parties.find(connection, name) for name in (str(elder), ELDER))
    wrong = Decision("different", "made up", "test", leaves=True)
    decisions.part(database, whole, leaving, wrong, filled.clock.now())
    filled.match()
    assert _party(filled, YOUNGER) == _party(filled, "subsidy.records:third") == younger
    assert _party(filled, ELDER) == elder


def test_an_id_leads_where_it_led_at_an_instant(filled: Filled) -> None:
    database = filled.store.database
    filled.clock.advance((T0 - filled.clock.now()).total_seconds() + 3600)
    before = filled.clock.now()
    elder, younger = _two(filled)
    apart = filled.clock.now()
    _decide(filled, ELDER, YOUNGER, "same")
    merged = filled.clock.now()
    _decide(filled, ELDER, YOUNGER, "different")
    for at, answers in ((None, younger), (merged, elder), (apart, younger)):
        for as_of in (None, date(2030, 1, 1)):
            found = business(database, younger, known_at=at, as_of=as_of)
            assert found is not None
            assert (found.party_id, found.asked) == (answers, younger)
        assert finding.resolve(database, YOUNGER, known_at=at) == [answers]
    assert business(database, younger, known_at=before) is None
    assert finding.resolve(database, YOUNGER, known_at=before) == []
