"""One Airflow DAG per system, `sync_<system>`, generated from the connectors' declarations, and
`consolidate`, which follows them; `quarantine_replay`, `quarantine_discard` and `remap`, which
operators start.

Parsing this file opens no connection and loads no data library (invariant 11).
"""

from __future__ import annotations

from airflow.sdk import get_parsing_context

from dags.alerts import ALERTS_ID, build_alerts
from dags.build import build_dag, dag_id
from dags.consolidate import DAG_ID, build_consolidate
from dags.decisions import DECIDE_ID, build_decide
from dags.replay import (
    DISCARD_ID,
    REMAP_ID,
    REPLAY_ID,
    build_discard,
    build_remap,
    build_replay,
)
from hub.declared import declarations

# A task's process needs its own DAG only.
_wanted = get_parsing_context().dag_id

for _name, _declaration in declarations().items():
    if _wanted in {None, dag_id(_name)}:
        globals()[dag_id(_name)] = build_dag(_declaration)

if _wanted in {None, DAG_ID}:
    consolidate = build_consolidate(declarations().values())

if _wanted in {None, ALERTS_ID}:
    alerts = build_alerts()

if _wanted in {None, DECIDE_ID}:
    decide = build_decide()

if _wanted in {None, REPLAY_ID}:
    quarantine_replay = build_replay(declarations().values())

if _wanted in {None, DISCARD_ID}:
    quarantine_discard = build_discard(declarations().values())

if _wanted in {None, REMAP_ID}:
    remap = build_remap(declarations().values())
