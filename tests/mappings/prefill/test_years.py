"""Fiscal years: the one that is asked, no other."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from mappings.prefill import Outcome
from tests.mappings.prefill.businesses import DAY, LATELY, Made, codes, only, origin

PREFILL, CONFIRM, ASK = Outcome.PREFILL, Outcome.CONFIRM, Outcome.ASK
LAST, BEFORE = date(2026, 3, 31), date(2025, 3, 31)
SALES: dict[str, Any] = {"sales_jpy": 120_000_000, "sales_jpy_unit": 1_000}


def test_the_last_closed_year_is_filled_in() -> None:
    answer = Made().year(LAST, **SALES).answer("it_subsidy", "直近決算売上高")

    assert (answer.outcome, only(answer.texts)) == (PREFILL, "120000")


def test_a_year_that_is_not_the_last_closed_one_is_not_used() -> None:
    answer = Made().year(BEFORE, **SALES).answer("it_subsidy", "直近決算売上高")

    assert (answer.outcome, dict(answer.texts)) == (ASK, {})
    assert codes(answer) == {"other_year"}


@pytest.mark.parametrize(
    ("day", "outcome"),
    [(date(2026, 4, 1), CONFIRM), (date(2026, 7, 1), CONFIRM), (date(2026, 7, 2), ASK)],
)
def test_until_the_accounts_are_settled_the_year_before_is_confirmed(
    day: date, outcome: Outcome
) -> None:
    made = Made().year(BEFORE, origin(as_of=date(2026, 1, 5)), **SALES)

    answer = made.answer("it_subsidy", "直近決算売上高", day)

    assert answer.outcome is outcome
    assert ("new_year" in codes(answer)) == (outcome is CONFIRM)


@pytest.mark.parametrize(
    "changes",
    [{"settled": False}, {"period_end": None, "period_start": None}, {"tax_included": True}],
)
def test_what_is_expected_undated_or_with_tax_is_no_closed_years_figure(
    changes: dict[str, Any],
) -> None:
    answer = Made().year(LAST, **SALES, **changes).answer("it_subsidy", "直近決算売上高")

    assert (answer.outcome, dict(answer.texts)) == (ASK, {})


def test_a_short_year_is_confirmed() -> None:
    made = Made().year(LAST, period_start=date(2025, 10, 1), **SALES)

    answer = made.answer("it_subsidy", "直近決算売上高")

    assert (answer.outcome, "short_year" in codes(answer)) == (CONFIRM, True)


def test_two_years_stand_in_turn_each_with_its_end() -> None:
    made = Made().year(LAST, sales_jpy=2_000, sales_jpy_unit=1)
    made.year(BEFORE, sales_jpy=1_000, sales_jpy_unit=1)

    answer = made.answer("monozukuri", "売上高（2期）")

    texts = {path.partition(".")[2]: text for path, text in answer.texts.items()}
    assert answer.outcome is PREFILL
    assert texts["決算[0].売上高"] == "2,000円"
    assert texts["決算[1].売上高"] == "1,000円"
    assert {path for path in texts if path.endswith("決算年月")} == {
        "決算[0].決算年月", "決算[1].決算年月",
    }  # fmt: skip


def test_one_of_two_years_is_confirmed_as_incomplete() -> None:
    answer = (
        Made().year(LAST, sales_jpy=2_000, sales_jpy_unit=1).answer("monozukuri", "売上高（2期）")
    )

    assert (answer.outcome, "incomplete" in codes(answer)) == (CONFIRM, True)


def test_a_figure_that_the_row_that_holds_does_not_have_comes_from_another_of_that_year() -> None:
    other = origin("it_subsidy.applications", date(2026, 8, 1))
    made = Made().year(LAST, origin(as_of=LATELY), operating_profit_jpy=1_000)
    made.beside("financial_statement", other, period_end=LAST, settled=True, **SALES)
    made.beside("financial_statement", other, period_end=BEFORE, settled=True, sales_jpy=1)

    answer = made.answer("it_subsidy", "直近決算売上高")

    assert (answer.outcome, only(answer.texts)) == (PREFILL, "120000")
    assert answer.origins == (other,)


PARTS: dict[str, Any] = {
    "operating_profit_jpy": 10_000_000, "personnel_cost_jpy": 60_000_000,
    "depreciation_jpy": 5_000_001, "workers": 10,
    "gross_profit_jpy": 80_000_000, "hours_per_worker": 1_600,
}  # fmt: skip


def test_productivity_and_value_added_follow_from_one_settled_year() -> None:
    made = Made().year(LAST, **PARTS)

    worker = made.answer("management_plan", "労働生産性（現状）")
    assert (worker.outcome, only(worker.texts)) == (CONFIRM, "7500")
    assert set(worker.derived_from) == {
        "operating_profit", "personnel_cost", "depreciation", "workers",
    }  # fmt: skip
    hour = made.answer("it_subsidy", "労働生産性（直近）")
    assert (hour.outcome, only(hour.texts)) == (CONFIRM, "5000")
    added = made.answer("monozukuri", "付加価値額")
    assert (added.outcome, only(added.texts)) == (CONFIRM, "75000")
    assert "derived" in codes(added)


@pytest.mark.parametrize("missing", ["workers", "depreciation_jpy"])
def test_nothing_follows_from_parts_that_are_not_all_there(missing: str) -> None:
    some = {name: value for name, value in PARTS.items() if name != missing}

    answer = Made().year(LAST, **some).answer("management_plan", "労働生産性（現状）")

    assert answer.outcome is ASK


def test_nothing_follows_for_no_workers_or_of_another_year() -> None:
    none = Made().year(LAST, **{**PARTS, "workers": 0})
    other = Made().year(BEFORE, **PARTS)

    for made in (none, other):
        assert made.answer("management_plan", "労働生産性（現状）").outcome is ASK


def test_the_month_in_which_years_end_follows_from_a_whole_year() -> None:
    answer = Made().year(LAST, **SALES).answer("monozukuri", "決算月", DAY)

    assert (answer.outcome, only(answer.texts)) == (CONFIRM, "3")
    short = Made().year(LAST, period_start=date(2025, 10, 1), **SALES)
    assert short.answer("monozukuri", "決算月").outcome is ASK
