"""Which records' claims a batch wrote or closed, packed into one value a batch.

One row a record would cost a first load more than matching gains from it: a batch of new records
has consecutive numbers, which pack into a few bytes.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable

import polars as pl
from sqlalchemy import insert

from canonical.store.party_tables import BATCH_CHANGE
from canonical.store.work import Work


def pack(record_ids: Iterable[int]) -> bytes:
    """The ids, each once, as compressed differences of 8 bytes."""
    ids = sorted(set(record_ids))
    steps = array("q", [after - before for before, after in zip([0, *ids], ids, strict=False)])
    return zlib.compress(steps.tobytes(), 6)


def unpack(packed: bytes) -> pl.Series:
    """The ids in order, Int64."""
    steps = array("q", zlib.decompress(packed))
    return pl.Series("record_id", steps, dtype=pl.Int64).cum_sum()


def write(work: Work, record_ids: Iterable[int]) -> None:
    """Note the records of this batch, if there are any."""
    if ids := list(record_ids):
        work.connection.execute(
            insert(BATCH_CHANGE).values(
                stream_id=work.stream_id, batch_no=work.batch_no, record_ids=pack(ids)
            )
        )
