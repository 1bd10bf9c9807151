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
    # Its usual naming turns every Japanese name into "x": columns would fall together.
    os.environ["SCHEMA__NAMING"] = "direct" if job.stream == "applications" else "snake_case"
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"
    return pipeline(job)


def load(job: Job, prepared: Any) -> None:
    """Extract, normalise and merge everything."""
    run(job, prepared, pages(job.address))


def run(job: Job, prepared: Any, items: Iterator[Any], file_format: str | None = None) -> None:
    """Merge the items by the stream's key."""
    import dlt

    resource = dlt.resource(
        items, name=job.stream, primary_key=KEYS[job.stream], write_disposition="merge"
    )
    prepared.run(resource, loader_file_format=file_format)


def counts(job: Job, prepared: Any, loaded: None) -> dict[str, int]:
    """Rows of the stream's own table (nested lists lie in further tables)."""
    import psycopg

    with psycopg.connect(job.database) as connection:
        found = connection.execute(f'SELECT count(*) FROM benchmark."{job.stream}"').fetchone()
    return {"rows": found[0] if found else 0}
