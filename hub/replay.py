"""Archived raw records, read again as pages: a mended mapping needs no second read of a system."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import polars as pl

from base.errors import ArchiveError, Stage
from base.records import Page, RefusedRecord
from canonical.store import Store
from canonical.store.batch import QuarantineItem
from connectors.archive import Archive
from hub.batching import ReadBatch
from mappings import Plan

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
        for stage in (Stage.READ, Stage.CONTRACT):
            for item in store.quarantine(
                system=system, stream=stream, stage=stage, status=None, limit=_ALL
            ):
                if stage is Stage.READ or item.record_key.startswith(WITHOUT_KEY):
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


def due_again(
    store: Store, system: str, stream: str, plan: Plan, keys: tuple[str, ...] | None = None
) -> Iterator[pl.DataFrame]:
    """The records that are due for mapping again, with their place in the archive.

    Those of `keys`; or, without any, those that another mapping version mapped. Frames as
    `Store.to_remap` gives them.
    """
    stream_id = store.stream_id(system, stream)
    if keys is None:
        yield from store.to_remap(stream_id, plan.version)
        return
    for start in range(0, len(keys), PAGE_KEYS):
        yield store.locate(stream_id, keys[start : start + PAGE_KEYS])


def archived_pages(
    due: Iterable[pl.DataFrame], archive: Archive, notes: list[str]
) -> Iterator[Page]:
    """Pages of the archived bytes of records; those of one page lie in one archive file.

    What the archive no longer holds as it was stored is left out and told in `notes`: one lost
    file does not keep the others from being replayed.
    """
    ready: Page | None = None
    for page in _pages(due, archive, notes):
        if ready is not None:
            yield ready
        ready = page
    if ready is not None:
        ready.resume = None
        yield ready


def _pages(due: Iterable[pl.DataFrame], archive: Archive, notes: list[str]) -> Iterator[Page]:
    for frame in due:
        for (path,), part in frame.group_by(["archive_path"], maintain_order=True):
            try:
                page = archived_page(archive, str(path), part)
            except ArchiveError as error:
                notes.append(f"{part.height} records not replayed: {error}")
                continue
            if lost := part.height - len(page.keys):
                notes.append(f"{lost} records not replayed: {path} holds other bytes than stored")
            yield page


def archived_page(archive: Archive, path: str, part: pl.DataFrame) -> Page:
    """The archived bytes of the records of `part`, which all lie in the file `path`.

    Bytes that are not those that the store knows (by fingerprint) are left out.

    Raises:
        ArchiveError: the file cannot be read.
    """
    held = archive.read(path).select("position", "hash", "raw")
    sound = part.with_columns(pl.col("position").cast(pl.UInt32)).join(
        held, left_on=["position", "raw_hash"], right_on=["position", "hash"], maintain_order="left"
    )
    return Page(
        keys=sound["record_key"].to_list(),
        raws=sound["raw"].to_list(),
        updated=sound["updated"].to_list(),
        resume=path,
    )
