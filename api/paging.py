"""Cursors: where a page ended, so that what comes or goes meanwhile shifts no later page."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from api.problems import Refused

T = TypeVar("T")
Key = tuple[Any, ...]
_LARGEST = 2**63 - 1
_UNKEEPABLE = re.compile("[\\x00\\ud800-\\udfff]")
LONGEST = 512
MOST = 100
USUAL = 20


def written(key: Key) -> str:
    """The cursor behind a row, from what it is sorted by."""
    text = json.dumps(key, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def read(cursor: str | None, *kinds: type) -> Key | None:
    """What a page begins behind; None for the first.

    Args:
        kinds: the types of the key's parts.

    Raises:
        Refused: it was not given out here.
    """
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        raise Refused("bad-cursor") from None
    if (
        not isinstance(found, list)
        or len(found) != len(kinds)
        or not all(_is(part, kind) for part, kind in zip(found, kinds, strict=True))
    ):
        raise Refused("bad-cursor")
    return tuple(found)


def _is(part: Any, kind: type) -> bool:
    """Whether a part is of its kind, and is something that every database can be asked for."""
    if type(part) is not kind:
        return False
    if isinstance(part, int):
        return -_LARGEST <= part <= _LARGEST
    return not isinstance(part, str) or not _UNKEEPABLE.search(part)


def page(
    rows: Sequence[T], key: Callable[[T], Key], after: Key | None, limit: int
) -> tuple[list[T], str | None]:
    """The rows behind `after` of a sorted sequence, and the cursor to go on from; None at the end.

    `rows` are sorted by `key`, ascending; no two have the same.
    """
    rest = [row for row in rows if after is None or key(row) > after]
    shown = rest[:limit]
    return shown, written(key(shown[-1])) if len(rest) > limit else None
