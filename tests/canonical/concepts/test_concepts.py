"""Concepts: each is one thing, says what field holds it, and stays apart from its namesakes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from canonical.model import ENTITIES
from canonical.model.concepts import CONCEPTS, Concept, Kind, Sheet, concept_of, parts_of
from canonical.model.concepts.catalogue import PAGE, render

ROOT = Path(__file__).parents[3]
SAME_NAME = [
    line.split("\t")
    for line in Path(__file__).with_name("same_name.tsv").read_text("utf-8").splitlines()[1:]
]
EVERY = pytest.mark.parametrize("concept", CONCEPTS.values(), ids=CONCEPTS)


def test_the_catalogue_is_up_to_date() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == render(), (
        "run: python -m canonical.model.concepts.catalogue"
    )


def test_no_id_is_given_twice() -> None:
    from canonical.model.concepts import applicants, declarations, figures, filings

    areas = (applicants, figures, filings, declarations)
    listed = [concept.id for area in areas for concept in area.CONCEPTS]
    assert len(listed) == len(set(listed)) == len(CONCEPTS)


@EVERY
def test_its_field_is_the_models(concept: Concept) -> None:
    if concept.field is None:
        assert concept.fields == ()
        return
    assert concept.field.partition(".")[0] in ENTITIES
    assert concept.fields
    strictest = max(list(type(concept.classification)).index(f.classification)
                    for f in concept.fields)  # fmt: skip
    assert list(type(concept.classification)).index(concept.classification) == strictest
    fresh = [f.fresh_for for f in concept.fields if f.fresh_for]
    assert concept.fresh_for == (min(fresh) if fresh else None)
    if len(concept.fields) == 1:
        assert concept.unit == concept.fields[0].unit
        assert concept.authority is concept.fields[0].authority


@EVERY
def test_it_is_said_what_it_is(concept: Concept) -> None:
    assert concept.ja
    assert concept.en
    assert concept.definition.endswith("。")
    assert len(set(concept.labels)) == len(concept.labels)


def test_no_two_have_the_same_labels() -> None:
    names = Counter(label for concept in CONCEPTS.values() for label in concept.labels)
    assert [label for label, count in names.items() if count > 1] == []


def test_two_of_one_field_differ_in_a_qualifier() -> None:
    told = Counter(
        (concept.field, concept.qualifiers, concept.kind)
        for concept in CONCEPTS.values()
        if concept.field is not None
    )
    assert [key for key, count in told.items() if count > 1] == []


def test_declarations_are_never_used_again() -> None:
    declared = [concept for concept in CONCEPTS.values() if concept.kind is Kind.DECLARATION]
    assert len(declared) >= 10
    assert not any(concept.reusable for concept in declared)
    assert not any(replace(concept, sheet=Sheet.A).reusable for concept in declared)


def test_sheet_b_is_a_forms_own() -> None:
    for concept in CONCEPTS.values():
        again = concept.sheet is not Sheet.B and concept.kind is not Kind.DECLARATION
        assert concept.reusable is again


def test_a_part_belongs_to_a_whole_that_is_no_part() -> None:
    for concept in CONCEPTS.values():
        if concept.part_of:
            whole = concept_of(concept.part_of)
            assert whole.part_of is None
            assert whole.reusable is concept.reusable
            assert concept in parts_of(whole.id)


def test_there_are_sixty_namesakes() -> None:
    assert len({frozenset(row[1:3]) for row in SAME_NAME}) == len(SAME_NAME) >= 60


@pytest.mark.parametrize(
    ("label", "left", "right", "why"), SAME_NAME, ids=[f"{row[1]}-{row[2]}" for row in SAME_NAME]
)
def test_same_name_and_different_meaning_stay_apart(
    label: str, left: str, right: str, why: str
) -> None:
    a, b = concept_of(left), concept_of(right)
    assert label
    assert why
    assert a.question != b.question
    assert set(a.labels).isdisjoint(b.labels)
    assert a.definition != b.definition
    assert (a.field, a.qualifiers, a.kind) != (b.field, b.qualifiers, b.kind) or a.field is None


def test_an_unknown_concept_names_its_neighbours() -> None:
    with pytest.raises(LookupError, match="corporate_number"):
        concept_of("corporat_number")
