"""dlt with its defaults: pages of dictionaries, merge by primary key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.contenders import Job, pages

KEYS = {"flat": "recordId", "applications": "applicationId"}


def pipeline(job: Job) -> Any:
    """A pipeline into the job's PostgreSQL; its working folder stays between runs, as it would."""
    import dlt

    return dlt.pipeline(
        pipeline_name="benchmark",
        pipelines_dir=str(job.home / "dlt"),
        destination=dlt.destinations.postgres(job.database),
        dataset_name="benchmark",
    )


def prepare(job: Job) -> Any:
    """Import and set up the pipeline."""
    import os

    # dlt loads Airflow for its secrets wherever that is installed: not part of dlt's own cost.
    os.environ["PROVIDERS__ENABLE_AIRFLOW_SECRETS"] = "false"
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"
    return pipeline(job)


def load(job: Job, prepared: Any) -> dict[str, int]:
    """Extract, normalise and merge everything."""
    import dlt

    @dlt.resource(name=job.stream, primary_key=KEYS[job.stream], write_disposition="merge")
    def records() -> Iterator[Any]:
        yield from pages(job.address)

    prepared.run(records())
    return rows_of(prepared, job.stream)


def rows_of(prepared: Any, stream: str) -> dict[str, int]:
    """How many records dlt says it normalised."""
    counts = prepared.last_trace.last_normalize_info.row_counts
    return {"rows": int(counts[stream])}
