"""What passes between the rooms: pages of source records, source frames, refusals.

Rooms that must not know each other (connectors, mappings, canonical) meet in these types only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Literal

from base.errors import Stage

if TYPE_CHECKING:
    import polars as pl

ABSENT = "\ufdd0"
"""Stands in a source frame for a field that was not sent (absent ≠ null ≠ "").

U+FDD0 is a noncharacter (Unicode 16.0 §23.7): no valid interchange text holds it."""

ROW = "#row"
"""Column of every frame: index of the record in its batch (UInt32)."""

ORDINAL = "#ordinal"
"""Column of child frames: index of the element in its list, from 0 (UInt32)."""

VALUE = "#value"
"""Column of a child frame made from a list of scalars."""

Level = Literal["record", "field"]

Memo = Callable[[Sequence[str]], dict[str, str]]
"""Looks up what a connector noted about record keys in earlier runs (key → note)."""


@dataclass(frozen=True, slots=True)
class Window:
    """The bounds of one run's read: `since` < updated ≤ `until`, instants in UTC.

    `since` is None for everything up to `until`; `until` is fixed when the run starts.
    """

    since: datetime | None
    until: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """One record or field that was refused; `value` is already masked where personal.

    `row` is the record's index in its batch, or its index in the page for a page's refusals.
    """

    row: int
    level: Level
    stage: Stage
    rule: str
    message: str
    field: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class RefusedRecord:
    """A source record that has no usable key or does not decode: kept raw, and quarantined.

    `key` is the record's own key where it could be read, else `sha256:` and 16 hex digits of
    the hash of `raw` (masked where a 個人番号 stood).
    """

    key: str
    raw: bytes
    stage: Stage
    rule: str
    message: str


@dataclass(slots=True)
class Page:
    """One page of source records as received.

    `keys`, `raws` and `updated` have one entry a record. `raws` are the bytes of each record as
    they came (one JSON text each). `updated` is the cursor field as UTC ISO text
    `YYYY-MM-DDTHH:MM:SS.ffffffZ`, so that text order is time order; None in snapshot streams.
    `unchanged` are keys the connector knows to be unchanged without having read them again.
    `deleted` are keys of which the source says that they are gone; where the page holds such a key
    as a record too, the record counts. `deleted_at` are the cursor fields of the first of them, as
    in `updated`; a deletion without an instant counts at once. `whole` says whether this window's
    pages hold all that the source has: False for a file that had not changed or a file of
    differences, True for a full file in an incremental stream; None follows from the stream's mode.
    Only of a window that is whole a key's absence is taken for its deletion.
    `findings` say what the answers themselves tell otherwise than their records do.
    `notes` go into the memo with the batch that commits this page.
    `resume` is an opaque position: reading on from there continues after this page; None when
    this was the last page of the window.
    """

    keys: list[str] = field(default_factory=list)
    raws: list[bytes] = field(default_factory=list)
    updated: list[str | None] = field(default_factory=list)
    refused: list[RefusedRecord] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    deleted_at: list[str | None] = field(default_factory=list)
    whole: bool | None = None
    findings: list[DriftFinding] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    resume: str | None = None

    def goes_beyond(self, end: str | None) -> bool:
        """Whether a record or a deletion is dated after a window's end, which defers it."""
        if end is None:
            return False
        return any(at is not None and at > end for at in chain(self.updated, self.deleted_at))


@dataclass(slots=True)
class SourceFrame:
    """The records of a batch as columns of text, decoded but not interpreted.

    `root` has `#row` and one String column for each scalar leaf, named by its dotted path in the
    contract (`answers.資本金`). Numbers keep their source text, booleans are `true`/`false`, null
    is null, a field not sent is `ABSENT`. `children` holds a frame for each list, by the list's
    path: `#row`, `#ordinal`, and the element's leaves by their path inside the element (`#value`
    for a list of scalars).
    """

    root: pl.DataFrame
    children: dict[str, pl.DataFrame] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DriftFinding:
    """A difference between a live answer and the contract.

    `kind` is one of added, removed, retyped, null, enum, and shortfall where fewer records came
    than the answers announce; `detail` reads as a sentence
    ("expected integer, got string"), without any value of a record.
    """

    path: str
    kind: Literal["added", "removed", "retyped", "null", "enum", "shortfall"]
    detail: str
    count: int = 1
