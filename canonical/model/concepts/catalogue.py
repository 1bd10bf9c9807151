"""The catalogue of concepts, `docs/reference/concepts.md`, rendered from the model.

`python -m canonical.model.concepts.catalogue` writes it; a test fails when it lags behind.
"""

from __future__ import annotations

from pathlib import Path

from canonical.model.concepts import CONCEPTS, Concept

PAGE = Path("docs/reference/concepts.md")
_HEAD = """\
# Concepts

Generated from `canonical/model/concepts/` by `python -m canonical.model.concepts.catalogue`; change
the model, not this page.

A concept is what a form's field asks, whatever the form calls it
([guide](../guides/forms.md)). The sheet is that of GIF's application data model (DS-451-1): answers
to A, C, D, E and F are used again, those to B and every declaration belong to one filing. Unit,
freshness (days), classification and authority are those of the canonical field
([field catalogue](fields.md)).
"""
_TITLES = {
    "fact": "Facts (事実)",
    "statement": "Statements (記述)",
    "declaration": "Declarations (申告・同意・誓約)",
}
_COLUMNS = (
    "| concept | 日本語 | English | what is meant | sheet | canonical field | qualifiers"
    " | also called | GIF | unit | fresh | classification | authority |"
)
_RULE = "|" + "---|" * 13


def render() -> str:
    """The whole page as Markdown."""
    parts = [_HEAD]
    for kind, title in _TITLES.items():
        found = [concept for concept in CONCEPTS.values() if concept.kind == kind]
        parts += [f"## {title}: {len(found)}", "", _COLUMNS, _RULE]
        parts += [*map(_row, found), ""]
    return "\n".join(parts)


def _row(concept: Concept) -> str:
    qualifiers = [f"{name}: {value}" for name, value in concept.qualifiers]
    if concept.part_of:
        qualifiers.append(f"part of `{concept.part_of}`")
    cells = (
        f"`{concept.id}`",
        concept.ja,
        concept.en,
        concept.definition,
        f"{concept.sheet.value}票" + ("" if concept.reusable else " (own)"),
        f"`{concept.field}`" if concept.field else "",
        ", ".join(qualifiers),
        "、".join(concept.synonyms),
        concept.gif or "",
        concept.unit or "",
        str(concept.fresh_for or ""),
        concept.classification.value,
        concept.authority.value,
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(render(), encoding="utf-8")
