"""Processor and memory of servers that are measured."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence

import psutil


def family(pids: Sequence[int]) -> list[psutil.Process]:
    """Processes with all that they started."""
    roots = [psutil.Process(pid) for pid in pids]
    return roots + [child for root in roots for child in root.children(recursive=True)]


def postgresql() -> Iterator[psutil.Process]:
    """Every process of a PostgreSQL server on this machine."""
    return (one for one in psutil.process_iter(["name"]) if one.info["name"] == "postgres")


def cpu_of(servers: Iterable[psutil.Process]) -> float:
    """Seconds of processor that these processes have used by now; 0 for one that has ended."""
    total = 0.0
    for server in servers:
        with contextlib.suppress(psutil.NoSuchProcess):
            total += sum(server.cpu_times()[:2])
    return total


def memory_of(servers: Iterable[psutil.Process]) -> int:
    """Their resident bytes; what they share is counted for each."""
    total = 0
    for server in servers:
        with contextlib.suppress(psutil.NoSuchProcess):
            total += server.memory_info().rss
    return total


class Spent:
    """The processor that PostgreSQL's processes use from now on, less those that end."""

    def __init__(self) -> None:
        self._before = {one.pid: cpu_of([one]) for one in postgresql()}

    def seconds(self) -> float:
        """Seconds of processor since it was made."""
        return sum(max(0.0, cpu_of([one]) - self._before.get(one.pid, 0.0)) for one in postgresql())
