"""Datasets on disk: pages of JSON, serialised once, served as they are.

A dataset is one file of concatenated page bodies and an index of their ends, so that the server
only copies bytes and takes no part in the figures.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import msgspec

from benchmarks.flat.records import record

FLAT = Path(__file__).parent / "flat"

PAGE_SIZE = 1000
"""Records a page of the flat stream."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """Pages of one generation of a set of records, and how many records they hold."""

    name: str
    folder: Path
    records: int

    @property
    def body(self) -> Path:
        """Concatenated page bodies."""
        return self.folder / f"{self.name}.pages"

    @property
    def index(self) -> Path:
        """JSON: `page_size`, and in `ends` the byte positions where the pages end."""
        return self.folder / f"{self.name}.json"


def flat(folder: Path, records: int, generation: int) -> Dataset:
    """The flat records of a generation; made when the folder does not hold them yet."""
    name = f"flat-{records}-{generation}-{fingerprint(FLAT)}"
    encode = msgspec.json.encode
    return build(folder, name, (encode(record(n, generation)) for n in range(records)), records)


def build(
    folder: Path, name: str, raws: Iterable[bytes], records: int, page_size: int = PAGE_SIZE
) -> Dataset:
    """Write the pages of `raws` (one JSON text a record), unless they are there."""
    dataset = Dataset(name, folder, records)
    if dataset.index.exists():
        return dataset
    folder.mkdir(parents=True, exist_ok=True)
    ends: list[int] = []
    with dataset.body.open("wb") as body:
        for page in _pages(iter(raws), records, page_size):
            body.write(page)
            ends.append(body.tell())
    dataset.index.write_text(json.dumps({"page_size": page_size, "ends": ends}))
    return dataset


def _pages(raws: Iterator[bytes], total: int, page_size: int) -> Iterator[bytes]:
    pages = max(1, -(-total // page_size))
    for number in range(pages):
        items = b",".join(islice(raws, page_size))
        following = f'"{number + 1}"' if number + 1 < pages else "null"
        tail = f'],"nextCursor":{following},"total":{total}}}'
        yield b'{"items":[' + items + tail.encode()


def fingerprint(*folders: Path) -> str:
    """Hash of the sources that make a dataset: pages of an older generator are not served."""
    sources = [Path(__file__), *(path for folder in folders for path in folder.rglob("*.py"))]
    digest = hashlib.sha256()
    for path in sorted(sources):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]
