"""Airflow's API server as an operator meets it: real, on loopback, two users, the hub's DAGs."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
PASSWORDS = {"admin": "admin-of-the-test", "viewer": "viewer-of-the-test"}
UP_WITHIN = 120


@dataclass(frozen=True)
class AirflowServer:
    """A running API server."""

    address: str
    environment: Mapping[str, str]

    def token(self, user: str) -> str:
        """A token of Airflow's API for one of the two users."""
        given = {"username": user, "password": PASSWORDS[user]}
        with httpx.Client(trust_env=False, timeout=60) as client:
            answer = client.post(f"{self.address}/auth/token", json=given)
        return str(answer.json()["access_token"])

    def client(self, user: str | None) -> httpx.Client:
        """A browser without JavaScript in which `user` is signed in."""
        cookies = {"_token": self.token(user)} if user else {}
        return httpx.Client(
            base_url=self.address, cookies=cookies, trust_env=False, timeout=60,
            headers={"accept-language": "ja"},
        )  # fmt: skip


@contextmanager
def airflow_server(folder: Path, variables: Mapping[str, str]) -> Iterator[AirflowServer]:
    """An API server with its own metadata database; ended with the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    environment = _environment(folder, port, address) | dict(variables)
    (folder / "passwords.json").write_text(json.dumps(PASSWORDS), "utf-8")
    for command in (["db", "migrate"], ["dags", "reserialize"]):
        subprocess.run(
            [sys.executable, "-m", "airflow", *command], env=environment, check=True,
            capture_output=True, timeout=180,
        )  # fmt: skip
    with (
        (folder / "api-server.log").open("wb") as log,
        subprocess.Popen(
            [sys.executable, "-m", "airflow", "api-server"], env=environment,
            stdout=log, stderr=log, start_new_session=True,
        ) as process,
    ):  # fmt: skip
        try:
            _wait(address, process)
            yield AirflowServer(address, environment)
        finally:
            process.terminate()
            process.wait(timeout=30)


def _environment(folder: Path, port: int, address: str) -> dict[str, str]:
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("HUB_", "AIRFLOW", "_AIRFLOW"))
    }
    return kept | {
        "HUB_ROOT": str(ROOT),
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW_CONFIG": str(ROOT / "airflow.cfg"),
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(64),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin,viewer:viewer",
        "PYTHONPATH": str(ROOT),
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + UP_WITHIN
    with httpx.Client(trust_env=False, timeout=5) as client:
        while True:
            if process.poll() is not None:
                raise AssertionError("the API server ended; see api-server.log")
            try:
                if client.get(f"{address}/api/v2/monitor/health").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            if time.monotonic() > ends:
                raise AssertionError(f"the API server was not up within {UP_WITHIN} s")
            time.sleep(0.2)
