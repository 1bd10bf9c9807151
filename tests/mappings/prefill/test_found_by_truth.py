"""What the evaluation against the world's truth found to be misassigned, and is no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from canonical.model.business import Said
from mappings.prefill import Outcome
from tests.mappings.prefill.businesses import GBIZ, LATELY, REGISTER, Made, codes, only, origin

LAST = date(2026, 3, 31)
NAMED = {"representative_name": "標本 太郎"}


@pytest.mark.parametrize(
    ("said", "months", "outcome"),
    [
        (date(2026, 7, 1), None, Outcome.CONFIRM),
        (date(2026, 7, 2), None, Outcome.PREFILL),
        (date(2026, 5, 1), 12, Outcome.PREFILL),
    ],
)
def test_the_last_closed_year_of_an_early_answer_may_be_the_year_before(
    said: date, months: int | None, outcome: Outcome
) -> None:
    """The mapping counts such a year back from the answer's day; one that was stated stands."""
    year = {"months": months} if months else {}
    made = Made().year(LAST, origin(as_of=said), sales_jpy=1_000_000, **year)

    answer = made.answer("it_subsidy", "直近決算売上高")

    assert answer.outcome is outcome
    assert ("year_unsure" in codes(answer)) is (outcome is Outcome.CONFIRM)


def test_the_name_of_a_sole_proprietor_is_the_persons_and_no_trade_name() -> None:
    made = Made().say(GBIZ, kind="sole_proprietor", name="標本商店", **NAMED)

    answer = made.answer("it_subsidy", "事業者名")

    assert (answer.outcome, only(answer.texts)) == (Outcome.PREFILL, "標本 太郎")
    assert answer.derived_from == ("representative_name",)


def test_the_name_of_a_corporation_stays_its_own() -> None:
    made = Made().say(GBIZ, kind="corporation", name="株式会社標本商店", **NAMED)

    assert only(made.answer("it_subsidy", "事業者名").texts) == "株式会社標本商店"


@pytest.mark.parametrize(
    ("day", "outcome"), [(LATELY, Outcome.CONFIRM), (date(2025, 9, 1), Outcome.PREFILL)]
)
def test_two_accounts_of_one_day_that_name_two_representatives(day: date, outcome: Outcome) -> None:
    """One of them has ended, so the other holds; which of the two is right, nobody said."""
    made = Made().say(GBIZ, kind="corporation", **NAMED)
    other = replace(GBIZ, member_id=2, record_id=2, record_key="K2", as_of=day)
    said = Said(other, {"representative_name": "標本 次郎"}, holds=False, agrees=False)
    made.saids["representative"].append(said)

    answer = made.answer("it_subsidy", "代表者氏名")

    assert (answer.outcome, only(answer.texts)) == (outcome, "標本 太郎")


def test_rows_of_one_day_in_a_register_are_no_contest() -> None:
    made = Made().say(REGISTER, kind="corporation", name="株式会社標本商店")
    earlier = Said(REGISTER, {"name": "有限会社標本商店"}, holds=False, agrees=False)
    made.saids["name"].append(earlier)

    assert made.answer("it_subsidy", "事業者名").outcome is Outcome.PREFILL
