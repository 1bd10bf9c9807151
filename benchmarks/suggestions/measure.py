"""Figures of suggestions beside the truth, per form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from canonical.model.concepts import CONCEPTS
from mappings.forms import Form
from mappings.forms.suggesting import AskedField, Suggested, Verdict, knowledge, suggest

FORMS = Path(__file__).parent / "forms"
SECOND_LOOK = ("smart_sme", "support_agency", "corporate_auth", "small_business")
HELD_BACK = ("safety_net", "advanced_equipment", "restructuring")
NEW, DECLARATION = "new", "declaration"


@dataclass(frozen=True, slots=True)
class Judged:
    """One field's answer beside what is right: concepts, `new`, or `declaration`."""

    form: str
    answer: Suggested
    right: frozenset[str]

    @property
    def known(self) -> bool:
        """Whether there is a concept to be found."""
        return bool(self.right - {NEW, DECLARATION})

    def within(self, count: int) -> bool:
        """Whether a right answer is among the first so many."""
        names = {NEW if name is None else name for name in self.answer.ranked[:count]}
        if self.answer.verdict is Verdict.DECLARATION:
            names = {DECLARATION}
        return not names.isdisjoint(self.right)

    @property
    def taken(self) -> bool:
        """Whether the first is taken without asking."""
        return self.answer.verdict is Verdict.TAKE

    @property
    def wrongly_taken(self) -> bool:
        """Whether it is taken, and wrong."""
        return self.taken and not self.within(1)


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of one form, or of several.

    `known` fields have a concept to be found; `first`, `first_three` count those of them that are
    right. `new` are to be answered as new, `declared` as declarations.
    """

    fields: int
    known: int
    first: int
    first_three: int
    new: int
    new_right: int
    declared: int
    declared_right: int
    taken: int
    wrong: int


def figures(judged: Sequence[Judged]) -> Figures:
    """Count the answers."""
    known = [one for one in judged if one.known]
    new = [one for one in judged if one.right == {NEW}]
    declared = [one for one in judged if not one.known and one.right != {NEW}]
    return Figures(
        len(judged), len(known), _right(known), _right(known, 3), len(new), _right(new),
        len(declared), _right(declared), sum(one.taken for one in judged),
        sum(one.wrongly_taken for one in judged),
    )  # fmt: skip


def _right(judged: Iterable[Judged], within: int = 1) -> int:
    return sum(one.within(within) for one in judged)


def left_out(forms: Mapping[str, Form], name: str) -> list[Judged]:
    """The form's fields, of which nothing but the labels is given, as if it had not been seen."""
    form = forms[name]
    known = knowledge(forms, without=name)
    remaining = {each.concept.id for each in known.known}
    fields = [AskedField(each.name) for each in form.fields]
    answers = suggest(fields, known)
    return [
        Judged(name, answer, _right_of(each.concept.id, remaining))
        for each, answer in zip(form.fields, answers, strict=True)
    ]


def _right_of(concept: str, remaining: set[str]) -> frozenset[str]:
    """The concept; if no other form asks it, new. A part's whole is asked in its place."""
    told = CONCEPTS[concept]
    if told.kind == "declaration":
        return frozenset({DECLARATION})
    return frozenset({concept if concept in remaining else NEW})


def unseen(forms: Mapping[str, Form], name: str) -> list[Judged]:
    """The fields of a form that is in nobody's mapping, with what its file says of them."""
    rows = list(_rows(FORMS / f"{name}.tsv"))
    fields = [_asked(row) for row in rows]
    answers = suggest(fields, knowledge(forms))
    return [
        Judged(name, answer, frozenset(row["正解"].split("|")))
        for row, answer in zip(rows, answers, strict=True)
    ]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    return (dict(zip(head.split("\t"), line.split("\t"), strict=True)) for line in lines)


def _asked(row: dict[str, str]) -> AskedField:
    length = row.get("文字数")
    return AskedField(
        row["項目"],
        row.get("様式上の区分", ""),
        unit=row.get("単位") or None,
        max_length=int(length) if length else None,
        choices=tuple(filter(None, row.get("選択肢", "").split("|"))),
    )
