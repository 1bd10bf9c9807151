"""The field catalogue, `docs/reference/fields.md`, rendered from the model.

`python -m canonical.model.catalogue` writes it; a test fails when it lags behind the model.
"""

from __future__ import annotations

from pathlib import Path

from canonical.model import ENTITIES
from canonical.model.fields import Entity, Field

PAGE = Path("docs/reference/fields.md")
_HEAD = """\
# Canonical fields

Generated from `canonical/model/` by `python -m canonical.model.catalogue`; change the model, not
this page.

A field of type *money* is whole yen and has a companion `…_unit`, the yen it is known to; a
*date* has a companion `…_precision` (`day`, `month`, `year`). *Fresh* is the number of days
after *as of* in which a value is used without asking again. Fields marked ★ identify.
"""
_COLUMNS = "| field | 日本語 | English | type | GIF | unit | classification | authority | fresh |"
_RULE = "|---|---|---|---|---|---|---|---|---|"


def render() -> str:
    """The whole page as Markdown."""
    return "\n".join([_HEAD, *(_entity(entity) for entity in ENTITIES.values())])


def _entity(entity: Entity) -> str:
    about = [f"## {entity.name}: {entity.ja} ({entity.en})", ""]
    notes = [f"GIF: {entity.gif}"] if entity.gif else []
    if entity.parents:
        notes.append(f"child of {', '.join(entity.parents)}")
    if notes:
        about += ["; ".join(notes) + ".", ""]
    rows = [_row(field) for field in entity.fields]
    codes = [_codes(field) for field in entity.fields if field.codes]
    return "\n".join([*about, _COLUMNS, _RULE, *rows, "", *codes])


def _row(field: Field) -> str:
    cells = (
        f"`{field.name}`{' ★' if field.identity else ''}",
        field.ja,
        field.en,
        field.type.value + (f" ≤{field.max_length}" if field.max_length else ""),
        field.gif or "",
        field.unit or "",
        field.classification.value
        + (" (personal of individuals)" if field.personal_of_individuals else ""),
        f"{field.authority.value}, {field.rule.value}",
        str(field.fresh_for or ""),
    )
    return f"| {' | '.join(cells)} |"


def _codes(field: Field) -> str:
    listed = ", ".join(f"`{code}` {label}" for code, label in (field.codes or {}).items())
    return f"`{field.name}`: {listed}.\n"


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(render(), encoding="utf-8")
