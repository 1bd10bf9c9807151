"""What is known of the concepts: by which words they are asked, and which forms ask them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from canonical.model.concepts import CONCEPTS, Concept, Kind
from canonical.model.fields import FieldType
from mappings.forms.form import Form
from mappings.forms.suggesting.grams import Grams
from mappings.forms.suggesting.meaning import Meaning, meaning
from mappings.forms.suggesting.words import bare, parts, plain

_FACETS = ("whose", "place", "year", "employees", "tax", "formula")
_OF_THE_PARTY = {"party", "financial_statement", "officer", "shareholder", "party_identifier"}


@dataclass(frozen=True)
class Known:
    """One concept, the words by which it is asked, and its definition."""

    concept: Concept
    words: tuple[str, ...]
    definition: str
    forms: frozenset[str] = frozenset()

    @cached_property
    def meanings(self) -> tuple[Meaning, ...]:
        """Each word taken apart, with the concept's own qualifiers in their place."""
        return tuple(self._qualified(meaning(word)) for word in self.words)

    @cached_property
    def type(self) -> FieldType | None:
        """The type of its value, where it is one field of the model."""
        return self.concept.fields[0].type if len(self.concept.fields) == 1 else None

    def _qualified(self, told: Meaning) -> Meaning:
        own = {name: frozenset({value}) for name in _FACETS
               if (value := self.concept.qualifier(name))}  # fmt: skip
        facets = {**told.facets, **own}
        entity = self.concept.entity
        if "whose" not in facets and entity is not None and entity.name in _OF_THE_PARTY:
            facets["whose"] = frozenset({"self"})
        if self.type is FieldType.BOOLEAN:  # 後継者: whether there is one, not who it is
            return Meaning(told.bare, None, told.bare, "flag", facets, told.rest)
        return Meaning(told.bare, told.head, told.core, told.kind, facets, told.rest)


class Knowledge:
    """All concepts but declarations, which no form shares, and how rare each piece of a word is."""

    def __init__(self, known: Iterable[Known]) -> None:
        self.known = tuple(known)
        self.grams = Grams(told.core for one in self.known for told in one.meanings)
        self.definitions = Grams(one.definition for one in self.known)

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word, bare."""
        return frozenset(bare(word) for one in self.known for word in one.words)


def knowledge(
    forms: Mapping[str, Form], without: str | None = None, concepts: Iterable[Concept] = ()
) -> Knowledge:
    """What is known from the catalogue of concepts and the labels of the forms.

    With `without`, as it would be had that form never been seen: concepts that it alone asks are
    gone, and so is each of its labels, from the synonyms, the model's labels and the definitions,
    unless another form has the same label.
    """
    rest = {name: form for name, form in forms.items() if name != without}
    left_out = forms[without] if without else None
    hidden = _labels(left_out) - {word for form in rest.values() for word in _labels(form)}
    asked = {each.concept.id for form in rest.values() for each in form.fields}
    gone = {each.concept.id for each in left_out.fields} - asked if left_out else set()
    return Knowledge(
        _known(concept, rest, hidden)
        for concept in concepts or CONCEPTS.values()
        if concept.kind is not Kind.DECLARATION and concept.id not in gone
    )


def _labels(form: Form | None) -> set[str]:
    return {spelling for each in (form.fields if form else ())
            for spelling in (plain(each.name), bare(each.name))}  # fmt: skip


def _known(concept: Concept, forms: Mapping[str, Form], hidden: set[str]) -> Known:
    asking = [(form.id, each.name) for form in forms.values() for each in form.fields
              if each.concept.id == concept.id]  # fmt: skip
    words = [*concept.labels, *(name for _, name in asking)]
    one = concept.fields[0] if len(concept.fields) == 1 else None
    if one is not None and (concept.field or "").startswith("party.") and not parts(one.ja)[1]:
        words.append(one.ja)
    kept = [word for word in dict.fromkeys(words)
            if plain(word) not in hidden and bare(word) not in hidden]  # fmt: skip
    return Known(
        concept,
        tuple(kept),
        _without(concept.definition, hidden),
        frozenset(form for form, _ in asking),
    )


def _without(definition: str, hidden: set[str]) -> str:
    longest = sorted((word for word in hidden if len(word) > 1), key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest)), "", definition) if longest else definition
