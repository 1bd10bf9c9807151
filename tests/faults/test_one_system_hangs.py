"""One system down or hung delays that system alone (invariant 12)."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from base.settings import Settings
from benchmarks import datasets
from benchmarks.servers import page_server
from canonical.store import Store
from hub.commands import sync as command
from hub.options import Progress, SyncOptions
from tests.connectors.helpers import Reply, serving
from tests.faults.test_eight_streams import connector

WELL, HUNG = ("well", "businesses"), ("hung", "businesses")


class Watch:
    """In the place of the progress bars: knows when the well system's stream is done."""

    done = threading.Event()

    def __init__(self, *_args: object) -> None:
        return

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *_exc: object) -> None:
        return

    def __call__(self, progress: Progress) -> None:
        if (progress.system, progress.state) == ("well", "done"):
            self.done.set()


def test_a_hung_system_delays_itself_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    released = threading.Event()
    dataset = datasets.flat(tmp_path, 200, 0)
    for system, _ in (WELL, HUNG):
        connector(tmp_path, system)
    monkeypatch.setattr("connectors.registry.ROOT", tmp_path / "connectors")
    monkeypatch.setattr(
        "hub.sync.mapping_file", lambda name: tmp_path / "mappings" / f"{name}.yaml"
    )
    monkeypatch.setattr(command, "ProgressBars", Watch)

    def hang(_path: str, _query: dict[str, str]) -> Reply:
        released.wait(120)
        return Reply({}, status=404)

    codes: list[int] = []
    with page_server(tmp_path) as base, serving(hang) as hung:
        for name, address in (("WELL", f"{base}/{dataset.name}"), ("HUNG", hung.address)):
            monkeypatch.setenv(f"HUB_CONNECTION_{name}", json.dumps({"address": address}))
        both = threading.Thread(
            target=lambda: codes.append(command.run_all([HUNG, WELL], SyncOptions(), True))
        )
        both.start()
        try:
            assert Watch.done.wait(60), "the well system waited for the hung one"
            assert hung.seen, "the hung system was never asked"
            assert both.is_alive()
        finally:
            released.set()
            both.join()
    assert codes == [1]
    said = {line["system"]: line for line in json.loads(capsys.readouterr().out)}
    assert said["well"]["counts"]["read"] == 200
    assert "hung.businesses" in said["hung"]["error"]
    with Store.open(Settings.load().database_url) as store:
        assert {run.system: run.status for run in store.runs()} == {
            "well": "succeeded",
            "hung": "failed",
        }
