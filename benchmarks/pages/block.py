"""Runs the block `pages`: every page over a large store, and what the plugin costs a task."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from statistics import median

from starlette.requests import Request
from starlette.testclient import TestClient

from base.clock import ManualClock
from base.settings import Settings
from benchmarks.pages.store_of_runs import NOW, fill
from hub.pages.app import build
from hub.pages.guard import Viewer

SCENARIO = "pages"
P95_MS, PLUGIN_MS = 300.0, 50.0
"""Floors: of each page, and of what the plugin adds to the start of a process."""
REQUESTS, STARTS = 60, 9
ROOT = Path(__file__).resolve().parents[2]
START = """
import time
import airflow.sdk, airflow.plugins_manager
imported = time.perf_counter()
airflow.plugins_manager.ensure_plugins_loaded()
seconds = time.perf_counter() - imported
print(seconds, sum(one.name == "sme_hub" for one in airflow.plugins_manager._get_plugins()[0]))
"""

Say = Callable[[str], None]


class _Open:
    """Lets everybody in, and starts nothing."""

    secret = b"of the benchmark"

    async def viewer(self, _request: Request) -> Viewer:
        return Viewer("operator", "")

    def readable(self, _viewer: Viewer, dag_ids: Collection[str]) -> set[str]:
        return set(dag_ids)

    def may_trigger(self, _viewer: Viewer, _dag_id: str) -> bool:
        return True

    def paused(self, dag_ids: Collection[str]) -> Mapping[str, bool]:
        return dict.fromkeys(dag_ids, False)

    def trigger(self, _viewer: Viewer, dag_id: str, _conf: object, _note: str) -> str:
        raise NotImplementedError(dag_id)

    def pause(self, _viewer: Viewer, dag_id: str, *, paused: bool) -> None:
        raise NotImplementedError(dag_id, paused)


def run(say: Say, records: int) -> list[str]:
    """Measure; what was missed, in words."""
    missed = []
    with tempfile.TemporaryDirectory(prefix="bench-pages-") as folder:
        settings = Settings.load({"HUB_HOME": folder})
        began = time.perf_counter()
        made = fill(settings.database_url, records)
        say(f"{SCENARIO:13} {made} in {time.perf_counter() - began:.0f} s")
        with TestClient(build(_Open(), settings, ManualClock(NOW))) as client:
            for path in _paths(client):
                first, p50, p95 = _timed(client, path)
                shown = path.partition("?")[0]
                say(
                    f"{SCENARIO:13} {shown:32} first {first:6.0f} ms,"
                    f" median {p50:5.0f} ms, p95 {p95:5.0f} ms"
                )
                if p95 > P95_MS:
                    missed.append(f"{shown} has p95 {p95:.0f} ms, not {P95_MS:.0f} ms")
    added = _plugin(say)
    if added > PLUGIN_MS:
        missed.append(f"the plugin adds {added:.0f} ms to a start, not {PLUGIN_MS:.0f} ms")
    return missed


def _paths(client: TestClient) -> list[str]:
    """Every page; of samples and pairs the first that there are."""
    links = re.findall(r'href="(/quarantine/items[^"]*)"', client.get("/quarantine").text)
    return [
        "/", "/systems/subsidy", "/dag/sync_gbizinfo", "/systems/subsidy/applications/mapping",
        "/quarantine", html.unescape(links[0]), "/review",
    ]  # fmt: skip


def _timed(client: TestClient, path: str) -> tuple[float, float, float]:
    """Milliseconds of the first answer, the median and the 95th percentile of the others."""
    taken = []
    for _ in range(REQUESTS + 1):
        began = time.perf_counter()
        answer = client.get(path)
        taken.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
    first, *others = taken
    others.sort()
    return first, median(others), others[len(others) * 95 // 100]


def _plugin(say: Say) -> float:
    """Milliseconds that the plugin adds to a process that loads plugins, as every task does.

    With and without it in turn; the medians' difference.
    """
    with tempfile.TemporaryDirectory(prefix="bench-plugin-") as folder:
        empty = Path(folder) / "empty"
        empty.mkdir()
        taken: dict[str, list[float]] = {"with": [], "without": []}
        for _ in range(STARTS):
            for name, plugins in (("without", empty), ("with", ROOT / "plugins")):
                seconds, ours = _start(Path(folder), plugins)
                if ours != (name == "with"):
                    raise RuntimeError(f"{name} it, {ours:.0f} plugin of ours was loaded")
                taken[name].append(seconds * 1000)
    found = {name: median(times) for name, times in taken.items()}
    say(
        f"{SCENARIO:13} loading plugins: {found['without']:.0f} ms without,"
        f" {found['with']:.0f} ms with ours"
    )
    return found["with"] - found["without"]


def _start(home: Path, plugins: Path) -> tuple[float, float]:
    """Seconds of loading plugins in a fresh process, and how many of ours there were."""
    environment = {
        **os.environ, "AIRFLOW_HOME": str(home), "AIRFLOW_CONFIG": str(ROOT / "airflow.cfg"),
        "HUB_ROOT": str(ROOT), "AIRFLOW__CORE__PLUGINS_FOLDER": str(plugins),
        "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", START], env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    seconds, ours = done.stdout.split()[-2:]
    return float(seconds), float(ours)
