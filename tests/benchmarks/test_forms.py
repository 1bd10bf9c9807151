"""The evaluation of forms over a small world: what `make bench` asserts over 1 000 businesses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from benchmarks.forms import block, spelled, truth
from benchmarks.forms.judging import Judging
from benchmarks.forms.world import eventful
from canonical.model.business import Origin
from mappings.forms import load_forms, overlap
from mappings.prefill import Answer, Outcome
from mocks.world.truth import RecordKey
from tests.mappings.prefill.businesses import origin

FORMS = load_forms()


@pytest.mark.network
@pytest.mark.timeout(240)
def test_sixty_businesses_are_filled_in_rightly_and_asked_once() -> None:
    levels = block.evaluate(60)
    assert block.missed(levels) == []
    alone, with_gbizinfo, everything = levels
    assert everything.businesses == 60
    assert min(alone.filled(form) for form in alone.shares) >= block.LEAST_ALONE
    assert alone.average < with_gbizinfo.average < everything.average
    assert everything.judged["prefill right"] > 3_000
    assert sum(level.misassigned.total() + level.twice for level in levels) == 0
    assert everything.orders > 3 * 60
    assert everything.depends == 0
    assert list(block.report(levels))


def test_with_nothing_known_each_question_of_the_five_forms_is_put_once() -> None:
    done, counted = block.nothing_known(), overlap(list(FORMS.values()))
    assert len(done.asked) == len(set(done.asked)) == len(counted.questions)
    assert done.left == counted.left
    assert sum(filling.staff for filling in done.fillings) == counted.total("staff")
    assert sum(filling.agent for filling in done.fillings) == counted.total("agent")


@pytest.fixture(scope="module")
def judging() -> Judging:
    return Judging(eventful(20))


def _answer(form: str, name: str, texts: dict[str, str], *origins: Origin) -> Answer:
    field = FORMS[form].field(name)
    return Answer(field, Outcome.PREFILL, (), texts, {}, origins)


def test_what_is_wrong_is_seen(judging: Judging) -> None:
    """Another party, period, unit, meaning or use does not pass for right."""
    world = judging.world
    business = next(b for b in world.businesses.values() if len(b.closed_years(world.today)) > 1)
    last, before = business.closed_years(world.today)[:2]
    path = "answers.直近決算売上高"

    def verdict(text: str) -> str:
        return judging.judge("it_subsidy", business.id, _answer("it_subsidy", path[8:],
                                                                {path: text})).verdict  # fmt: skip

    assert verdict(f"{last.sales // 1000}") == "right"
    assert verdict(f"{before.sales // 1000}") == "wrong"
    assert verdict(f"{last.sales}") == "wrong"
    assert verdict(f"{last.operating_profit // 1000}") == "wrong"


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({}, ()),
        ({"record_key": "another"}, ("other_party",)),
        ({"role": "vendor"}, ("other_role",)),
        ({"system": "succession"}, ("other_party", "purpose")),
        ({"as_of": date(2024, 1, 1)}, ("freshness",)),
    ],
)
def test_whose_word_it_is_counts(
    judging: Judging, changes: dict[str, Any], broken: tuple[str, ...]
) -> None:
    world = judging.world
    one, other = list(world.businesses.values())[:2]
    for key, business in (("own", one), ("another", other)):
        known = RecordKey("subsidy", "applications", key)
        world.truth.state(known, business.id, (), frozenset(), consented=True)
    by = replace(origin(as_of=world.today, record_key="own"), **changes)
    answer = _answer("monozukuri", "従業員数", {"answers.従業員数": str(one.employees)}, by)
    assert judging.judge("monozukuri", one.id, answer).broken == broken


@pytest.mark.parametrize(
    ("consented", "broken"), [(True, ()), (False, ("consent",)), (None, ("consent",))]
)
def test_an_answer_without_consent_is_seen(
    judging: Judging, consented: bool | None, broken: tuple[str, ...]
) -> None:
    """The record's own answer counts as it stands today: what was withdrawn is a no."""
    world = judging.world
    one = list(world.businesses.values())[3]
    one.data_use_consent = True
    key = RecordKey("subsidy", "applications", f"said-{consented}")
    world.truth.state(key, one.id, (), frozenset(), consented=consented)
    by = origin(as_of=world.today, record_key=key.key)
    answer = _answer("monozukuri", "従業員数", {"answers.従業員数": str(one.employees)}, by)
    assert judging.judge("monozukuri", one.id, answer).broken == broken


def test_texts_are_read_without_the_hub() -> None:
    assert spelled.day("令和元年5月1日") == (2019, 5, 1)
    assert spelled.day("２０２５年３月") == (2025, 3)
    assert spelled.day("S45.4.1") == (1970, 4, 1)
    assert spelled.amount("△1,000千円", "円") == (-1_000_000, 1_000)
    assert spelled.amount("300", "万円") == (3_000_000, 10_000)
    assert spelled.name("㈱標本　製作所") == "株式会社標本製作所"
    assert spelled.place("東京都港区赤坂二丁目３番４号") == spelled.place("港区赤坂2-3-4")
    assert spelled.place("港区赤坂1-23") != spelled.place("港区赤坂12-3")
    assert spelled.kana("カブシキガイシャ　ヒョウホン") == "ヒョウホン"
    assert set(truth.YEN) == set(FORMS)
