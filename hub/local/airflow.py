"""Airflow on this machine: its environment, its processes, and a client of its REST API.

Not `airflow standalone`, which listens on every interface: here only the API server listens, on
loopback.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from base.errors import ConnectError, HubError
from hub.local import secrets
from hub.local.ports import LOOPBACK
from hub.local.processes import Processes

USER = "admin"
COMPONENTS: Mapping[str, tuple[str, ...]] = {
    "api-server": ("api-server",),
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}
HEALTHY_AFTER = {"metadatabase", "scheduler", "dag_processor", "triggerer"}
TRIES, PAUSE = 8, 0.5
"""Times one question is asked that Airflow fails to answer, and the seconds between."""

FINAL_STATES = frozenset({"success", "failed"})


def address(port: int) -> str:
    """Where the UI and the REST API of a local run are."""
    return f"http://{LOOPBACK}:{port}"


def environment(root: Path, home: Path, local: Mapping[str, str], port: int) -> dict[str, str]:
    """What every process of a local run needs in its environment.

    Args:
        root: the project's folder.
        home: the hub's state (`.hub`).
        local: the settings of `local.env`; what the caller's environment says wins.
        port: the API server's.
    """
    airflow_home = Path(os.environ.get("AIRFLOW_HOME") or root / ".airflow")
    fixed = {
        "HUB_ROOT": str(root),
        "HUB_HOME": str(home),
        "AIRFLOW_HOME": str(airflow_home),
        "AIRFLOW_CONFIG": str(root / "airflow.cfg"),
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": address(port),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address(port)}/execution/",
        "PYTHONPATH": str(root),
        "PYTHONUNBUFFERED": "1",
        "NO_PROXY": ",".join(filter(None, (os.environ.get("NO_PROXY"), LOOPBACK, "localhost"))),
    }
    fixed["no_proxy"] = fixed["NO_PROXY"]
    return {**local, **os.environ, **fixed}


def command(*arguments: str) -> list[str]:
    """Airflow's command line by the interpreter at work, wherever the environment was put."""
    return [sys.executable, "-m", "airflow", *arguments]


def prepare(processes: Processes) -> None:
    """Create or migrate Airflow's database, and give the one user the password of `local.env`."""
    home = Path(processes.environment["AIRFLOW_HOME"])
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Written here, mode 0600: the simple auth manager would make its own and print it.
    password = processes.environment[secrets.ADMIN_PASSWORD]
    secrets.write_private(home / "passwords.json", json.dumps({USER: password}) + "\n")
    processes.run("airflow-migrate", command("db", "migrate"), timeout=180)


def start(processes: Processes) -> None:
    """Start the components; `Client.wait_until_healthy` tells when they are up."""
    for name, arguments in COMPONENTS.items():
        processes.start(f"airflow-{name}", command(*arguments))


@dataclass(frozen=True, slots=True)
class DagRun:
    """One run of a DAG as the REST API shows it."""

    dag_id: str
    run_id: str
    state: str
    tasks: Mapping[str, str | None]
    """Task → state; None while it is not scheduled yet."""

    @property
    def ended(self) -> bool:
        """Has it come to an end, well or not?"""
        return self.state in FINAL_STATES


class Client:
    """The few calls of Airflow's REST API that a local run makes."""

    def __init__(self, port: int, password: str) -> None:
        self._address = address(port)
        self._password = password
        self._session = requests.Session()
        self._session.trust_env = False

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        """Ask, again where Airflow fails: its SQLite may be held by another writer for seconds."""
        try:
            for attempt in range(TRIES):
                answer = self._session.request(
                    method, f"{self._address}{path}", json=body, timeout=(3.0, 90.0)
                )
                if answer.status_code < 500 or attempt + 1 == TRIES:
                    break
                time.sleep(PAUSE)
            answer.raise_for_status()
            return answer.json()
        except (requests.RequestException, ValueError) as error:
            kind = type(error).__name__
            status = getattr(getattr(error, "response", None), "status_code", None)
            raise ConnectError(
                f"Airflow does not answer {method} {path} ({kind}{f' {status}' if status else ''})",
                remedy="Look at airflow-api-server.log in the hub's logs",
            ) from None

    def sign_in(self) -> None:
        """Ask for a token; later calls carry it."""
        login = {"username": USER, "password": self._password}
        token = self._call("POST", "/auth/token", login)["access_token"]
        self._session.headers["Authorization"] = f"Bearer {token}"

    def wait_until_healthy(self, processes: Processes, timeout: float = 120.0) -> None:
        """Wait until all components report in.

        Raises:
            ProcessDied: one of the processes ended.
            HubError: not all were up after `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        missing = set(HEALTHY_AFTER)
        while missing:
            processes.check()
            if time.monotonic() > deadline:
                named = ", ".join(sorted(missing))
                raise HubError(
                    f"Airflow was not up after {timeout:.0f} s; missing: {named}",
                    remedy=f"Look at the logs in {processes.logs}",
                )
            time.sleep(0.3)
            try:
                health = self._call("GET", "/api/v2/monitor/health")
            except ConnectError:
                continue
            missing = {c for c in HEALTHY_AFTER if (health.get(c) or {}).get("status") != "healthy"}

    def wait_for_dags(self, wanted: set[str], processes: Processes, timeout: float = 60.0) -> None:
        """Wait until the DAGs are parsed.

        Raises:
            HubError: a DAG file does not import, or the DAGs were not there after `timeout`.
        """
        deadline = time.monotonic() + timeout
        while True:
            processes.check()
            there = {d["dag_id"] for d in self._call("GET", "/api/v2/dags?limit=100")["dags"]}
            if wanted <= there:
                return
            if errors := self._call("GET", "/api/v2/importErrors")["import_errors"]:
                raise HubError(f"A DAG file does not import:\n{errors[0]['stack_trace']}")
            if time.monotonic() > deadline:
                named = ", ".join(sorted(wanted - there))
                raise HubError(
                    f"Airflow did not parse {named} within {timeout:.0f} s",
                    remedy=f"Look at airflow-dag-processor.log in {processes.logs}",
                )
            time.sleep(0.3)

    def trigger(self, dag_id: str, conf: Mapping[str, Any] | None = None) -> str:
        """Start a run of the DAG now; returns its run id.

        The id is ours, so that a run which was started by a call that then failed is found, not
        started twice.
        """
        run_id = f"manual__{datetime.now(UTC).isoformat()}"
        body = {"dag_run_id": run_id, "logical_date": None, "conf": dict(conf or {})}
        path = f"/api/v2/dags/{dag_id}/dagRuns"
        try:
            self._call("POST", path, body)
        except ConnectError:
            self._call("GET", f"{path}/{run_id}")
        return run_id

    def run(self, dag_id: str, run_id: str) -> DagRun:
        """The run and its tasks as they are now."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}"
        state = self._call("GET", path)["state"]
        tasks = self._call("GET", f"{path}/taskInstances")["task_instances"]
        return DagRun(dag_id, run_id, state, {t["task_id"]: t["state"] for t in tasks})

    def runs_since(self, dag_id: str, since: datetime) -> Iterator[str]:
        """Ids of the DAG's runs queued since an instant (aware), oldest first."""
        path = f"/api/v2/dags/{dag_id}/dagRuns?limit=100&order_by=run_after"
        for run in self._call("GET", path)["dag_runs"]:
            queued = run["queued_at"] or run["start_date"]
            if queued and datetime.fromisoformat(queued).astimezone(UTC) >= since:
                yield str(run["dag_run_id"])

    def result(self, run: DagRun, task_id: str) -> dict[str, Any]:
        """What a task returned (counts, seconds); empty where it returned nothing."""
        path = (
            f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/{task_id}"
            "/xcomEntries/return_value"
        )
        try:
            value = self._call("GET", path)["value"]
        except ConnectError:
            return {}
        return dict(json.loads(value) if isinstance(value, str) else value)

    def reason(self, run: DagRun, task_id: str) -> str:
        """Why a task failed: the last error in its newest log, as far as one can be read."""
        path = f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/{task_id}"
        try:
            number = self._call("GET", path)["try_number"]
            lines = self._call("GET", f"{path}/logs/{number}?full_content=true")["content"]
        except ConnectError:
            return ""
        details = [
            d for line in lines if isinstance(line, dict) for d in line.get("error_detail") or []
        ]
        return f"{details[-1]['exc_type']}: {details[-1]['exc_value']}" if details else ""
