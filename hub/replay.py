"""Archived raw records, read again as pages: a mended mapping needs no second read of a system."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from base.records import Page
from canonical.store import Store
from connectors.archive import Archive

PAGE_KEYS = 10_000


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
