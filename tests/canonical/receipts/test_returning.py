"""An answer that comes back unchanged makes nothing newer; one that differs is a correction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select

from canonical.golden import build
from canonical.golden.echoes import silent
from canonical.store import Store
from canonical.store.party_tables import PARTY as PARTY_TABLE
from canonical.store.receipt_tables import RECEIPT, RECEIPT_FIELD
from tests.canonical.builders import T0
from tests.canonical.golden.claims import name
from tests.canonical.golden.world import PARTY
from tests.canonical.receipts.desk import TODAY, Desk

OLD, MID = date(2024, 4, 1), date(2025, 4, 1)
LATER = TODAY + timedelta(days=3)
SAID: dict[str, Any] = {"employees_regular": 5, "phone": "03-1", "capital_jpy": 10_000_000}


@pytest.fixture
def desk(store: Store) -> Desk:
    made = Desk(store)
    made.say("grants", "g1", OLD, **SAID)
    made.run()
    return made


def test_unchanged_the_old_word_holds_as_of_its_day(desk: Desk) -> None:
    before = desk.held()
    desk.fill_in(*SAID)
    desk.say("grants", "g2", LATER, **SAID)
    desk.run()
    after = desk.held()
    assert {unit: after[unit] for unit in SAID} == {unit: before[unit] for unit in SAID}
    assert desk.outcomes() == dict.fromkeys(SAID, "confirmed")
    assert {(row["as_of"], row["said_on"]) for row in desk.came_back()} == {(OLD, LATER)}
    (phone,) = [unit for unit in desk.told().units if unit.name == "phone"]
    first, again = phone.said
    assert [(c.record_key, c.on) for c in first.confirmed] == [("g2", LATER)]
    assert (first.origin.record_key, again.repeats, again.origin.as_of) == ("g1", True, OLD)
    assert desk.sound()


def test_without_a_receipt_the_same_words_are_newer(desk: Desk) -> None:
    desk.say("grants", "g2", LATER, **SAID)
    desk.run()
    assert {day for _, day, _ in desk.held().values()} >= {LATER}
    assert desk.outcomes() == {}


def test_only_what_was_changed_is_a_correction(desk: Desk) -> None:
    before = desk.held()
    desk.fill_in(*SAID)
    desk.say("grants", "g2", LATER, **{**SAID, "phone": "03-2"})
    desk.run()
    after = desk.held()
    assert after["phone"][:2] == ("03-2", LATER)
    assert {u: after[u] for u in SAID if u != "phone"} == {
        u: before[u] for u in SAID if u != "phone"
    }
    assert desk.outcomes() == {**dict.fromkeys(SAID, "confirmed"), "phone": "corrected"}
    assert desk.sound()


def test_widths_and_spaces_are_no_change(desk: Desk) -> None:
    desk.fill_in("phone")
    desk.say("grants", "g2", LATER, phone="０３-１ ")
    desk.run()
    assert desk.outcomes() == {"phone": "confirmed"}
    assert desk.held()["phone"][1] == OLD


def test_a_correction_of_what_the_register_holds_stands_beside_it(desk: Desk) -> None:
    desk.say("registry", "r1", OLD, **name("旧商店"))
    desk.run()
    desk.fill_in("name")
    desk.say("grants", "g2", LATER, **name("新商店"))
    desk.run()
    golden = desk.golden()
    assert golden is not None
    assert golden["name"] == "旧商店"
    assert desk.conflicts() == [("name", "unregistered")]
    assert desk.outcomes() == {"name": "corrected"}


def test_where_the_source_is_gone_the_answer_counts_as_of_the_old_day(desk: Desk) -> None:
    desk.fill_in(*SAID)
    desk.say("grants", "g2", LATER, **SAID)
    desk.run()
    desk.forget("grants", "g1")
    desk.run()
    held = desk.held()
    assert {unit: held[unit][:2] for unit in SAID} == {u: (v, OLD) for u, v in SAID.items()}
    told = desk.told()
    assert {u.said[0].origin.as_of for u in told.units if u.name in SAID} == {OLD}
    assert desk.sound()


def test_where_the_source_corrects_itself_on_the_same_day_its_new_word_holds(desk: Desk) -> None:
    desk.fill_in(*SAID)
    desk.say("grants", "g2", LATER, **SAID)
    desk.run()
    desk.say("grants", "g1", OLD, **{**SAID, "employees_regular": 8})
    desk.run()
    assert desk.held()["employees_regular"][:2] == (8, OLD)
    assert desk.conflicts() == []
    assert desk.sound()


def test_an_echo_of_a_register_that_is_gone_is_no_register_s_word(desk: Desk) -> None:
    desk.say("registry", "r1", MID, **name("登記商店"))
    desk.run()
    desk.fill_in("name")
    desk.say("grants", "g2", LATER, **name("登記商店"))
    desk.run()
    desk.forget("registry", "r1")
    desk.say("registry", "r2", OLD, **name("新登記"))
    desk.run()
    golden = desk.golden()
    assert golden is not None
    assert golden["name"] == "新登記"


def test_an_echo_is_no_stronger_than_the_word_that_it_repeated(desk: Desk) -> None:
    desk.say("registry", "r1", OLD, employees_permanent=5)
    desk.run()
    desk.fill_in("employees_permanent")
    desk.say("grants", "g2", LATER, employees_permanent=5)
    desk.run()
    desk.forget("registry", "r1")
    desk.say("registry", "r2", MID, employees_permanent=9)
    desk.run()
    assert desk.held()["employees_permanent"][:2] == (9, MID)


def test_an_echo_of_an_echo_is_of_the_first_day(desk: Desk) -> None:
    desk.fill_in("phone")
    desk.say("grants", "g2", LATER, phone="03-1")
    desk.run()
    desk.forget("grants", "g1")
    desk.run()
    desk.fill_in("phone", day=LATER + timedelta(days=5))
    desk.say("grants", "g3", LATER + timedelta(days=9), phone="03-1")
    desk.run()
    assert desk.held()["phone"][1] == OLD
    desk.forget("grants", "g2")
    desk.run()
    assert desk.held()["phone"][1] == OLD
    assert desk.sound()


def test_a_record_that_repeats_itself_is_no_newer(desk: Desk) -> None:
    desk.fill_in("phone")
    desk.say("grants", "g1", LATER, phone="03-1", employees_regular=6)
    desk.run()
    assert desk.held()["phone"][1] == OLD
    assert desk.held()["employees_regular"][:2] == (6, LATER)


@pytest.mark.parametrize("days", [-1, 366])
def test_what_was_said_before_the_receipt_or_long_after_is_a_word_of_its_own(
    desk: Desk, days: int
) -> None:
    desk.fill_in("phone")
    said = TODAY + timedelta(days=days)
    desk.say("grants", "g2", said, phone="03-1")
    desk.run()
    assert desk.outcomes() == {}
    assert desk.held()["phone"][1] == said


def test_another_party_s_receipt_says_nothing(desk: Desk) -> None:
    desk.fill_in("phone")
    desk.say("grants", "g2", LATER, corporate_number="9990001000002", phone="03-1")
    desk.run()
    assert desk.held(9990001000002)["phone"][1] == LATER
    assert desk.outcomes() == {}


def test_receipts_of_a_party_that_was_merged_count(desk: Desk) -> None:
    with desk.store.database.write() as connection:
        values = {
            "party_id": 5, "since": T0, "status": "merged", "merged_into": PARTY,
            "changed_at": T0, "confidential": False,
        }  # fmt: skip
        connection.execute(PARTY_TABLE.insert().values(values))
    desk.fill_in("phone")
    with desk.store.database.write() as connection:
        connection.execute(RECEIPT.update().values(party_id=5))
    desk.say("grants", "g2", LATER, phone="03-1")
    desk.run()
    assert desk.outcomes() == {"phone": "confirmed"}


def test_a_derived_value_is_as_old_as_what_it_was_made_of(desk: Desk) -> None:
    desk.fill_in(employees_permanent=7)
    desk.say("grants", "g2", LATER, employees_permanent=7)
    desk.run()
    assert desk.held()["employees_permanent"][:2] == (7, None)


STEPS = ("receipt", "answer", "older", "correction")


@pytest.mark.parametrize(
    ("order", "runs"),
    [(order, place * 5 % 16) for place, order in enumerate(permutations(STEPS)) if place % 2],
)
def test_in_whatever_order_the_end_is_the_same(
    desk: Desk, order: tuple[str, ...], runs: int
) -> None:
    filled_in = desk.filling("phone", "capital_jpy")
    steps: dict[str, Callable[[], object]] = {
        "receipt": filled_in,
        "answer": lambda: desk.say("grants", "g2", LATER, **{**SAID, "phone": "03-2"}),
        "older": lambda: desk.say("grants", "g0", date(2023, 4, 1), **SAID),
        "correction": lambda: desk.say("grants", "g1", MID, **{**SAID, "employees_regular": 8}),
    }
    for place, step in enumerate(order):
        steps[step]()
        if runs >> place & 1:
            desk.run()
    desk.run()
    held = {unit: desk.held()[unit][:2] for unit in SAID}
    assert held == {
        "employees_regular": (5, LATER),
        "phone": ("03-2", LATER),
        "capital_jpy": (10_000_000, MID),
    }
    assert desk.outcomes() == {"phone": "corrected", "capital_jpy": "confirmed"}
    build.wait_all(desk.store.database)
    assert desk.run(linked=False).changed == 0
    assert desk.sound()


def test_of_a_circle_the_smallest_is_heard() -> None:
    assert silent({2: 3, 3: 2, 4: 3}, [2, 3, 4]) == {3, 4}
    assert silent({2: 2}, [2]) == frozenset()
    assert silent({2: 1, 3: 2}, [1, 2, 3]) == {2, 3}
    assert silent({2: 1, 3: 2}, [2, 3]) == {3}


def test_a_receipt_is_kept_whole(desk: Desk) -> None:
    receipt = desk.fill_in("phone", "capital_jpy")
    with desk.store.database.read() as connection:
        head = connection.execute(select(RECEIPT)).one()
        rows = connection.execute(select(RECEIPT_FIELD)).all()
    assert (head.receipt_id, head.party_id, head.day) == (receipt, PARTY, TODAY)
    assert {(row.path, row.as_of, row.source_role) for row in rows} == {
        ("phone", OLD, "procedure"),
        ("capital_jpy", OLD, "procedure"),
    }
