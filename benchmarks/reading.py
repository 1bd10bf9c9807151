"""Reading alone: the same files through the hub's transport and through a library's own objects.

No network, no store: each reader runs in a process of its own over files made beforehand. The
module of a block (`benchmarks.soap` …) is a `ReadingBlock`.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from benchmarks import measure
from benchmarks.contenders.__main__ import high_water_mark
from benchmarks.results import Results, Run

Say = Callable[[str], None]


class ReadingBlock(Protocol):
    """What a block's module offers."""

    READERS: Sequence[str]
    """Who reads; `hub` is one of them."""

    def make(self, folder: Path, records: int) -> None:
        """Write the files that all read; not measured."""

    def prepare(self, reader: str, folder: Path) -> Callable[[], int]:
        """Import and load what a reader does once; the answer is measured, and counts records."""

    def compare(self, folder: Path) -> int:
        """How many values all readers read alike.

        Raises:
            ValueError: they read one of them differently.
        """


def block(name: str) -> ReadingBlock:
    """The module of this name."""
    return cast("ReadingBlock", import_module(f"benchmarks.{name}"))


def run(results: Results, say: Say, name: str, folder: Path, *, records: int, rounds: int) -> None:
    """All rounds of a block; the order of the readers turns.

    Raises:
        ValueError: the readers do not read the same, or a reader lost records.
    """
    module = block(name)
    folder.mkdir(parents=True, exist_ok=True)
    module.make(folder, records)
    say(f"{name:13}{module.compare(folder):,} values read alike")
    readers = list(module.READERS)
    for number in range(rounds):
        turn = number % len(readers)
        for reader in [*readers[turn:], *readers[:turn]]:
            result = folder / f"{reader}.result.json"
            command = [sys.executable, "-m", "benchmarks.reading", name, reader, str(folder),
                       str(result)]  # fmt: skip
            done = measure.watch(command, result, f"{reader} reading {name}")
            if done.counts["rows"] != records:
                raise ValueError(f"{reader} read {done.counts['rows']} of {records} records")
            found = Run(name, reader, "first", number, records, done)
            results.runs.append(found)
            say(
                f"{name:13}{number + 1} {reader:10}{'read':10}"
                f"{found.rate:9,.0f}/s {done.seconds:7.2f} s {done.peak / 1e6:5.0f} MB"
            )


def main() -> None:
    """One reader's run: `python -m benchmarks.reading BLOCK READER FOLDER RESULT`."""
    name, reader, folder, result = sys.argv[1:]
    read = block(name).prepare(reader, Path(folder))
    started, started_cpu = time.perf_counter(), time.process_time()
    rows = read()
    seconds, cpu = time.perf_counter() - started, time.process_time() - started_cpu
    told = {"seconds": seconds, "cpu": cpu, "peak": high_water_mark(), "counts": {"rows": rows}}
    Path(result).write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main()
