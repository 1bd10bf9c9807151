"""Which two records of two parties are compared to explain them."""

from __future__ import annotations

from datetime import date

from canonical.matching import parties
from canonical.matching.explaining import Explanation, explained
from canonical.store import Store
from tests.canonical.matching.businesses import Filled, Record, corporation, number

UNLIKE = corporation(
    2, phone="06-5555-1234", established_on=date(1955, 9, 30), address_prefecture_code="27",
    legal_form="305", address_municipality_code="27102", address_city="大阪市都島区",
)  # fmt: skip


def _explained(filled: Filled, one: str, other: str) -> Explanation:
    database = filled.store.database
    with database.read() as connection:
        named = [parties.find(connection, name) for name in (one, other)]
        return explained(connection, database.bulk, *named)


def test_a_record_that_names_nobody_explains_nothing(store: Store) -> None:
    filled = Filled(store)
    filled.write(
        [
            Record("register", "a", corporation(0)),
            Record("accounts", "bare", {"corporate_number": number(0)}),
            Record("register", "b", UNLIKE),
        ]
    )
    filled.match()
    with store.database.read() as connection:
        (named,) = parties.find(connection, "register.records:a").members
        assert len(parties.find(connection, number(0)).members) == 2
    told = _explained(filled, number(0), number(2))
    assert told.low == named


def test_two_records_that_name_nobody_are_compared_all_the_same(store: Store) -> None:
    filled = Filled(store)
    filled.write(
        [
            Record("accounts", "bare", {"corporate_number": number(0)}),
            Record("register", "b", corporation(2)),
        ]
    )
    filled.match()
    assert _explained(filled, number(0), number(2)).outcome == "different"
