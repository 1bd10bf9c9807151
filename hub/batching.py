"""Pages into batches: the 個人番号 guard, the fingerprint, and the batch's bounds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

from base.clock import Clock, SystemClock
from base.errors import HubError
from base.failpoint import failpoint
from base.personal_number import guard_records
from base.records import DriftFinding, Page, RefusedRecord

HASH_BYTES = 16
GATHER_BYTES = 8_000_000
"""Raw bytes from which a batch is closed however few records they are: memory follows the batch."""

GATHER_SECONDS = 60.0
"""Longest time for which pages are gathered: what a kill can cost of a slow source's read."""


def raw_hash(raw: bytes) -> bytes:
    """Fingerprint of a raw record: the first 16 bytes of its SHA-256, stable over versions."""
    return hashlib.sha256(raw).digest()[:HASH_BYTES]


@dataclass(slots=True)
class ReadBatch:
    """Whole pages, together at least a batch's size (fewer at the window's end).

    `keys`, `raws`, `updated` and `hashes` have one entry a record. `refused` holds, by index,
    records that have no usable key or do not decode; `guarded` the paths of the fields in which a
    個人番号 was masked. `deleted` holds the keys that the source names as deleted, each with the
    index of the first record read after that, `deferred` those whose deletion is dated after the
    window's end; `whole` is as in `Page`. `resume` and `last` are
    those of the batch's last page.
    """

    keys: list[str] = field(default_factory=list)
    raws: list[bytes] = field(default_factory=list)
    updated: list[str | None] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    refused: dict[int, RefusedRecord] = field(default_factory=dict)
    guarded: dict[int, list[str]] = field(default_factory=dict)
    unchanged: list[str] = field(default_factory=list)
    deleted: dict[str, int] = field(default_factory=dict)
    deferred: set[str] = field(default_factory=set)
    whole: bool | None = None
    findings: list[DriftFinding] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    resume: str | None = None
    last: bool = False
    bytes: int = 0

    @property
    def size(self) -> int:
        """How many records were read for this batch."""
        return len(self.keys) + len(self.unchanged) + len(self.deleted) + len(self.deferred)

    @property
    def all_keys(self) -> list[str]:
        """Keys of records and of deletions."""
        return [*self.keys, *self.deleted] if self.deleted else self.keys

    def add(self, page: Page, identifiers: frozenset[str], until: str | None = None) -> None:
        """Append a page; a 個人番号 is masked here, before anything is hashed or kept."""
        first = len(self.keys)
        for key, at in zip_longest(page.deleted, page.deleted_at):
            if until is not None and at is not None and at > until:
                self.deferred.add(key)
            else:
                self.deleted[key] = first
        if page.whole is not None:
            self.whole = page.whole and self.whole is not False
        raws = page.raws + [refused.raw for refused in page.refused]
        for index, (masked, paths) in guard_records(raws, identifiers).items():
            raws[index] = masked
            self.guarded[first + index] = paths
        self.raws += raws
        self.bytes += sum(map(len, raws))
        self.keys += page.keys
        self.updated += page.updated
        for refused in page.refused:
            self.refused[len(self.keys)] = refused
            self.keys.append(refused.key)
            self.updated.append(None)
        self.unchanged += page.unchanged
        self.findings += page.findings
        self.notes |= page.notes
        self.resume = page.resume

    def seal(self) -> ReadBatch:
        """Fingerprint every record; called once, when the batch is complete."""
        self.hashes = [hashlib.sha256(raw).digest()[:HASH_BYTES] for raw in self.raws]
        failpoint("batch.hashed")
        return self


def batches(
    pages: Iterable[Page],
    size: int,
    identifiers: frozenset[str] = frozenset(),
    clock: Clock | None = None,
    until: str | None = None,
) -> Iterator[ReadBatch]:
    """Gather pages into batches of `size` records or `GATHER_BYTES`; the last is marked `last`.

    A page is never split, so that every batch ends where reading can resume. A batch of a slow
    source is closed after `GATHER_SECONDS`, and one that an error cuts short is handed on before
    the error is raised: what was read is kept. A window without a single page gives one empty last
    batch, which moves the cursor. `until` is the window's end as UTC ISO text, where it defers
    anything.
    """
    clock = clock or SystemClock()
    batch, since = ReadBatch(), clock.monotonic()
    try:
        for page in pages:
            failpoint("page.read")
            batch.add(page, identifiers, until)
            if page.resume is None:
                break
            full = batch.size >= size or batch.bytes >= GATHER_BYTES
            if full or clock.monotonic() - since >= GATHER_SECONDS:
                yield batch.seal()
                batch, since = ReadBatch(), clock.monotonic()
    except HubError:
        if batch.size:
            yield batch.seal()
        raise
    batch.last = True
    batch.resume = None
    yield batch.seal()
