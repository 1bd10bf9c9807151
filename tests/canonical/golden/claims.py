"""Claims about parties as frames, for tests of what is pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from canonical.model import ENTITIES
from canonical.store.frames import TYPES

SCHEMA: dict[str, Any] = {
    "party_id": pl.Int64,
    "member_id": pl.Int64,
    "source_role": pl.String,
    "role": pl.String,
    "as_of": pl.Date,
    "precedence": pl.Int8,
    **{name: TYPES[kind] for name, kind in ENTITIES["party"].columns().items()},
}
USUAL = {"party_id": 1, "role": "self", "precedence": 0}


def frame(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows of claims; what one does not say is null, members are numbered from 1."""
    whole = [
        {**dict.fromkeys(SCHEMA), **USUAL, "member_id": place, **row}
        for place, row in enumerate(rows, 1)
    ]
    return pl.DataFrame(whole, schema=SCHEMA)


def name(text: str, *, form: str | None = "301", position: str = "prefix") -> dict[str, Any]:
    """The group of columns that a name becomes."""
    return {
        "name": text,
        "name_core": text,
        "name_reduced": text,
        "legal_form": form,
        "legal_form_position": position if form else "none",
    }
