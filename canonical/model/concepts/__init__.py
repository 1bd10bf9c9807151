"""Concepts: everything that a form can ask, each once, on the sheets of GIF's DS-451-1."""

from __future__ import annotations

from canonical.model.concepts import applicants, declarations, figures, filings
from canonical.model.concepts.concept import Concept, Kind, Sheet

_ALL = (*applicants.CONCEPTS, *figures.CONCEPTS, *filings.CONCEPTS, *declarations.CONCEPTS)

CONCEPTS: dict[str, Concept] = {concept.id: concept for concept in _ALL}


def concept_of(name: str) -> Concept:
    """The concept of this id.

    Raises:
        LookupError: with a sentence that names the nearest ones.
    """
    if name in CONCEPTS:
        return CONCEPTS[name]
    from difflib import get_close_matches

    near = ", ".join(get_close_matches(name, CONCEPTS, 3, 0.5)) or "see docs/reference/concepts.md"
    raise LookupError(f"there is no concept {name}; near it: {near}")


def parts_of(name: str) -> tuple[Concept, ...]:
    """The parts of a whole, in the catalogue's order; none for a concept without parts."""
    return tuple(concept for concept in CONCEPTS.values() if concept.part_of == name)


__all__ = ["CONCEPTS", "Concept", "Kind", "Sheet", "concept_of", "parts_of"]
