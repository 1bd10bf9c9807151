"""A form that is left out leaves nothing behind: no label, no concept that it alone asks."""

from __future__ import annotations

import pytest

from canonical.model.concepts import CONCEPTS, Kind
from mappings.forms import load_forms
from mappings.forms.suggesting import knowledge
from mappings.forms.suggesting.words import bare, plain

FORMS = load_forms()


def labels(*names: str) -> set[str]:
    fields = (each for name in names for each in FORMS[name].fields)
    return {spelled(each.name) for each in fields for spelled in (plain, bare)}


@pytest.mark.parametrize("name", FORMS)
def test_no_label_of_it_is_left(name: str) -> None:
    others = [other for other in FORMS if other != name]
    hidden = labels(name) - labels(*others)
    assert hidden
    known = knowledge(FORMS, without=name)
    words = {
        spelled(word) for one in known.known for word in one.words for spelled in (plain, bare)
    }
    assert words.isdisjoint(hidden)
    long = [word for word in hidden if len(word) > 1]
    assert [one.concept.id for one in known.known for word in long if word in one.definition] == []


@pytest.mark.parametrize("name", FORMS)
def test_no_concept_that_it_alone_asks_is_left(name: str) -> None:
    others = {each.concept.id for form in FORMS.values() if form.id != name for each in form.fields}
    alone = {each.concept.id for each in FORMS[name].fields} - others
    known = {one.concept.id for one in knowledge(FORMS, without=name).known}
    assert alone
    assert known.isdisjoint(alone)
    assert {one for one in others if CONCEPTS[one].kind is not Kind.DECLARATION} <= known


def test_declarations_are_no_candidates() -> None:
    assert not any(one.concept.kind is Kind.DECLARATION for one in knowledge(FORMS).known)


def test_a_form_teaches_its_labels() -> None:
    words = {word for one in knowledge(FORMS).known for word in one.words}
    taught = {each.name for form in FORMS.values() for each in form.fields if not each.declaration}
    assert taught <= words


def test_two_fields_of_one_form_may_ask_the_same() -> None:
    (party,) = (one for one in knowledge(FORMS).known if one.concept.id == "party_name")
    assert {"名称", "事業者の氏名又は名称（別紙）"} <= set(party.words)
    assert "management_plan" in party.forms
