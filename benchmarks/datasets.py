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

PAGE_SIZE = 1000
"""Records a page."""


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
        """JSON list of the byte positions where the pages end."""
        return self.folder / f"{self.name}.json"


def flat(folder: Path, records: int, generation: int) -> Dataset:
    """The flat records of a generation; made when the folder does not hold them yet."""
    name = f"flat-{records}-{generation}-{_fingerprint()}"
    encode = msgspec.json.encode
    return build(folder, name, (encode(record(n, generation)) for n in range(records)), records)


def build(folder: Path, name: str, raws: Iterable[bytes], records: int) -> Dataset:
    """Write the pages of `raws` (one JSON text a record), unless they are there."""
    dataset = Dataset(name, folder, records)
    if dataset.index.exists():
        return dataset
    folder.mkdir(parents=True, exist_ok=True)
    ends: list[int] = []
    with dataset.body.open("wb") as body:
        for page in _pages(iter(raws), records):
            body.write(page)
            ends.append(body.tell())
    dataset.index.write_text(json.dumps(ends))
    return dataset


def _pages(raws: Iterator[bytes], total: int) -> Iterator[bytes]:
    pages = max(1, -(-total // PAGE_SIZE))
    for number in range(pages):
        items = b",".join(islice(raws, PAGE_SIZE))
        following = f'"{number + 1}"' if number + 1 < pages else "null"
        tail = f'],"nextCursor":{following},"total":{total}}}'
        yield b'{"items":[' + items + tail.encode()


def _fingerprint() -> str:
    """Hash of what makes the records, so that pages of an older generator are not served."""
    folder = Path(__file__).parent / "flat"
    sources = b"".join((folder / name).read_bytes() for name in ("records.py", "vocabulary.py"))
    return hashlib.sha256(sources).hexdigest()[:8]
