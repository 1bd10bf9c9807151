"""The mock systems of a local run: their ports, their connections, their process.

A system whose connection the environment names already is not mocked: what the user says wins.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from base.errors import HubError
from hub.local.ports import LOOPBACK, is_free
from hub.local.processes import Processes

FIRST_PORT = 8801
CREDENTIALS = "mocks.json"
"""File in `HUB_HOME`, mode 0600: what the hub signs in to the mocks with."""


def ports(first: int) -> dict[str, int]:
    """System → port, in a row from `first`."""
    from mocks.systems import ports_from

    return ports_from(first)


def folder(home: Path) -> Path:
    """Where the mocks keep their files."""
    return home / "mocks"


def ports_wanted(first: int) -> dict[str, tuple[int, str]]:
    """What will listen → its port, and the variable that changes it."""
    return {f"mock {name}": (port, "HUB_PORT_MOCKS") for name, port in ports(first).items()}


def connections(home: Path, first: int) -> Mapping[str, str]:
    """The variables `HUB_CONNECTION_<NAME>` that lead to the mocks; credentials are made once."""
    from mocks.credentials import ClientCredentials
    from mocks.settings import connection_variables
    from mocks.systems import local_connections

    path = home / CREDENTIALS
    if not path.exists():
        ClientCredentials.generate().save(path)
    credentials = ClientCredentials.load(path)
    return connection_variables(local_connections(ports(first), credentials, folder(home)))


def start(processes: Processes, businesses: int, first: int) -> None:
    """Start all mock systems over one world."""
    arguments = [str(businesses), str(first)]
    processes.start("mocks", [sys.executable, "-m", "hub.local.serve_mocks", *arguments])


def personas(home: Path) -> list[dict[str, Any]]:
    """Accounts to sign in with, one for each way to use a front end; empty before the mocks are up.

    Each has `role`, `role_ja`, `sign_in`, `business`, `clients` and `what`.
    """
    from mocks.personas import FILE

    path = folder(home) / FILE
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


def wait(processes: Processes, first: int, timeout: float = 120.0) -> None:
    """Wait until every mock system listens.

    Raises:
        ProcessDied: the mocks ended.
        HubError: one did not come up within `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    for name, port in ports(first).items():
        while is_free(port):
            processes.check()
            if time.monotonic() > deadline:
                raise HubError(
                    f"the mock system {name} does not listen on {LOOPBACK}:{port}",
                    remedy=f"Look at {processes.log_of('mocks')}",
                )
            time.sleep(0.2)
