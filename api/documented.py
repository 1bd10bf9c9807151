"""What every endpoint's documentation has in common."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query

from api.models import Problem
from api.paging import LONGEST, MOST, USUAL
from api.problems import KINDS, MEDIA_TYPE

BusinessId = Annotated[
    str,
    Path(
        pattern=r"^[0-9]{1,19}$",
        description="事業者ID（代表する事業者のもの） / id of the represented business",
        examples=["4311859224893587460"],
    ),
]
Cursor = Annotated[
    str | None,
    Query(
        max_length=LONGEST,
        description="前ページの `next` / `next` of the page before",
    ),
]
Limit = Annotated[int, Query(ge=1, le=MOST, description="1ページの件数 / rows a page")]
DEFAULT_LIMIT = USUAL


def problems(*more: int) -> dict[int | str, dict[str, Any]]:
    """The refusals that an endpoint's documentation lists."""
    words = {kind.status: f"{kind.ja} / {kind.en}" for kind in reversed(KINDS.values())}
    return {
        status: {
            "description": words[status],
            "model": Problem,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in (401, 403, 422, 429, 503, *more)
    }
