"""What is not ticked never leaves, and to keep it back changes nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.prefill import Outcome, Prefill, release
from tests.mappings.prefill.businesses import ADDRESS, GBIZ, NAME, REGISTER, Made


def _filled() -> Prefill:
    made = Made().say(REGISTER, **NAME, **ADDRESS).say(GBIZ, kind="corporation")
    for end in (date(2026, 3, 31), date(2025, 3, 31)):
        made.year(end, sales_jpy=2_000, ordinary_profit_jpy=300)
    return made.filled("monozukuri")


def test_without_a_choice_all_that_is_known_leaves_and_nothing_that_is_asked() -> None:
    found = _filled()

    leaving = release(found)

    assert {a.field.name for a in leaving.answers} == {
        a.field.name for a in found.answers if a.outcome is not Outcome.ASK
    }


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_what_is_not_ticked_leaves_no_trace(data: st.DataObject) -> None:
    found = _filled()
    names = [answer.field.name for answer in found.answers]
    ticked = data.draw(st.sets(st.sampled_from(names)))

    leaving = release(found, ticked)

    assert {answer.field.name for answer in leaving.answers} <= ticked
    for answer in found.answers:
        if answer.field.name not in ticked:
            leaves = {path.rpartition(".")[2] for path in answer.field.answers}
            assert not any(path.rpartition(".")[2] in leaves for path in leaving.texts)


def test_the_others_are_what_they_were() -> None:
    found = _filled()
    names = {answer.field.name for answer in found.answers}

    leaving = release(found, names - {"経常利益（2期）"})

    kept = {a.field.name: a for a in release(found).answers if a.field.name != "経常利益（2期）"}
    assert {a.field.name: a for a in leaving.answers} == kept
    assert "answers.決算[0].決算年月" in leaving.texts


def test_a_place_that_two_fields_share_keeps_what_either_keeps_back() -> None:
    made = Made().say(REGISTER, **NAME).filled("management_plan")
    names = {answer.field.name for answer in made.answers}

    leaving = release(made, names - {"名称"})

    assert not any("名称" in path for path in leaving.texts)


def test_of_an_answer_of_several_places_only_the_shared_one_is_kept_back() -> None:
    found = _filled()
    one, other = (a for a in found.answers if a.field.name in {"商号又は名称", "資本金"})
    both = replace(one, texts={"a": "1", "b": "2"})
    made = replace(found, answers=(both, replace(both, field=other.field, texts={"b": "2"})))

    leaving = release(made, {both.field.name})

    assert leaving.texts == {"a": "1"}


def test_a_name_that_is_no_field_is_refused() -> None:
    with pytest.raises(KeyError, match="has no field 社名"):
        release(_filled(), ["社名"])
