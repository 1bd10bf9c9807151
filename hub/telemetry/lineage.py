"""Lineage of a sync by OpenLineage; the only place that imports its client.

Two events a run: START, and COMPLETE, FAIL or ABORT. Input is the stream with its contract's
fields, outputs are the claim tables that the mapping fills, each with the lineage of its columns.
Names only: no value and no key of a record leaves the hub.

Source: OpenLineage 1.x, https://openlineage.io/docs/spec/object-model.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import (
    InputDataset,
    Job,
    OutputDataset,
    Run,
    RunEvent,
    RunState,
    set_producer,
)
from openlineage.client.facet_v2 import (
    DatasetFacet,
    InputDatasetFacet,
    RunFacet,
    column_lineage_dataset,
    data_quality_assertions_dataset,
    error_message_run,
    external_query_run,
    input_statistics_input_dataset,
    job_type_job,
    parent_run,
    schema_dataset,
)
from openlineage.client.uuid import generate_static_uuid

from canonical.model import ENTITIES
from hub.telemetry.columns import Origin, columns_of
from hub.telemetry.watch import Step, Watched

if TYPE_CHECKING:
    from hub.transfer import SyncJob

PRODUCER = "urn:sme-hub:hub"
set_producer(PRODUCER)
STORE = "canonical"
"""What the names of the hub's own datasets begin with."""

PARENT = "OPENLINEAGE_PARENT_ID"
"""`namespace/job/run` of the run that started this one, as other integrations give it."""

ABORTED = ("KeyboardInterrupt", "SystemExit", "GeneratorExit")


def send(seen: Watched, job: SyncJob, *, ended: bool) -> None:
    """Send one event of a sync to where the OPENLINEAGE_* variables say.

    Raises:
        Exception: whatever the client's transport raises.
    """
    client = OpenLineageClient()
    try:
        client.emit(event(seen, job, ended=ended))
    finally:
        client.close()


def send_step(step: Step, at: datetime, *, ended: bool) -> None:
    """Send one event of a step that reads and writes the hub's own tables.

    Raises:
        Exception: whatever the client's transport raises.
    """
    client = OpenLineageClient()
    try:
        client.emit(step_event(step, at, ended=ended))
    finally:
        client.close()


def step_event(step: Step, at: datetime, *, ended: bool) -> RunEvent:
    """The event of a step that begins or has ended at an instant."""
    run_id = generate_static_uuid(step.started_at, step.run_id.encode())
    kind = job_type_job.JobTypeJobFacet("BATCH", "SME_HUB", "STEP")
    return RunEvent(
        eventTime=at.astimezone(UTC).isoformat(),
        run=Run(str(run_id), _run_facets(step.run_id, step.words)),
        job=Job(namespace(), step.name, {"jobType": kind}),
        eventType=_state(step.error) if ended else RunState.START,
        producer=PRODUCER,
        inputs=[InputDataset(namespace=namespace(), name=f"{STORE}.{n}") for n in step.inputs],
        outputs=[OutputDataset(namespace=namespace(), name=f"{STORE}.{n}") for n in step.outputs],
    )


def event(seen: Watched, job: SyncJob, *, ended: bool) -> RunEvent:
    """The event of a sync that begins or has ended."""
    run_id = generate_static_uuid(seen.started_at, seen.run_id.encode())
    kind = job_type_job.JobTypeJobFacet("BATCH", "SME_HUB", "SYNC")
    return RunEvent(
        eventTime=(job.clock.now() if ended else seen.started_at).astimezone(UTC).isoformat(),
        run=Run(str(run_id), _run_facets(seen.run_id, seen.words)),
        job=Job(namespace(), f"{seen.system}.{seen.stream}", {"jobType": kind}),
        eventType=_state(seen.error) if ended else RunState.START,
        producer=PRODUCER,
        inputs=[_input(seen, job, ended=ended)],
        outputs=_outputs(job),
    )


def namespace() -> str:
    """In which the hub's jobs and datasets are named; `sme-hub` unless OPENLINEAGE_NAMESPACE."""
    return os.environ.get("OPENLINEAGE_NAMESPACE") or "sme-hub"


def _run_facets(run_id: str, words: str | None) -> dict[str, RunFacet]:
    facets: dict[str, RunFacet] = {
        "externalQuery": external_query_run.ExternalQueryRunFacet(run_id, PRODUCER)
    }
    parent = _parent(os.environ)
    if parent is not None:
        facets["parent"] = parent
    if words is not None:
        facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(words, "PYTHON")
    return facets


def _state(error: str | None) -> RunState:
    if error is None:
        return RunState.COMPLETE
    return RunState.ABORT if error in ABORTED else RunState.FAIL


def _source(job: SyncJob) -> str:
    return f"{job.system}.{job.stream.name}"


def _input(seen: Watched, job: SyncJob, *, ended: bool) -> InputDataset:
    fields = [
        schema_dataset.SchemaDatasetFacetFields(path)
        for path in job.connector.schema(job.stream.name).paths
    ]
    facets: dict[str, InputDatasetFacet] = {}
    if ended and seen.counts:
        facets["inputStatistics"] = input_statistics_input_dataset.InputStatisticsInputDatasetFacet(
            rowCount=seen.counts.get("read", 0)
        )
    if ended and seen.findings is not None:
        facets["dataQualityAssertions"] = _assertions(seen)
    return InputDataset(
        namespace=namespace(),
        name=_source(job),
        facets={"schema": schema_dataset.SchemaDatasetFacet(fields)},
        inputFacets=facets,
    )


def _assertions(
    seen: Watched,
) -> data_quality_assertions_dataset.DataQualityAssertionsDatasetFacet:
    assertion = data_quality_assertions_dataset.Assertion
    return data_quality_assertions_dataset.DataQualityAssertionsDatasetFacet(
        [
            assertion("every answer is as the contract says", success=not seen.findings),
            assertion("no record was refused", success=not seen.counts.get("quarantined", 0)),
        ]
    )


def _outputs(job: SyncJob) -> list[OutputDataset]:
    outputs = []
    for entity, columns in sorted(columns_of(job.plan).items()):
        model = ENTITIES[entity].columns()
        fields = [
            schema_dataset.SchemaDatasetFacetFields(
                name, str(model[name].value) if name in model else "date"
            )
            for name in sorted(columns)
        ]
        lineage = column_lineage_dataset.ColumnLineageDatasetFacet(
            {name: _fields(columns[name], _source(job)) for name in sorted(columns)}
        )
        facets: dict[str, DatasetFacet] = {
            "schema": schema_dataset.SchemaDatasetFacet(fields),
            "columnLineage": lineage,
        }
        name = f"{STORE}.claim_{entity}"
        outputs.append(OutputDataset(namespace=namespace(), name=name, facets=facets))
    return outputs


def _fields(origins: list[Origin], source: str) -> column_lineage_dataset.Fields:
    found = []
    for origin in origins:
        how = column_lineage_dataset.Transformation(
            "DIRECT", "TRANSFORMATION", f"{origin.transform} v{origin.version}", masking=False
        )
        found.append(column_lineage_dataset.InputField(namespace(), source, origin.field, [how]))
    return column_lineage_dataset.Fields(found)


def _parent(given: Mapping[str, str]) -> parent_run.ParentRunFacet | None:
    """The run that started this one: as it is told, or else the Airflow task we are in."""
    told = given.get(PARENT, "").rsplit("/", 2)
    if len(told) == 3:
        place, name, run = told
        return parent_run.ParentRunFacet(parent_run.Run(run), parent_run.Job(place, name))
    dag, task, dag_run = (
        given.get(f"AIRFLOW_CTX_{n}") for n in ("DAG_ID", "TASK_ID", "DAG_RUN_ID")
    )
    if not (dag and task and dag_run):
        return None
    attempt = f"{dag}.{task}.{dag_run}.{given.get('AIRFLOW_CTX_TRY_NUMBER', '1')}"
    run = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{namespace()}/{attempt}"))
    name = f"{dag}.{task}"
    root = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{namespace()}/{dag}.{dag_run}"))
    return parent_run.ParentRunFacet(
        parent_run.Run(run),
        parent_run.Job(namespace(), name),
        parent_run.Root(parent_run.RootRun(root), parent_run.RootJob(namespace(), dag)),
    )
