"""What a business has corrected is offered to those who hold the older word, and to nobody else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from canonical.receipts.findings import Finding, findings
from canonical.store import Store
from tests.canonical.golden.claims import name
from tests.canonical.receipts.desk import TODAY, Desk

OLD = date(2024, 4, 1)
LATER = TODAY + timedelta(days=3)


@pytest.fixture
def desk(store: Store) -> Desk:
    made = Desk(store)
    made.say("registry", "r1", OLD, **name("旧商店"))
    made.say("grants", "g1", OLD, phone="03-1")
    made.run()
    return made


def corrected(desk: Desk, *, consent: bool | None = True) -> None:
    desk.fill_in("name", "phone")
    desk.file("g2", LATER, consent=consent, phone="03-2", **name("新商店"))
    desk.run()


def found(desk: Desk, **options: object) -> list[tuple[str, str, str]]:
    return sorted((one.kind, one.held.record_key, one.unit) for one in _all(desk, **options))


def _all(desk: Desk, **options: object) -> list[Finding]:
    return findings(desk.store.database, **options)  # type: ignore[arg-type]


BOTH = [("differs", "g1", "phone"), ("not_registered", "r1", "name")]


def test_the_register_and_the_older_application_are_told(desk: Desk) -> None:
    corrected(desk)
    assert found(desk) == BOTH
    one = next(one for one in _all(desk) if one.unit == "phone")
    assert (one.held.as_of, one.on, one.by.record_key) == (OLD, LATER, "g2")
    assert (one.held_values["phone"], one.values["phone"]) == ("03-1", "03-2")
    assert found(desk, system="registry") == BOTH[1:]
    assert found(desk, since=one.since) == BOTH
    assert found(desk, since=one.since + timedelta(seconds=1)) == []
    assert {each.id for each in _all(desk)} == {each.id for each in _all(desk)}


def test_it_is_gone_once_the_owner_agrees(desk: Desk) -> None:
    corrected(desk)
    desk.say("registry", "r1", LATER + timedelta(days=9), **name("新商店"))
    desk.run()
    assert found(desk) == BOTH[:1]


def test_it_is_gone_once_the_correction_is_withdrawn(desk: Desk) -> None:
    corrected(desk)
    desk.forget("grants", "g2")
    desk.run()
    assert found(desk) == []


def test_the_newest_correction_is_told_and_a_word_of_its_own_ends_it(desk: Desk) -> None:
    corrected(desk)
    desk.file("g3", LATER + timedelta(days=1), phone="03-3", **name("新商店"))
    desk.run()
    assert found(desk) == [BOTH[0], ("differs", "g2", "phone"), BOTH[1]]
    assert {one.by.record_key for one in _all(desk)} == {"g3"}
    desk.file("g4", TODAY + timedelta(days=400), phone="03-4", **name("第三商店"))
    desk.run()
    assert found(desk) == []


@pytest.mark.parametrize("consent", [False, None])
def test_without_consent_nobody_is_told(desk: Desk, consent: bool | None) -> None:
    corrected(desk, consent=consent)
    assert desk.outcomes() == {"name": "corrected", "phone": "corrected"}
    assert found(desk) == []


def test_an_owner_whose_records_are_a_secret_is_not_named(desk: Desk) -> None:
    desk.say("advice", "a1", OLD, phone="03-9")
    corrected(desk)
    assert found(desk) == BOTH


def test_what_was_confirmed_is_no_finding(desk: Desk) -> None:
    desk.fill_in("name", "phone")
    desk.file("g2", LATER, phone="03-1", **name("旧商店"))
    desk.run()
    assert found(desk) == []


def test_a_corrected_year_is_told_to_whose_figures_were_filled_in(desk: Desk) -> None:
    year = {"period_end": date(2025, 3, 31), "settled": True}
    desk.say("grants", "g1", OLD, phone="03-1", financial_statement=[{**year, "sales_jpy": 10}])
    desk.run()
    desk.fill_in_figure("sales_jpy")
    desk.file("g2", LATER, financial_statement=[{**year, "sales_jpy": 12}])
    desk.run()
    assert found(desk) == [("differs", "g1", "financial_statement")]
    (item,) = [item for item in desk.told().items if item.entity == "financial_statement"]
    assert item.values["sales_jpy"] == 12


def test_an_unchanged_year_is_as_old_as_it_was(desk: Desk) -> None:
    year = {"period_end": date(2025, 3, 31), "settled": True}
    desk.say("grants", "g1", OLD, phone="03-1", financial_statement=[{**year, "sales_jpy": 10}])
    desk.run()
    desk.fill_in_figure("sales_jpy")
    later = {"period_end": date(2026, 3, 31), "settled": True}
    desk.file("g2", LATER, financial_statement=[{**later, "sales_jpy": 10}])
    desk.run()
    held = [item for item in desk.told().items if item.entity == "financial_statement"]
    assert [(item.item, item.origin.as_of) for item in held] == [("2025-03-31", OLD)]
    assert desk.sound()
