"""Forms posted to a token server, and the CPU that this costs it."""

from __future__ import annotations

import time
from collections.abc import Sequence

from benchmarks import http_load
from benchmarks.measure import Measurement
from benchmarks.processes import cpu_of, family, memory_of

CONNECTIONS = 50
HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}


def posted(address: str, bodies: Sequence[bytes], pids: Sequence[int]) -> Measurement:
    """Post forms, each once; seconds, CPU seconds and memory are those of the servers `pids`.

    Raises:
        WrongAnswer: an answer was not 200.
    """
    requests = [http_load.request("POST", "/token", HEADERS, body) for body in bodies]
    servers = family(pids)
    before, started = cpu_of(servers), time.perf_counter()
    taken = http_load.closed(address, requests, CONNECTIONS)
    seconds, cpu = time.perf_counter() - started, cpu_of(servers) - before
    counts = {"tokens": len(taken), **http_load.shares(taken)}
    return Measurement(seconds, seconds, cpu, memory_of(servers), counts)
