"""dlt with Arrow tables: no normalising of dictionaries, merge by primary key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.contenders import Job, dlt, pages
from benchmarks.contenders.dlt import counts
from benchmarks.flat import columns

__all__ = ["counts", "load", "prepare", "tables"]


def prepare(job: Job) -> Any:
    """Import and set up the pipeline."""
    import pyarrow as pa

    assert pa.__version__  # noqa: S101 - imported here, where it is not measured
    return dlt.prepare(job)


def load(job: Job, prepared: Any) -> None:
    """Turn each page into an Arrow table and merge everything, in the format dlt picks."""
    dlt.run(job, prepared, tables(job.address))


def tables(address: str) -> Iterator[Any]:
    """The pages as Arrow tables of the 26 columns.

    The columns are stated, since one that is null throughout a page would have no type.
    """
    import pyarrow as pa

    fields = [(columns.KEY, pa.string())]
    fields += [(name, pa.string()) for name in columns.TEXT]
    fields += [(name, pa.int64()) for name in columns.INTEGER]
    fields += [(name, pa.bool_()) for name in columns.BOOLEAN]
    schema = pa.schema(fields)
    for page in pages(address):
        yield pa.Table.from_pylist(page, schema=schema)
