"""What happens when a system's syncs miss their deadline."""

from __future__ import annotations

import json
import logging
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

ALERTS = "alerts.jsonl"


async def deadline_missed(system: str, minutes: int, **context: Any) -> None:
    """Tell the operator: an error in the triggerer's log, and a line in `HUB_HOME/alerts.jsonl`.

    Called by Airflow's triggerer when a run of `sync_<system>` has not ended `minutes` after it
    was queued. The run goes on until the deadline of its streams ends it.
    """
    run = (context.get("context") or {}).get("dag_run") or {}
    run_id = run.get("dag_run_id") or run.get("run_id") if isinstance(run, dict) else None
    log.error(
        "%s: the sync has not ended %d minutes after it was queued (run %s). "
        "Look at the DAG sync_%s in Airflow, and at `hub status`.",
        system,
        minutes,
        run_id or "unknown",
        system,
    )
    if home := os.environ.get("HUB_HOME"):
        line = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "system": system,
            "minutes": minutes,
            "run": run_id,
        }
        with (Path(home) / ALERTS).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
