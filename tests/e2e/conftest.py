"""A local hub as a user starts it, in a folder of its own (with a space in its name)."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from hub.local.processes import MARK, end_marked, marked

ROOT = Path(__file__).resolve().parents[2]
BUSINESSES = "300"


def free_ports(count: int) -> int:
    """The first of `count` neighbouring ports nobody listens on."""
    for first in range(18_000 + os.getpid() % 10_000, 60_000, count):
        probes = [socket.socket() for _ in range(count)]
        try:
            for number, probe in enumerate(probes):
                probe.bind(("127.0.0.1", first + number))
        except OSError:
            continue
        else:
            return first
        finally:
            for probe in probes:
                probe.close()
    raise RuntimeError("no free ports")


@dataclass
class LocalHub:
    """Where one local hub lives, and how to start it."""

    folder: Path
    airflow_port: int
    mocks_port: int

    @property
    def home(self) -> Path:
        """Its HUB_HOME."""
        return self.folder / ".hub"

    @property
    def front_port(self) -> int:
        """The token service's; the API's and the portal's are the next two."""
        return self.mocks_port + 19

    def environment(self) -> dict[str, str]:
        """The variables a user would set, and none of the hub's own beside them."""
        ours = ("HUB_", "AIRFLOW", "_AIRFLOW", "PYTEST_")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
        return {
            **kept,
            "HUB_HOME": str(self.home),
            "AIRFLOW_HOME": str(self.folder / ".airflow"),
            "HUB_PORT_AIRFLOW": str(self.airflow_port),
            "HUB_PORT_MOCKS": str(self.mocks_port),
            "HUB_PORT_FRONT": str(self.front_port),
            "BUSINESSES": BUSINESSES,
        }

    def command(self, *arguments: str) -> list[str]:
        """What `make run` executes."""
        return [sys.executable, "-u", "-m", "hub.local.run", *arguments]

    def once(self) -> subprocess.CompletedProcess[str]:
        """`make run ONCE=1`."""
        return subprocess.run(
            self.command("--once"),
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )

    @contextmanager
    def up(self) -> Iterator[RunningHub]:
        """`make run`, until it stays up; whatever it leaves behind is ended at the end."""
        with subprocess.Popen(
            self.command(), cwd=ROOT, env=self.environment(), stdout=subprocess.PIPE, text=True
        ) as program:
            running = RunningHub(program)
            try:
                running.read_until("Ctrl-C stops everything.")
                yield running
            finally:
                program.kill()
                if running.mark:
                    end_marked(running.mark)


@dataclass
class RunningHub:
    """A local hub that is up."""

    program: subprocess.Popen[str]
    said: str = ""
    mark: str = ""

    def read_until(self, text: str) -> None:
        """Collect what the program says until it says `text`, or ends."""
        assert self.program.stdout
        for line in self.program.stdout:
            self.said += line
            if text in line:
                break
        else:
            raise AssertionError(f"the hub ended without saying {text!r}:\n{self.said}")
        for child in psutil.Process(self.program.pid).children():
            self.mark = self.mark or child.environ().get(MARK, "")

    def processes(self) -> list[psutil.Process]:
        """Everything it started that still lives."""
        return marked(self.mark)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> LocalHub:
    """A fresh local hub; the tests of a module share it, in the order in which they stand."""
    first = free_ports(24)
    return LocalHub(tmp_path_factory.mktemp("clone") / "中小 企業", first, first + 1)
