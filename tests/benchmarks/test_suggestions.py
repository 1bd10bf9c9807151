"""Floors of the suggestions: each form left out in turn, and forms that nobody's mapping has."""

from __future__ import annotations

import pytest

from benchmarks.suggestions.measure import (
    DECLARATION,
    HELD_BACK,
    NEW,
    SECOND_LOOK,
    Judged,
    figures,
    left_out,
    unseen,
)
from canonical.model.concepts import CONCEPTS
from mappings.forms import load_forms

FORMS = load_forms()
UNSEEN = (*SECOND_LOOK, *HELD_BACK)


def wrong(judged: list[Judged]) -> list[str]:
    return [one.answer.field.shown for one in judged if one.wrongly_taken]


@pytest.mark.parametrize("name", FORMS)
def test_a_form_left_out_is_found_again(name: str) -> None:
    judged = left_out(FORMS, name)
    found = figures(judged)
    assert found.fields == found.known + found.new + found.declared == len(FORMS[name].fields)
    assert found.first / found.known >= 0.80
    assert found.first_three / found.known >= 0.92
    assert found.new_right / found.new >= 0.80
    assert found.declared_right == found.declared
    assert wrong(judged) == []


@pytest.mark.parametrize("name", UNSEEN)
def test_a_form_nobody_has_seen(name: str) -> None:
    judged = unseen(FORMS, name)
    found = figures(judged)
    assert found.first / found.known >= 0.80
    assert found.first_three / found.known >= 0.92
    assert found.declared_right == found.declared
    assert wrong(judged) == []


def test_what_is_clear_is_taken_all_the_same() -> None:
    known = figures([one for name in UNSEEN for one in unseen(FORMS, name)])
    assert known.taken / known.known >= 0.40


def test_all_right_answers_are_concepts() -> None:
    right = {answer for name in UNSEEN for one in unseen(FORMS, name) for answer in one.right}
    assert right - {NEW, DECLARATION} <= CONCEPTS.keys()
