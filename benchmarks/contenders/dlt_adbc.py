"""dlt with Arrow tables, loaded as Parquet through ADBC: dlt's fastest way into PostgreSQL.

Needs `adbc-driver-postgresql`, which `dlt[postgres]` does not bring; no floor stands against it.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from benchmarks.contenders import Job, dlt
from benchmarks.contenders.dlt import counts
from benchmarks.contenders.dlt_arrow import prepare, tables

__all__ = ["available", "counts", "load", "prepare"]


def available() -> bool:
    """Whether the driver is installed."""
    return find_spec("adbc_driver_postgresql") is not None


def load(job: Job, prepared: Any) -> None:
    """Turn each page into an Arrow table and merge everything by way of Parquet."""
    dlt.run(job, prepared, tables(job.address), "parquet")
