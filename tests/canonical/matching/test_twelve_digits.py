"""Twelve digits are completed where a register's name agrees, and else a person is asked."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from base.identifiers import complete_corporate_number
from canonical.matching.review import COMPLETED, pending
from canonical.store import Store
from tests.canonical.matching.businesses import (
    Filled,
    Record,
    corporation,
    current,
    number,
    partition,
    proprietor,
    standing,
)

SAYS_NO_MORE: dict[str, Any] = {
    "corporate_number": None,
    "phone": None,
    "address_municipality_code": None,
    "address_town": None,
    "address_block": None,
    "representative_name": None,
    "established_on": None,
    "established_on_precision": None,
}
TWELVE = number(1)[1:]
REGISTERED = Record("register", "r1", corporation(1))
STATED = Record("subsidy", "s1", corporation(1, **SAYS_NO_MORE), registry_number=TWELVE)
OTHER_NAME = Record(
    "subsidy",
    "s2",
    corporation(1, **SAYS_NO_MORE, name="株式会社別の名", name_core="別の名"),
    registry_number=TWELVE,
)


def asked(store: Store, scopes: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    with store.database.read() as connection:
        found = pending(connection, store.database.bulk, scopes).pairs
    return found.select("reason", "detail").rows()


def bases(store: Store) -> set[str]:
    return {row.basis for row in current(store)}


def test_a_name_that_agrees_completes_the_number(store: Store) -> None:
    filled = Filled(store)
    filled.write([REGISTERED, STATED])
    filled.match()
    assert len(partition(store)) == 1
    assert bases(store) == {"completed_number"}
    assert asked(store) == []


def test_another_name_is_asked_about_and_never_joined(store: Store) -> None:
    filled = Filled(store)
    filled.write([REGISTERED, OTHER_NAME])
    filled.match()
    assert len(partition(store)) == 2
    assert asked(store) == [(COMPLETED, "company_registration_number")]


def test_only_a_register_completes_a_number(store: Store) -> None:
    filled = Filled(store)
    filled.write([Record("subsidy", "s9", corporation(1, **{**SAYS_NO_MORE,
                 "corporate_number": number(1)})), STATED])  # fmt: skip
    filled.match()
    assert len(partition(store)) == 2
    assert asked(store) == [(COMPLETED, "company_registration_number")]


def test_twelve_digits_alone_join_nobody(store: Store) -> None:
    filled = Filled(store)
    filled.write([STATED, OTHER_NAME])
    filled.match()
    assert len(partition(store)) == 2
    assert asked(store) == []


def test_of_a_person_twelve_digits_say_nothing(store: Store) -> None:
    filled = Filled(store)
    person = Record("subsidy", "s3", proprietor(1, **SAYS_NO_MORE), registry_number=TWELVE)
    filled.write([REGISTERED, person])
    filled.match()
    assert len(partition(store)) == 2
    assert asked(store) == []


def test_what_the_register_says_later_parts_and_joins(store: Store) -> None:
    filled = Filled(store)
    filled.write([STATED])
    filled.match()
    filled.write([REGISTERED])
    filled.match()
    assert len(partition(store)) == 1
    filled.write([Record("register", "r1", corporation(1, name_core="別の名"))])
    filled.match()
    assert len(partition(store)) == 2
    assert len(asked(store)) == 1
    filled.delete("register", ["r1"])
    filled.match()
    assert (len(partition(store)), asked(store)) == (1, [])
    before = standing(store)
    filled.match(full=True)
    assert standing(store) == before


def test_the_order_of_arrival_does_not_matter(store: Store) -> None:
    filled, seen = Filled(store), []
    for order in permutations([REGISTERED, STATED, OTHER_NAME]):
        for record in order:
            filled.write([record])
            filled.match()
        seen.append(partition(store))
        for record in order:
            filled.delete(record.stream, [record.key])
        filled.match()
    assert all(each == seen[0] for each in seen)
    assert len(seen[0]) == 2


@pytest.mark.parametrize("scopes", [(), ("succession",)])
def test_a_confidential_case_is_completed_and_asked_about_within_its_scope(
    store: Store, scopes: tuple[str, ...]
) -> None:
    filled = Filled(store)
    case = Record("succession", "c1", OTHER_NAME.party, registry_number=TWELVE)
    known = Record("succession", "c2", STATED.party, registry_number=TWELVE)
    filled.write([REGISTERED, case, known])
    filled.match()
    assert len(asked(store, scopes)) == len(scopes)
    assert sorted(map(len, partition(store))) == [1, 2]


def test_the_number_that_is_completed_is_the_right_one() -> None:
    assert complete_corporate_number(TWELVE) == number(1)
