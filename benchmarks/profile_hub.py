"""Where a sync's seconds go: `python -m benchmarks.profile_hub [--records N] [--deep STAGE]`.

Stages run in three threads (read ahead · main · commit), so their seconds add up to more than the
run took. `wall` is the time a stage was at work or waiting; `cpu` what its own thread burned, which
leaves out polars' worker threads and the database. A stage's share of its thread says what to mend
first: the thread with the largest sum is the one the others wait for.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from pkgutil import resolve_name
from typing import Any
from unittest.mock import patch

from benchmarks.contenders import Job, hub
from benchmarks.datasets import flat
from benchmarks.servers import page_server, postgres

THREADS = {
    "read": ("read", "guard", "hash"),
    "main": ("known", "compare", "archive", "decode", "map"),
    "commit": ("commit",),
}
"""Stages by the thread they run in, in the order a record meets them."""

FUNCTIONS = {
    "hub.batching.ReadBatch.add": "guard",
    "hub.batching.ReadBatch.seal": "hash",
    "hub.processing.compare": "compare",
}
"""Functions of the sync that are a stage of their own."""

PHASES = (("first", 0), ("unchanged", 0), ("1 % changed", 1))


@dataclass(slots=True)
class Spent:
    """What one stage took: seconds of wall-clock time, CPU seconds of its thread, calls."""

    wall: float = 0.0
    cpu: float = 0.0
    calls: int = 0


class Stopwatch:
    """Seconds by stage; profiles the calls of one stage when asked to."""

    def __init__(self, deep: str | None = None) -> None:
        self.stages = {stage: Spent() for stages in THREADS.values() for stage in stages}
        self.deep = deep
        self.profile = cProfile.Profile()

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """Charge what happens inside to a stage."""
        spent = self.stages[stage]
        wall, cpu = time.perf_counter(), time.thread_time()
        if stage == self.deep:
            self.profile.enable()
        try:
            yield
        finally:
            if stage == self.deep:
                self.profile.disable()
            spent.wall += time.perf_counter() - wall
            spent.cpu += time.thread_time() - cpu
            spent.calls += 1

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, its time charged to a stage."""

        def wrapper(*args: Any, **options: Any) -> Any:
            with self.time(stage):
                return function(*args, **options)

        return wrapper

    def iterated(self, stage: str, items: Iterator[Any]) -> Iterator[Any]:
        """The items, the time to get each charged to a stage."""
        while True:
            with self.time(stage):
                item = next(items, self)
            if item is self:
                return
            yield item


class Watched:
    """Stands for an object, with some of its methods replaced."""

    def __init__(self, target: Any, **methods: Callable[..., Any]) -> None:
        self._target = target
        self._methods = methods

    def __getattr__(self, name: str) -> Any:
        methods: dict[str, Callable[..., Any]] = self.__dict__["_methods"]
        return methods[name] if name in methods else getattr(self.__dict__["_target"], name)


def watched(sync: Any, watch: Stopwatch) -> Any:
    """The sync job with every stage that it hands work to under the stopwatch."""
    connector, store, plan, archive = sync.connector, sync.store, sync.plan, sync.archive

    def decoder(stream: str) -> Any:
        real = connector.decoder(stream)
        return Watched(real, decode=watch.timed("decode", real.decode))

    def read(*args: Any, **options: Any) -> Iterator[Any]:
        return watch.iterated("read", iter(connector.read(*args, **options)))

    return replace(
        sync,
        connector=Watched(connector, decoder=decoder, read=read),
        plan=Watched(plan, map=watch.timed("map", plan.map)),
        archive=Watched(archive, write=watch.timed("archive", archive.write)),
        store=Watched(
            store,
            known=watch.timed("known", store.known),
            commit_batch=watch.timed("commit", store.commit_batch),
        ),
    )


def profile(job: Job, watch: Stopwatch) -> float:
    """One sync under the stopwatch; returns its seconds."""
    from hub.options import SyncOptions
    from hub.sync import open_store
    from hub.transfer import run_sync

    settings = hub.prepare(job)
    with ExitStack() as stack, open_store(settings) as store:
        for name, stage in FUNCTIONS.items():
            stack.enter_context(patch(name, watch.timed(stage, resolve_name(name))))
        sync = watched(hub.make_job(job, settings, store), watch)
        started = time.perf_counter()
        run_sync(sync, SyncOptions(mode="full"))
        return time.perf_counter() - started


def table(phase: str, records: int, seconds: float, watch: Stopwatch) -> str:
    """One phase as text."""
    lines = [f"\n{phase}: {seconds:.2f} s, {records / seconds:,.0f} records/s"]
    lines.append(f"  {'':18}{'wall s':>8}{'cpu s':>8}{'calls':>7}{'µs/record':>11}")
    for thread, stages in THREADS.items():
        total = sum(watch.stages[stage].wall for stage in stages)
        lines.append(f"  {thread + ' thread':18}{total:8.2f}{'':15}{total / records * 1e6:11.2f}")
        for stage in stages:
            spent = watch.stages[stage]
            each = spent.wall / records * 1e6
            lines.append(
                f"    {stage:16}{spent.wall:8.2f}{spent.cpu:8.2f}{spent.calls:7}{each:11.2f}"
            )
    return "\n".join(lines)


def main() -> None:
    """Profile first load, unchanged and 1 % changed over one database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--sqlite", action="store_true", help="SQLite instead of PostgreSQL")
    parser.add_argument("--deep", choices=[s for t in THREADS.values() for s in t])
    parser.add_argument("--out", type=Path, default=Path("bench-results"))
    options = parser.parse_args()
    pages = options.out / "pages"
    datasets = [flat(pages, options.records, generation) for _, generation in PHASES]
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-home-")))
        database = f"sqlite:///{home / 'hub.sqlite'}"
        if not options.sqlite:
            database = stack.enter_context(postgres()).create("profile")
        address = stack.enter_context(page_server(pages))
        for (phase, _), dataset in zip(PHASES, datasets, strict=True):
            watch = Stopwatch(options.deep)
            source = f"{address}/{dataset.name}"
            job = Job("hub", "flat", source, database, home, home / "result.json")
            print(table(phase, options.records, profile(job, watch), watch), flush=True)
            if options.deep:
                pstats.Stats(watch.profile).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    main()
