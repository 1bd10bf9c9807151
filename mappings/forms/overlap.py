"""Which fields of several forms ask the same, and what is left when each is asked once.

A *question* is a reusable concept, the whole of it where forms ask for parts: prefecture,
municipality and street are one question, the registered address. What the office fills in is no
question to a business. Declarations and what belongs to one filing (sheet B) are put in every form.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from canonical.model.concepts import concept_of, parts_of
from mappings.forms.form import Filler, Form, FormField

Place = tuple[str, str]
"""A form's id and the name of its field."""


@dataclass(frozen=True, slots=True)
class FormCount:
    """One form's fields by who fills them in and what they are, and its reusable questions.

    `staff`, `agent`, `declarations`, `own` and `reusable` add up to `fields`.
    """

    form: str
    ja: str
    en: str
    fields: int
    staff: int
    agent: int
    declarations: int
    own: int
    reusable: int
    questions: int

    @property
    def asked_alone(self) -> int:
        """Fields that a business fills in where the form knows of no other."""
        return self.declarations + self.own + self.reusable


@dataclass(frozen=True, slots=True)
class Shared:
    """A question, and all fields that ask it."""

    concept: str
    ja: str
    en: str
    places: tuple[Place, ...]

    @property
    def forms(self) -> frozenset[str]:
        """The forms that ask it."""
        return frozenset(form for form, _ in self.places)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two forms: the questions that both ask, and those that either asks."""

    left: str
    right: str
    both: int
    either: int

    @property
    def jaccard(self) -> float:
        """`both` by `either`, 0 to 1; 0 where neither asks anything."""
        return self.both / self.either if self.either else 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """One form in an order of filling in: how many of its questions a form before it put, or not.

    `finer` are known questions of which this form wants a part or a year that no form before it
    has on its sheet: the hub asks for the whole the first time.
    """

    form: str
    new: int
    known: int
    finer: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Apart:
    """Two fields that look alike, by name or canonical field, and ask different things."""

    left: Place
    right: Place
    left_concept: str
    right_concept: str


@dataclass(frozen=True, slots=True)
class Overlap:
    """What `overlap` finds. `questions`, `left` and `asked` do not depend on the forms' order."""

    forms: tuple[FormCount, ...]
    questions: tuple[Shared, ...]
    pairs: tuple[Pair, ...]
    order: tuple[Step, ...]
    repeated_own: tuple[Shared, ...]
    apart: tuple[Apart, ...]

    def total(self, name: str) -> int:
        """The sum of one figure of `FormCount` over all forms."""
        return sum(getattr(count, name) for count in self.forms)

    @property
    def asked(self) -> int:
        """Fields that a business fills in today, form by form."""
        return self.total("asked_alone")

    @property
    def left(self) -> int:
        """What is left to fill in when each reusable question is put once."""
        return len(self.questions) + self.total("own") + self.total("declarations")

    @property
    def saved(self) -> int:
        """Fields that nobody needs to fill in again."""
        return self.asked - self.left

    @property
    def shared(self) -> tuple[Shared, ...]:
        """The questions that more than one form asks, the most frequent first."""
        several = (each for each in self.questions if len(each.forms) > 1)
        return tuple(sorted(several, key=lambda each: -len(each.forms)))

    @property
    def concepts(self) -> int:
        """Different questions if staff fields, declarations and own ones counted as shared ones."""
        return len({each.concept for each in (*self.questions, *self.repeated_own)})


def overlap(forms: Sequence[Form]) -> Overlap:
    """Which fields of these forms ask the same; `order` is that of the forms as given.

    A form that is given twice counts once.
    """
    chosen = tuple({form.id: form for form in forms}.values())
    reusable = {form.id: _by_question(f for f in form.fields if f.reusable) for form in chosen}
    rest = [(form.id, f) for form in chosen for f in form.fields if not f.reusable]
    return Overlap(
        tuple(_count(form, len(reusable[form.id])) for form in chosen),
        _shared((form.id, f) for form in chosen for f in form.fields if f.reusable),
        tuple(_pair(a.id, b.id, reusable) for a, b in combinations(chosen, 2)),
        _steps(chosen, reusable),
        _shared(rest),
        _apart(chosen),
    )


def _by_question(fields: Iterable[FormField]) -> dict[str, list[FormField]]:
    found: dict[str, list[FormField]] = {}
    for each in fields:
        found.setdefault(each.concept.question, []).append(each)
    return found


def _count(form: Form, questions: int) -> FormCount:
    staff = sum(f.by.staff for f in form.fields)
    agent = sum(f.by is Filler.AGENT for f in form.fields)
    mine = [f for f in form.fields if f.by is Filler.APPLICANT]
    declarations = sum(f.declaration for f in mine)
    reusable = sum(f.reusable for f in mine)
    own = len(mine) - declarations - reusable
    return FormCount(
        form.id, form.ja, form.en, len(form.fields), staff, agent, declarations, own, reusable,
        questions,
    )  # fmt: skip


def _shared(asked: Iterable[tuple[str, FormField]]) -> tuple[Shared, ...]:
    places: dict[str, list[Place]] = {}
    for form, each in asked:
        places.setdefault(each.concept.question, []).append((form, each.name))
    concepts = ((concept_of(name), found) for name, found in places.items())
    return tuple(Shared(c.id, c.ja, c.en, tuple(found)) for c, found in concepts)


def _pair(left: str, right: str, asked: dict[str, dict[str, list[FormField]]]) -> Pair:
    a, b = asked[left].keys(), asked[right].keys()
    return Pair(left, right, len(a & b), len(a | b))


def _steps(forms: Sequence[Form], asked: dict[str, dict[str, list[FormField]]]) -> tuple[Step, ...]:
    seen: dict[str, set[tuple[str, int]]] = {}
    steps = []
    for form in forms:
        questions = asked[form.id]
        known = questions.keys() & seen.keys()
        finer = [q for q in questions if q in known and not _items(questions[q]) <= seen[q]]
        steps.append(Step(form.id, len(questions) - len(known), len(known), tuple(finer)))
        for name, fields in questions.items():
            seen.setdefault(name, set()).update(_items(fields))
    return tuple(steps)


def _items(fields: Iterable[FormField]) -> set[tuple[str, int]]:
    """Each part and fiscal year that the fields want; a whole is all its parts."""
    return {
        (part, year)
        for each in fields
        for part in _parts(each.concept.id)
        for year in range(max(each.years, 1))
    }


def _parts(concept: str) -> tuple[str, ...]:
    return _COARSE.get(concept) or tuple(
        part.id for part in parts_of(concept) if part.id not in _COARSE
    ) or (concept,)  # fmt: skip


_COARSE = {"registered_region": ("registered_prefecture", "registered_city")}
"""Parts that hold other parts in one field."""


def _apart(forms: Sequence[Form]) -> tuple[Apart, ...]:
    everything = [(form.id, each) for form in forms for each in form.fields]
    return tuple(
        Apart((f, a.name), (g, b.name), a.concept.id, b.concept.id)
        for (f, a), (g, b) in combinations(everything, 2)
        if f != g and a.concept.question != b.concept.question and _alike(a, b)
    )


def _alike(a: FormField, b: FormField) -> bool:
    if a.concept.field and a.concept.field == b.concept.field:
        return a.concept.qualifier("document") == b.concept.qualifier("document")
    return _bare(a.name) == _bare(b.name)


def _bare(name: str) -> str:
    return name.partition("（")[0]
