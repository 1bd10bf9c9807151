"""Filling in several forms one after the other: what is asked, and what nobody is asked again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from mappings.forms.form import Filler, Form, FormField
from mappings.prefill.answers import Outcome, Prefill


@dataclass(frozen=True, slots=True)
class Filling:
    """One form in its turn, field by field; all but `asked` and `known` count fields.

    Attributes:
        asked: reusable questions put here for the first time; a question whose parts stand in
            several fields, or are asked for several years, is put once and whole.
        known: reusable questions of which every field left was answered in an earlier form.
        prefilled, confirmed: fields filled in from what the hub holds.
        own, declarations: fields of this filing alone, and those declared afresh, left to answer.
        staff, agent: fields that are no question to the applicant.
    """

    form: str
    asked: tuple[str, ...]
    known: tuple[str, ...]
    prefilled: int
    confirmed: int
    own: int
    declarations: int
    staff: int
    agent: int


@dataclass(frozen=True, slots=True)
class AskedOnce:
    """All forms in their turn, and the questions answered when the last is done."""

    fillings: tuple[Filling, ...]
    answers: frozenset[str]

    @property
    def asked(self) -> tuple[str, ...]:
        """Every reusable question put to the applicant, in the order in which it was put."""
        return tuple(question for filling in self.fillings for question in filling.asked)

    @property
    def left(self) -> int:
        """What an applicant still answers: questions, fields of each filing, declarations."""
        own = sum(filling.own + filling.declarations for filling in self.fillings)
        return len(self.asked) + own


def asked_once(
    forms: Sequence[Form], prefills: Mapping[str, Prefill], answers: Collection[str] = ()
) -> AskedOnce:
    """Fill in the forms in this order, keeping the answers given in one for the next.

    Args:
        prefills: of each form by its id.
        answers: questions that were answered before.
    """
    held = set(answers)
    fillings = []
    for form in forms:
        filling = _fill(prefills[form.id], held)
        held |= {*filling.asked}
        fillings.append(filling)
    return AskedOnce(tuple(fillings), frozenset(held))


def _fill(prefill: Prefill, held: Collection[str]) -> Filling:
    fields = [(answer.field, answer.outcome) for answer in prefill.answers]
    mine = [(field, outcome) for field, outcome in fields if field.by is Filler.APPLICANT]
    open_ = [field for field, outcome in mine if outcome is Outcome.ASK]
    questions = dict.fromkeys(field.concept.question for field in open_ if field.reusable)
    return Filling(
        prefill.form,
        tuple(question for question in questions if question not in held),
        tuple(question for question in questions if question in held),
        sum(outcome is Outcome.PREFILL for _, outcome in mine),
        sum(outcome is Outcome.CONFIRM for _, outcome in mine),
        sum(not field.reusable and not field.declaration for field in open_),
        sum(field.declaration for field in open_),
        _count(fields, staff=True),
        _count(fields, staff=False),
    )


def _count(fields: Sequence[tuple[FormField, Outcome]], *, staff: bool) -> int:
    if staff:
        return sum(field.by.staff for field, _ in fields)
    return sum(field.by is Filler.AGENT for field, _ in fields)
