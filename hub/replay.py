"""Archived raw records, read again as pages: a mended mapping needs no second read of a system."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from base.errors import Stage
from base.records import Page, RefusedRecord
from canonical.store import Store
from canonical.store.batch import QuarantineItem
from connectors.archive import Archive
from hub.batching import ReadBatch

PAGE_KEYS = 10_000
WITHOUT_KEY = "sha256:"
"""How the name of a record begins that has no key of its own (`connectors.keys`)."""

_ALL = 1_000_000_000


@dataclass(frozen=True, slots=True)
class FoundInReading:
    """What only reading could find, and the archived bytes do not show any more.

    That a field held a 個人番号 (it is masked in the archive), that a record came without a usable
    key, or that the system failed at its detail: no mapping mends these, so a replay must find
    them again. By record key and the fingerprint of its bytes.
    """

    items: dict[tuple[str, bytes], list[QuarantineItem]]

    @classmethod
    def of(cls, store: Store, system: str, stream: str) -> FoundInReading:
        """What the quarantine tells of a stream's records, closed and discarded items included."""
        items: dict[tuple[str, bytes], list[QuarantineItem]] = {}
        for item in store.quarantine(system=system, stream=stream, status=None, limit=_ALL):
            if item.stage == Stage.READ or item.record_key.startswith(WITHOUT_KEY):
                items.setdefault((item.record_key, item.raw_hash), []).append(item)
        return cls(items)

    def mark(self, batch: ReadBatch) -> None:
        """Refuse and blank in a replayed batch what was refused and masked when it was read."""
        if not self.items:
            return
        for row, place in enumerate(zip(batch.keys, batch.hashes, strict=True)):
            for item in self.items.get(place, ()):
                if item.level == "record":
                    batch.refused[row] = RefusedRecord(
                        item.record_key, batch.raws[row], Stage(item.stage), item.rule, item.message
                    )
                elif item.field is not None:
                    paths = batch.guarded.setdefault(row, [])
                    if item.field not in paths:
                        paths.append(item.field)


def archived_pages(
    store: Store,
    archive: Archive,
    stream_id: int,
    plan_version: str,
    keys: tuple[str, ...] | None = None,
) -> Iterator[Page]:
    """Pages of the newest archived version of every record that is due for mapping again.

    Due are the records of `keys`, or without any, those that another mapping version mapped.
    Records lie in one page as they lie in one archive file.
    """
    ready: Page | None = None
    for page in _pages(store, archive, stream_id, plan_version, keys):
        if ready is not None:
            yield ready
        ready = page
    if ready is not None:
        ready.resume = None
        yield ready


def _pages(
    store: Store,
    archive: Archive,
    stream_id: int,
    plan_version: str,
    keys: tuple[str, ...] | None,
) -> Iterator[Page]:
    frames = (
        store.to_remap(stream_id, plan_version)
        if keys is None
        else (
            store.locate(stream_id, keys[start : start + PAGE_KEYS])
            for start in range(0, len(keys), PAGE_KEYS)
        )
    )
    for frame in frames:
        for (path,), part in frame.group_by(["archive_path"], maintain_order=True):
            yield _page(archive, str(path), part)


def _page(archive: Archive, path: str, part: pl.DataFrame) -> Page:
    raws = archive.read(path)["raw"].gather(part["position"])
    return Page(
        keys=part["record_key"].to_list(),
        raws=raws.to_list(),
        updated=part["updated"].to_list(),
        resume=path,
    )
