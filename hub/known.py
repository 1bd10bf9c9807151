"""What the store knows of a batch's keys, asked only where it can know any."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from canonical.store import Store

MOST_TRACKED = 250_000
"""Keys of a first load that are remembered (by hash, some 70 bytes each); after that it asks."""


class Known:
    """Looks up the records of batches, in the order in which the batches are read.

    On the first load of a stream the store can only hold what this run brought: a batch none of
    whose keys came before needs no look-up. Two keys of one hash only cost a look-up.
    """

    def __init__(self, store: Store, stream_id: int, *, first_load: bool) -> None:
        self._store = store
        self._stream_id = stream_id
        self._brought: set[int] | None = set() if first_load else None

    def of(self, keys: Sequence[str]) -> pl.DataFrame:
        """As `Store.known`."""
        if self._brought is None:
            return self._store.known(self._stream_id, keys)
        hashes = set(map(hash, keys))
        new = self._brought.isdisjoint(hashes)
        if len(self._brought) + len(hashes) > MOST_TRACKED:
            self._brought = None
        else:
            self._brought |= hashes
        return self._store.known(self._stream_id, () if new else keys)
