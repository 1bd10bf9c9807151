"""dlt with Arrow tables: no normalising of dictionaries, merge by primary key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.contenders import Job, pages
from benchmarks.contenders.dlt import KEYS, prepare, rows_of
from benchmarks.flat import columns

__all__ = ["load", "prepare"]


def load(job: Job, prepared: Any) -> dict[str, int]:
    """Turn each page into an Arrow table and merge everything."""
    import dlt
    import pyarrow as pa

    schema = _schema()

    @dlt.resource(name=job.stream, primary_key=KEYS[job.stream], write_disposition="merge")
    def records() -> Iterator[Any]:
        for page in pages(job.address):
            yield pa.Table.from_pylist(page, schema=schema)

    prepared.run(records())
    return rows_of(prepared, job.stream)


def _schema() -> Any:
    """The 26 columns; stated, since a page where a column is null throughout has no type."""
    import pyarrow as pa

    fields = [(columns.KEY, pa.string())]
    fields += [(name, pa.string()) for name in columns.TEXT]
    fields += [(name, pa.int64()) for name in columns.INTEGER]
    return pa.schema([*fields, *((name, pa.bool_()) for name in columns.BOOLEAN)])
