"""A CP932 file of 26 columns: the hub's rows as JSON texts beside csv.DictReader's dictionaries.

`python -m benchmarks.csv_rows --megabytes 1024` shows that memory does not grow with the file.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

from benchmarks.contenders.__main__ import high_water_mark
from benchmarks.flat.records import record

READERS = ("hub", "dictreader")
FILE = "rows.csv"
CODEC = "cp932"
DIFFERENT = 20_000
"""Records that differ; a longer file has them again under other numbers."""


def make(folder: Path, records: int) -> None:
    """`rows.csv`: a header, then a row a record; cells in quotes where they must be."""
    with (folder / FILE).open("wb") as file:
        for piece in _pieces(records):
            file.write(piece)


def _pieces(records: int) -> Iterator[bytes]:
    """The file in pieces."""
    base = [_row(number) for number in range(min(records, DIFFERENT))]
    yield _written([list(record(0))])
    for start in range(0, records, DIFFERENT):
        numbers = range(start, min(records, start + DIFFERENT))
        rows = [[f"F{number:09d}", *base[number % DIFFERENT][1:]] for number in numbers]
        yield _written(rows)


def _row(number: int) -> list[str]:
    return ["" if value is None else str(value) for value in record(number).values()]


def _written(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(CODEC)


def prepare(reader: str, folder: Path) -> Callable[[], int]:
    """The reader's whole read of the file, which counts rows."""
    if reader == "hub":
        import connectors.transports.csvrows as _loaded  # noqa: F401 - its import is not measured

        return lambda: sum(map(len, _hub(folder)))
    return lambda: sum(1 for _ in _dictreader(folder))


def compare(folder: Path) -> int:
    """How many values both read alike."""
    ours = (json.loads(raw) for raws in _hub(folder) for raw in raws)
    values = 0
    for one, other in zip_longest(ours, _dictreader(folder)):
        if one != other:
            raise ValueError("the hub and csv.DictReader read a row differently")
        values += len(one)
    return values


def _hub(folder: Path) -> Iterator[list[bytes]]:
    from connectors.transports.csvrows import CsvLayout, read_rows

    with (folder / FILE).open("rb") as file:
        for block in read_rows(file, CsvLayout(encoding=CODEC), name=FILE):
            if block.refused:
                raise ValueError(f"{len(block.refused)} rows were refused")
            yield block.raws


def _dictreader(folder: Path) -> Iterator[dict[str, Any]]:
    with (folder / FILE).open(encoding=CODEC, newline="") as file:
        yield from csv.DictReader(file)


def main() -> None:
    """Read a file of the size asked for, and say how much memory that took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.csv_rows", description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1024, help="size of the file (1024)")
    asked = parser.parse_args().megabytes
    with tempfile.TemporaryDirectory(prefix="bench-csv-") as name:
        folder = Path(name)
        make(folder, DIFFERENT)
        records = asked * 1_000_000 * DIFFERENT // (folder / FILE).stat().st_size
        make(folder, records)
        size = (folder / FILE).stat().st_size
        before, started = high_water_mark(), time.perf_counter()
        rows = prepare("hub", folder)()
        seconds = time.perf_counter() - started
    print(
        f"{size / 1e6:,.0f} MB, {rows:,} rows, {rows / seconds:,.0f} rows/s; peak memory"
        f" {high_water_mark() / 1e6:.0f} MB, {before / 1e6:.0f} MB of it before reading"
    )


if __name__ == "__main__":
    main()
