"""Eight processes sync eight streams into one SQLite store at once, and none finds it locked."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks import datasets, flat
from benchmarks.flat.records import refusal
from benchmarks.servers import page_server
from canonical.store import Store

ROOT = Path(__file__).resolve().parents[2]
STREAMS, RECORDS, BATCH_RECORDS = 8, 2000, 1000


def connector(folder: Path, name: str) -> Path:
    """A copy of the flat connector under a name and a connection of its own."""
    made = folder / "connectors" / name
    shutil.copytree(Path(flat.__file__).parent, made, ignore=shutil.ignore_patterns("*.py*"))
    declared = made / "connector.yaml"
    text = declared.read_text(encoding="utf-8")
    declared.write_text(text.replace("connection: flat", f"connection: {name}"), encoding="utf-8")
    (folder / "mappings").mkdir(exist_ok=True)
    shutil.copy(made / "mapping.yaml", folder / "mappings" / f"{name}.yaml")
    return made


def test_eight_streams_write_at_once(tmp_path: Path) -> None:
    dataset = datasets.flat(tmp_path, RECORDS, 0)
    names = [f"flat{number}" for number in range(STREAMS)]
    with page_server(tmp_path) as base:
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("HUB_")},
            "HUB_HOME": str(tmp_path / "hub"),
            "PYTHONPATH": str(ROOT),
            **{
                f"HUB_CONNECTION_{name.upper()}": json.dumps(
                    {"address": f"{base}/{dataset.name}", "rate_per_second": 0}
                )
                for name in names
            },
        }
        started = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.faults.sync_folder", connector(tmp_path, name),
                 tmp_path / "mappings" / f"{name}.yaml", "businesses", str(BATCH_RECORDS)],
                env=environment, cwd=ROOT, text=True, stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )
            for name in names
        ]  # fmt: skip
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        ended = _together(started)
    assert [errors for _, errors in ended if errors] == []
    refused = sum(refusal(n) == "check_digit" for n in range(RECORDS))
    expected = {"read": RECORDS, "new": RECORDS - refused, "quarantined": refused}
    for out, _ in ended:
        assert {name: n for name, n in json.loads(out).items() if n} == expected
    with Store.open(f"sqlite:///{tmp_path / 'hub' / 'hub.sqlite'}") as store:
        assert store.row_counts()["claim_party"] == STREAMS * (RECORDS - refused)
        assert {run.status for run in store.runs(limit=100)} == {"succeeded"}
        assert [status.records for status in store.status()] == [RECORDS] * STREAMS


def _together(started: list[subprocess.Popen[str]]) -> list[tuple[str, str]]:
    """Let all of them go at once; what each printed, and its errors."""
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    ended = []
    for process in started:
        out, errors = process.communicate(timeout=120)
        ended.append((out, errors if process.returncode else ""))
    return ended
