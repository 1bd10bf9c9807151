"""`prefill`: every field of a form, filled in, put to be confirmed, or asked, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from base.errors import MappingError
from canonical.model.business import Business
from canonical.model.concepts import Concept
from mappings.forms.form import Filler, Form, FormField
from mappings.prefill import reasons
from mappings.prefill.answers import Answer, Outcome, Prefill, Why
from mappings.prefill.finding import find
from mappings.prefill.knowledge import Knowledge, knowledge
from mappings.prefill.told import Candidate, Told
from mappings.prefill.writing import Written, write


def prefill(form: Form, business: Business, day: date, known: Knowledge | None = None) -> Prefill:
    """What the hub can say to a form for a business on a day.

    `business` has to be told for the purpose of prefill (`canonical.golden.asof.business`): what
    may not be used is not in it. `known` is what forms and mappings say, read once by default.

    Raises:
        MappingError: the form has no version on that day.
    """
    version = form.version(day)
    if version is None:
        first = min(start for _, start in form.versions)
        raise MappingError(
            f"the form {form.id} has no version on {day}",
            remedy=f"Its first version is in force from {first}.",
        )
    told = Told(business, day, known or knowledge())
    written: dict[str, Written] = {}
    answers = [_answer(told, asked, form, written) for asked in form.on(day).fields]
    texts = {path: text for answer in answers for path, text in answer.texts.items()}
    return Prefill(
        form.id,
        version,
        business.party_id,
        day,
        tuple(_agreeing(answer, written.get(answer.field.name), texts) for answer in answers),
    )


def _answer(told: Told, asked: FormField, form: Form, written: dict[str, Written]) -> Answer:
    own = _not_ours(asked)
    if own is not None:
        return _asked(asked, own)
    found = find(told, asked.concept, asked.years)
    if not isinstance(found, Candidate):
        return _asked(asked, *found)
    text = write(asked, form, found.rows)
    if text is None:
        return _asked(asked, reasons.NO_PLACE)
    if not text.texts:
        why = text.notes or (reasons.unknown(_holders(told, asked.concept)),)
        return _asked(asked, *why)
    written[asked.name] = text
    notes = tuple(dict.fromkeys((*found.notes, *text.notes, *_parts_left(asked, text))))
    origin = found.origins[0]
    held = reasons.held(f"{origin.system}.{origin.stream}", origin.as_of)
    return Answer(
        asked,
        Outcome.CONFIRM if notes else Outcome.PREFILL,
        tuple(dict.fromkeys((*notes, *found.said, *text.said))) or (held,),
        text.texts,
        _values(asked.concept, found),
        found.origins,
        found.derived_from,
        text.cannot,
    )


def _holders(told: Told, concept: Concept) -> list[str]:
    could = told.knowledge.holders.get(concept.id, ())
    return [name for name in could if name in told.business.holders]


def _not_ours(asked: FormField) -> Why | None:  # noqa: PLR0911 (one case a line)
    """Why the hub says nothing to a field, whatever it holds."""
    if asked.by in {Filler.OFFICER, Filler.SYSTEM}:
        return reasons.STAFF
    if asked.by is Filler.AGENT:
        return reasons.AGENT
    if asked.declaration:
        return reasons.DECLARATION
    if not asked.concept.reusable:
        return reasons.OWN
    if asked.concept.field is None:
        return reasons.NOT_KEPT
    if asked.concept.entity is not None and asked.concept.entity.name == "attachment":
        return reasons.ATTACHMENT
    return None


def _asked(asked: FormField, *why: Why) -> Answer:
    return Answer(asked, Outcome.ASK, why, {}, {})


def _parts_left(asked: FormField, text: Written) -> tuple[Why, ...]:
    """Whether one of several places of an answer is left empty."""
    listed = any("[]" in path for path in asked.answers)
    if listed or len(asked.answers) < 2 or len(text.texts) == len(asked.answers):
        return ()
    return (reasons.INCOMPLETE,)


def _values(concept: Concept, found: Candidate) -> dict[str, object]:
    """The canonical columns of the concept, of the first row."""
    columns = [name for each in concept.fields for name in each.columns()]
    row = found.rows[0]
    return {name: row[name] for name in columns if row.get(name) is not None}


def _agreeing(answer: Answer, text: Written | None, texts: Mapping[str, str]) -> Answer:
    """The answer, unless its rule would write something else into another field of the form."""
    if text is None:
        return answer
    for path, beside in text.beside.items():
        if texts.get(path, beside) != beside:
            return replace(_asked(answer.field, reasons.CONTRADICTS))
    return answer
