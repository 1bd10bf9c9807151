"""Forms posted to a token server, and the CPU that this costs it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Sequence

import psutil

from benchmarks import http_load
from benchmarks.measure import Measurement

CONNECTIONS = 50
HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}


def posted(address: str, bodies: Sequence[bytes], pids: Sequence[int]) -> Measurement:
    """Post forms, each once; seconds, CPU seconds and memory are those of the servers `pids`.

    Raises:
        WrongAnswer: an answer was not 200.
    """
    requests = [http_load.request("POST", "/token", HEADERS, body) for body in bodies]
    servers = _family(pids)
    before, started = cpu_of(servers), time.perf_counter()
    taken = http_load.closed(address, requests, CONNECTIONS)
    seconds, cpu = time.perf_counter() - started, cpu_of(servers) - before
    counts = {"tokens": len(taken), **http_load.shares(taken)}
    return Measurement(seconds, seconds, cpu, _memory(servers), counts)


def _family(pids: Sequence[int]) -> list[psutil.Process]:
    """Processes with all that they started."""
    roots = [psutil.Process(pid) for pid in pids]
    return roots + [child for root in roots for child in root.children(recursive=True)]


def cpu_of(servers: Iterable[psutil.Process]) -> float:
    """Seconds of processor that these processes have used by now; 0 for one that has ended."""
    total = 0.0
    for server in servers:
        with contextlib.suppress(psutil.NoSuchProcess):
            total += sum(server.cpu_times()[:2])
    return total


def _memory(servers: Sequence[psutil.Process]) -> int:
    total = 0
    for server in servers:
        with contextlib.suppress(psutil.NoSuchProcess):
            total += server.memory_info().rss
    return total
