"""What is known of forms and mappings apart from any business: made once, used for every prefill.

`meanings` says what a stream's own form asked where one of its rules fills a canonical field: the
same column can have been asked as something else (labour productivity by another formula, a
plan's prose). `holders` are the streams whose rules fill what a concept asks. `namesakes` are
concepts that are near, and are not the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from canonical.model.concepts import CONCEPTS, Concept, Kind
from mappings.compiler import read_rules, system_of
from mappings.forms import Form, load_forms
from mappings.forms.agreement import binding_index, fits
from mappings.forms.form import Binding
from mappings.forms.loading import FOLDER
from mappings.loading import load_mapping

_APART = frozenset({"employees", "formula", "identifier", "industry", "place", "tax", "year"})
"""Qualifiers by which concepts of one thing are told apart."""


Meanings = Mapping[tuple[str, str], Mapping[tuple[str, str], frozenset[str]]]
"""Stream → entity and column → concepts under which the stream's form asked for it."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """See the module."""

    forms: Mapping[str, Form]
    meanings: Meanings
    holders: Mapping[str, tuple[str, ...]]
    namesakes: Mapping[str, tuple[Concept, ...]]

    def means(self, stream: tuple[str, str], entity: str, column: str, asked: Concept) -> bool:
        """Whether what a stream says in a column may be an answer to a concept."""
        found = self.meanings.get(stream, {}).get((entity, column))
        return not found or not all(_apart(asked, CONCEPTS[name]) for name in found)

    def asked_as(self, stream: tuple[str, str], entity: str, column: str) -> Concept | None:
        """The concept under which a stream's form asked for a column, if it has a form."""
        found = self.meanings.get(stream, {}).get((entity, column))
        return CONCEPTS[min(found)] if found else None


@cache
def knowledge(folder: Path = FOLDER) -> Knowledge:
    """Everything known of a folder of mapping files; read once a process."""
    forms = load_forms(folder)
    meanings = _meanings(forms)
    return Knowledge(forms, meanings, _holders(folder, meanings), _namesakes())


def _apart(asked: Concept, other: Concept) -> bool:
    """Whether an answer to the other concept is none to the one asked."""
    if asked.question == other.question:
        return False
    return other.entity is not asked.entity or other.field == asked.field


def _meanings(forms: Mapping[str, Form]) -> Meanings:
    found: dict[tuple[str, str], dict[tuple[str, str], set[str]]] = {}
    for form in forms.values():
        if form.stream is None:
            continue
        of_stream = found.setdefault((form.system, form.stream), defaultdict(set))
        for asked in form.fields:
            for binding in asked.bindings:
                for column in _columns(binding):
                    of_stream[binding.entity, column].add(asked.concept.id)
    return {
        stream: {place: frozenset(names) for place, names in places.items()}
        for stream, places in found.items()
    }


def _columns(binding: Binding) -> Iterator[str]:
    if binding.rule is not None:
        yield from filter(None, binding.rule.outputs)
    elif binding.each is not None:
        for rule in binding.each.fields:
            yield from filter(None, rule.outputs)


def _holders(folder: Path, meanings: Meanings) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(folder.glob("*.yaml")):
        file = load_mapping(path)
        for stream in file.tree:
            if stream == "forms":
                continue
            name = f"{system_of(file)}.{stream}"
            bound = [b for found in binding_index(read_rules(file, stream)).values() for b in found]
            asked = meanings.get((system_of(file), stream), {})
            for concept in CONCEPTS.values():
                if any(fits(concept, each) and _as_asked(concept, each, asked) for each in bound):
                    found[concept.id].add(name)
    return {concept: tuple(sorted(names)) for concept, names in found.items()}


def _as_asked(
    concept: Concept, binding: Binding, asked: Mapping[tuple[str, str], frozenset[str]]
) -> bool:
    """Whether the stream's own form, where it asks what the binding reads, asks this."""
    named = {
        name for column in _columns(binding) for name in asked.get((binding.entity, column), ())
    }
    return not named or not all(_apart(concept, CONCEPTS[name]) for name in named)


def _namesakes() -> dict[str, tuple[Concept, ...]]:
    facts = [each for each in CONCEPTS.values() if each.kind is not Kind.DECLARATION]
    return {
        one.id: tuple(other for other in facts if _near(one, other) or _near(other, one))
        for one in facts
    }


def _near(one: Concept, other: Concept) -> bool:
    """Whether one could be taken for the other by its place or by its words."""
    if one.question == other.question:
        return False
    if one.field is not None and one.field == other.field:
        return True
    if any(label in one.labels for label in other.labels):
        return True
    told = dict(one.qualifiers)
    return any(
        name in _APART - {"year"} and told.get(name) not in {None, value}
        for name, value in other.qualifiers
    )
