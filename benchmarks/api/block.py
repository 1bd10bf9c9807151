"""Runs the block `api` on PostgreSQL.

The API's two workers, PostgreSQL and the clients share the machine's cores: the clients are one
process with one event loop (`benchmarks.http_load`), and what they use is told with the figures.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlencode

import psutil

from benchmarks import http_load, measure
from benchmarks.api import store_of_businesses
from benchmarks.api.serving import Serving, serving
from benchmarks.measure import Measurement
from benchmarks.processes import Spent, cpu_of, family, memory_of
from benchmarks.results import Results, Run
from benchmarks.servers import Postgres
from canonical.store import Store

SCENARIO = "api"
RATE, SEARCH_RATE, CONNECTIONS = 150, 20, 50
SECONDS, QUICK_SECONDS = 20, 2
SEARCHES = (
    ("programs", {"q": "設備"}),
    ("programs", {"q": "省力化 補助金", "open": "true"}),
    ("programs", {"region": "長野県", "industry": "製造業", "open": "true"}),
    ("programs", {"q": "海外展開", "region": "東京都", "topic": "販路開拓"}),
    ("support-agencies", {"q": "設備"}),
    ("support-agencies", {"q": "信用金庫 さくら"}),
    ("support-agencies", {"q": "存在しない語"}),
    ("support-agencies", {"region": "長野県", "industry": "製造業", "topic": "創業"}),
    ("support-agencies", {"region": "沖縄県", "topic": "漁業"}),
    ("support-agencies", {"q": "税理士法人", "region": "福岡県"}),
)
"""Words of two and more characters, common, rare, found nowhere; region, industry, topic, open."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is measured: a name, requests, and how they are sent; it returns the seconds of each."""

    name: str
    requests: Sequence[bytes]
    send: Callable[[str, Sequence[bytes]], list[float]]


def run(results: Results, say: Say, server: Postgres, parties: int, rounds: int) -> None:
    """Fill a store, serve it, and ask."""
    url = server.create(SCENARIO)
    try:
        with tempfile.TemporaryDirectory(prefix="bench-api-") as folder:
            made = _filled(url, parties, Path(folder))
            say(f"{SCENARIO:13} {made.counts} in {made.seconds:.0f} s")
            server.settle()
            seconds = SECONDS if parties >= 100_000 else QUICK_SECONDS
            measured(results, say, url, Path(folder), (parties, rounds, seconds))
    finally:
        server.drop(SCENARIO)


def measured(results: Results, say: Say, url: str, home: Path, how: tuple[int, int, int]) -> None:
    """Ask the API over a filled store.

    Args:
        how: parties in the store, rounds, and seconds of each measurement.
    """
    parties, rounds, seconds = how
    with Store.open(url) as store:
        accounts = store_of_businesses.asked(store)
    with serving(home, url) as api:
        everything = _asked(api, accounts, seconds)
        for one in everything:
            one.send(api.address, one.requests[: len(one.requests) // 4 + 1])
        for number in range(rounds):
            for one in everything:
                done = _measure(api, one)
                results.runs.append(Run(SCENARIO, one.name, "first", number, parties, done))
                say(f"{SCENARIO:13}{number + 1} {one.name:10} {_told(done)}")


def _filled(url: str, parties: int, folder: Path) -> Measurement:
    result = folder / "result.json"
    command = [sys.executable, "-m", "benchmarks.api", url, str(parties), str(result)]
    return measure.watch(command, result, f"fill of {SCENARIO}")


def _asked(api: Serving, accounts: Sequence[tuple[str, int]], seconds: int) -> list[Asked]:
    tokens = api.tokens([account for account, _ in accounts])
    businesses = [
        _get(f"/v1/businesses/{party}", token)
        for (_, party), token in zip(accounts, tokens, strict=True)
    ]
    searches = [
        _get(f"/v1/{kind}?{urlencode(query)}", token)
        for (kind, query), token in zip(cycle(SEARCHES), tokens, strict=False)
    ]

    def many(some: Sequence[bytes], rate: int) -> list[bytes]:
        return list(islice(cycle(some), rate * seconds))

    return [
        Asked("open", many(businesses, RATE), lambda to, some: http_load.opened(to, some, RATE)),
        Asked(
            "closed",
            many(businesses, 1_000),
            lambda to, some: http_load.closed(to, some, CONNECTIONS),
        ),
        Asked(
            "search",
            many(searches, SEARCH_RATE),
            lambda to, some: http_load.opened(to, some, SEARCH_RATE),
        ),
    ]


def _get(path: str, token: str) -> bytes:
    return http_load.request("GET", path, {"Authorization": f"Bearer {token}"})


def _measure(api: Serving, asked: Asked) -> Measurement:
    servers = family([api.process.pid])
    database = Spent()
    before = cpu_of(servers), time.process_time()
    started = time.perf_counter()
    taken = asked.send(api.address, asked.requests)
    seconds = time.perf_counter() - started
    used, own = cpu_of(servers) - before[0], time.process_time() - before[1]
    counts = {
        "requests": len(taken),
        **http_load.shares(taken),
        "database_us_a_request": round(database.seconds() * 1e6 / len(taken)),
        "client_us_a_request": round(own * 1e6 / len(taken)),
    }
    return Measurement(seconds, seconds, used, memory_of(servers), counts)


def _told(done: Measurement) -> str:
    counts = done.counts
    median, p95, p99 = (counts[name] / 1000 for name in ("median_us", "p95_us", "p99_us"))
    return (
        f"{counts['requests'] / done.seconds:6,.0f} a second, median {median:.1f} ms,"
        f" p95 {p95:.1f} ms, p99 {p99:.1f} ms; processor for each: the API"
        f" {done.cpu * 1e6 / counts['requests']:.0f} µs, PostgreSQL"
        f" {counts['database_us_a_request']}, clients {counts['client_us_a_request']}"
        f" (load {psutil.getloadavg()[0]:.1f})"
    )
