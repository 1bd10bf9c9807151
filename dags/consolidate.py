"""The DAG that makes businesses out of what the syncs bring: matching, golden records, events.

It runs once any stream was synced, however many were meanwhile: streams that end while a run is
at work wait for the next one together. What may go on at once is settled in the hub's store, so
`hub consolidate` on the command line does no harm beside it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import DAG, Asset, AssetAlias, AssetAny
from airflow.sdk import task as airflow_task

from dags.build import GRACE, asset_of
from dags.retries import RETRIES, ByErrorType

if TYPE_CHECKING:
    from hub.consolidate import Consolidation
    from hub.declared import Declaration

log = logging.getLogger(__name__)

DAG_ID = TASK_ID = "consolidate"
DEADLINE = timedelta(hours=3)
"""Enough for a first run over everything; a day's changes take seconds."""

CHANGES = AssetAlias(name="changes", group="hub")
"""Stands for `asset_of_kind` of those kinds of which there were changes."""


def asset_of_kind(kind: str) -> Asset:
    """What a change of this kind (`business.changed`) brings up to date.

    A DAG that is scheduled on it runs when there was one that all may know of, and reads it with
    `hub changes`. What takes a scope has no asset: Airflow's pages show them to everyone.
    """
    return Asset(name=f"changes.{kind}", uri=f"hub://changes/{kind}", group="hub")


def build_consolidate(declarations: Iterable[Declaration]) -> DAG:
    """The DAG, on the assets of all streams of these systems."""
    streams = [asset_of(d.name, stream) for d in declarations for stream in d.streams]
    with DAG(
        dag_id=DAG_ID,
        dag_display_name="名寄せ・統合 (consolidate)",
        description="Claims to businesses: matching, golden records, changes",
        schedule=AssetAny(*streams),
        catchup=False,
        max_active_runs=1,
        dagrun_timeout=DEADLINE + GRACE,
        tags=["consolidate"],
        doc_md=__doc__,
    ) as dag:

        @airflow_task(
            task_id=TASK_ID,
            task_display_name="名寄せ・統合 (consolidate)",
            outlets=[CHANGES],
            retries=RETRIES,
            retry_policy=ByErrorType(DEADLINE),
            execution_timeout=DEADLINE,
        )
        def consolidate(**context: Any) -> dict[str, Any]:
            return run_consolidation(context)

        consolidate()
    return dag


def run_consolidation(context: Mapping[str, Any]) -> dict[str, Any]:
    """Consolidate; returns counts, and notes an event on the asset of each kind of change."""
    told = consolidation().as_json()
    for kind, count in told["events"].items():
        context["outlet_events"][CHANGES].add(asset_of_kind(kind), extra={"events": count})
    return told


def consolidation() -> Consolidation:
    """One run in this process, with Airflow's connections behind the environment's."""
    from base.redact import protect_handlers
    from base.settings import Settings
    from dags.connections import connection_from_airflow
    from hub.consolidate import consolidate_store

    protect_handlers()
    settings = Settings.load(connection_source=connection_from_airflow)
    return consolidate_store(settings, lambda step: log.info("%s ...", step))
