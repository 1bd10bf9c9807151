"""One of all the systems down or hung: every other one is synced, and the summary says which."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from base.clock import SystemClock
from connectors.registry import declarations
from hub.commands import sync as command
from hub.options import Progress, SyncOptions
from mocks.serve import MockServers, serve
from mocks.settings import connection_variables
from mocks.world import World
from tests.connectors.helpers import Reply, serving

NOWHERE = {
    "sftp": "sftp://127.0.0.1:1",
    "sqlite": "sqlite:////nowhere/there-is-no-such-file.sqlite",
    "http": "http://127.0.0.1:1",
}
SYSTEMS = sorted(declarations())
OFTEN = "it_subsidy"
"""The system that every test run takes away; the deep ones take away each."""


class Impatient(SystemClock):
    """The machine's clock, but that sleeping moves it and takes no time."""

    def __init__(self) -> None:
        self.slept = 0.0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.slept)

    def monotonic(self) -> float:
        return super().monotonic() + self.slept

    def sleep(self, seconds: float) -> None:
        self.slept += max(0.0, seconds)


class Watch:
    """In the place of the progress bars: knows when all streams but one system's are done."""

    def __init__(self, streams: list[tuple[str, str]], *_rest: object) -> None:
        Watch.left = {pair for pair in streams if pair[0] != Watch.missing}

    missing = ""
    left: set[tuple[str, str]]
    others_done = threading.Event()

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *_exc: object) -> None:
        return

    def __call__(self, progress: Progress) -> None:
        if progress.state == "done":
            Watch.left.discard((progress.system, progress.stream))
            if not Watch.left:
                Watch.others_done.set()


@pytest.fixture(scope="module")
def servers() -> Iterator[MockServers]:
    with serve(World(1, 60)) as running:
        yield running


@pytest.fixture
def connections(servers: MockServers, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    monkeypatch.setattr("hub.sync.SystemClock", Impatient)
    return {
        name: {**values, "rate_per_second": 0} for name, values in servers.connections().items()
    }


def moved(given: dict[str, Any], address: str) -> dict[str, Any]:
    """The same connection at another address."""
    old = given["address"]
    return {
        key: address + value[len(old) :] if isinstance(value, str) and value.startswith(old)
        else value
        for key, value in given.items()
    }  # fmt: skip


def all_streams() -> list[tuple[str, str]]:
    return [(name, stream) for name, one in declarations().items() for stream in one.streams]


def set_connections(given: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in connection_variables(given).items():
        monkeypatch.setenv(name, value)


def check_said(said: list[dict[str, Any]], system: str) -> None:
    """Every stream of that system failed, with a sentence that names it; all others were read."""
    for line in said:
        name = f"{line['system']}.{line['stream']}"
        if line["system"] == system:
            assert line["error"].startswith(name), line
        else:
            assert "error" not in line, line
    assert {line["system"] for line in said} == set(SYSTEMS)


@pytest.mark.parametrize(
    "system",
    [pytest.param(s, marks=[] if s == OFTEN else pytest.mark.deep) for s in SYSTEMS],
)
def test_a_system_that_is_down_fails_alone(
    system: str,
    connections: dict[str, dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    scheme = str(connections[system]["address"]).partition(":")[0]
    away = {**connections, system: moved(connections[system], NOWHERE[scheme])}
    set_connections(away, monkeypatch)
    assert command.run_all(all_streams(), SyncOptions(), as_json=True) == 1
    check_said(json.loads(capsys.readouterr().out), system)


def test_the_summary_names_the_system_its_error_and_the_remedy(
    connections: dict[str, dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    away = {**connections, OFTEN: moved(connections[OFTEN], NOWHERE["http"])}
    set_connections(away, monkeypatch)
    streams = [(OFTEN, "applications"), ("smart_sme", "vendors")]
    assert command.run_all(streams, SyncOptions(), as_json=False) == 1
    said = capsys.readouterr()
    rows = {name: line for line in said.out.splitlines() for name in map(".".join, streams)
            if name in line}  # fmt: skip
    assert "failed: connect" in rows["it_subsidy.applications"]
    assert "failed" not in rows["smart_sme.vendors"]
    (sentence,) = [line for line in said.err.splitlines() if line.startswith("hub: ")]
    what, _, remedy = sentence.partition(". ")
    assert what.startswith("hub: it_subsidy.applications: ")
    assert remedy


def test_a_system_that_hangs_delays_itself_alone(
    connections: dict[str, dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    released = threading.Event()

    def hang(_path: str, _query: dict[str, str]) -> Reply:
        released.wait(120)
        return Reply({}, status=404)

    Watch.missing = OFTEN
    monkeypatch.setattr(command, "ProgressBars", Watch)
    codes: list[int] = []
    with serving(hang) as hung:
        away = {**connections, OFTEN: moved(connections[OFTEN], hung.address)}
        set_connections(away, monkeypatch)
        syncs = threading.Thread(
            target=lambda: codes.append(command.run_all(all_streams(), SyncOptions(), as_json=True))
        )
        syncs.start()
        try:
            assert Watch.others_done.wait(120), f"waited for the hung one: {Watch.left}"
            assert syncs.is_alive()
        finally:
            released.set()
            syncs.join()
    assert codes == [1]
    check_said(json.loads(capsys.readouterr().out), OFTEN)
