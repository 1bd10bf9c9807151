"""The overview, and one system: how its streams stand, its contract and its mapping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from starlette.responses import Response

from base.errors import HubError
from canonical.store.batch import COUNT_NAMES
from canonical.store.tables import DRIFT_FINDING, STREAM
from hub.options import SyncOptions
from hub.pages import contracts
from hub.pages.deeds import REMAP, remap
from hub.pages.overview import dag_id, open_alerts, overview
from hub.pages.runs import recent
from hub.pages.spark import sparkline
from hub.pages.view import back, failed, page
from hub.pages.visit import Visit

RUNS_SHOWN = 25
TRIED = 200
"""Records that are mapped again to show what a run would change."""
NOTE = "連携ハブの画面から / from the hub's pages"
PREFIX = dag_id("")


def home(visit: Visit) -> Response:
    """`GET /`: every system and stream, what needs somebody first."""
    systems = _rows(visit)
    streams = [stream for one in systems for stream in one.streams]
    told = {
        "streams": len(streams),
        "trouble": sum(stream.trouble for stream in streams),
        "running": sum(stream.holder is not None for stream in streams),
        "open_items": sum(stream.open_items for stream in streams),
        "drift": sum(stream.drift for stream in streams),
    }
    systems.sort(key=lambda one: not one.trouble)
    alerts = open_alerts(visit.store, visit.systems, "ja" if visit.language == "ja" else "en")
    shown = {"systems": systems, "told": told, "alerts": alerts, "trend": sparkline}
    return page(visit, "home.html", shown)


def of_dag(visit: Visit) -> Response:
    """`GET /dag/{dag_id}`: the view on a DAG's page in Airflow."""
    name = visit.request.path_params["dag_id"].removeprefix(PREFIX)
    if name in visit.systems:
        return _system(visit, name)
    return home(visit)


def system(visit: Visit) -> Response:
    """`GET /systems/{system}`: one system."""
    return _system(visit, visit.request.path_params["system"])


def _system(visit: Visit, name: str, more: Mapping[str, Any] | None = None) -> Response:
    if name not in visit.systems:
        return failed(visit, "missing", 404)
    (row,) = _rows(visit, name)
    shown: dict[str, Any] = {
        "row": row,
        "may_act": visit.may_trigger(row.dag_id),
        "contracts": contracts.of_system(name),
        "findings": _findings(visit, name),
        "runs": _runs(visit, name),
        "names": COUNT_NAMES,
        "trend": sparkline,
        "done": visit.request.query_params.get("done", ""),
        "remap": None,
        **(more or {}),
    }
    return page(visit, "system.html", shown)


def mapping(visit: Visit) -> Response:
    """`GET /systems/{system}/{stream}/mapping`: where each field of the contract goes."""
    name, stream = (visit.request.path_params[part] for part in ("system", "stream"))
    declared = visit.systems.get(name)
    if declared is None or stream not in declared.streams:
        return failed(visit, "missing", 404)
    shown = {
        "system": declared,
        "stream": declared.streams[stream],
        "contract": contracts.of_system(name)[stream],
        "rows": contracts.mapping_rows(name, stream),
    }
    return page(visit, "mapping.html", shown)


def run_now(visit: Visit) -> Response:
    """`POST /systems/{system}/run`: a run of the system's DAG in the user's name."""
    name = visit.request.path_params["system"]
    if name not in visit.systems:
        return failed(visit, "missing", 404)
    if not visit.may_trigger(dag_id(name)):
        return failed(visit, "forbidden", 403)
    conf: dict[str, object] = {
        key: visit.form[key] for key in ("since", "until") if visit.form.get(key)
    }
    if visit.form.get("full"):
        conf["full"] = True
    run = visit.base.guard.trigger(visit.viewer, dag_id(name), conf, NOTE)
    return back(visit, f"/systems/{name}", done=run)


def preview_remap(visit: Visit) -> Response:
    """`POST /systems/{system}/remap/preview`: what mapping a stream again would change."""
    name, stream = visit.request.path_params["system"], visit.form.get("stream", "")
    if refusal := _not_to_be_mapped(visit, name, stream):
        return refusal
    told, notes = _again(visit, name, stream)
    by_airflow = REMAP in visit.base.guard.paused([REMAP])
    return _system(visit, name, {"remap": told, "notes": notes, "by_airflow": by_airflow})


def do_remap(visit: Visit) -> Response:
    """`POST /systems/{system}/remap`: a run in the user's name that maps a stream again."""
    name, stream = visit.request.path_params["system"], visit.form.get("stream", "")
    if refusal := _not_to_be_mapped(visit, name, stream):
        return refusal
    return back(visit, f"/systems/{name}", done=remap(visit, name, stream))


def _not_to_be_mapped(visit: Visit, name: str, stream: str) -> Response | None:
    if name not in visit.systems or stream not in visit.systems[name].streams:
        return failed(visit, "missing", 404)
    return None if visit.may_trigger(dag_id(name)) else failed(visit, "forbidden", 403)


def _again(visit: Visit, name: str, stream: str) -> tuple[dict[str, Any], list[str]]:
    """How many records an older mapping mapped, and what the first of them would become."""
    from hub.replay import due_again
    from hub.sync import make_job
    from hub.transfer import run_sync

    job = make_job(
        name, stream, visit.base.settings, visit.store, clock=visit.base.clock, keep_files=False
    )
    keys: list[str] = []
    records = 0
    for frame in due_again(visit.store, name, stream, job.plan):
        records += frame.height
        keys += frame["record_key"].head(TRIED - len(keys)).to_list()
    told: dict[str, Any] = {"stream": stream, "records": records, "tried": len(keys)}
    if not keys:
        return told, []
    found = run_sync(job, SyncOptions(mode="replay", dry_run=True, keys=tuple(keys)))
    refused = found.counts["quarantined"]
    return told | {"loaded": found.counts["read"] - refused, "refused": refused}, found.notes


def pause(visit: Visit) -> Response:
    """`POST /systems/{system}/pause`: pause the system's DAG, or let it go on."""
    name = visit.request.path_params["system"]
    if name not in visit.systems:
        return failed(visit, "missing", 404)
    if not visit.may_trigger(dag_id(name)):
        return failed(visit, "forbidden", 403)
    visit.base.guard.pause(visit.viewer, dag_id(name), paused=visit.form.get("paused") == "1")
    return back(visit, f"/systems/{name}")


def _rows(visit: Visit, name: str | None = None) -> list[Any]:
    declared = visit.systems if name is None else {name: visit.systems[name]}
    try:
        paused = visit.base.guard.paused([dag_id(one) for one in declared])
    except HubError:
        paused = {}
    return overview(visit.store, visit.base.settings, declared, paused, visit.now)


def _findings(visit: Visit, name: str) -> list[dict[str, Any]]:
    query = (
        select(STREAM.c.stream, DRIFT_FINDING)
        .join(STREAM, STREAM.c.stream_id == DRIFT_FINDING.c.stream_id)
        .where(STREAM.c.system == name, DRIFT_FINDING.c.status == "open")
        .order_by(STREAM.c.stream, DRIFT_FINDING.c.path)
        .limit(500)
    )
    with visit.store.database.read() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def _runs(visit: Visit, name: str) -> list[dict[str, Any]]:
    wanted = select(STREAM.c.stream_id, STREAM.c.stream).where(STREAM.c.system == name)
    with visit.store.database.read() as connection:
        found = [
            {"stream": row.stream, "run": run}
            for row in connection.execute(wanted).all()
            for run in recent(connection, row.stream_id, RUNS_SHOWN)
        ]
    found.sort(key=lambda one: one["run"].started_at, reverse=True)
    return found[:RUNS_SHOWN]
