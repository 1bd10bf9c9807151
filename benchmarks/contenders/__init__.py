"""The contenders: the same pages into the same database, each in a process of its own.

A contender has `prepare` (what a deployment does once; not measured) and `load` (measured). All
read pages of 1 000 over HTTP, keep all 26 fields and end with one row a record, upserted by key.
Only the hub checks, normalises, versions, archives and quarantines as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

import requests

NAMES = ("hub", "dlt", "dlt_arrow", "dlt_adbc", "core")


@dataclass(frozen=True, slots=True)
class Job:
    """What one run has to do.

    `address` is the dataset's (`http://127.0.0.1:PORT/<dataset>`), `database` a libpq or sqlite
    address, `home` a folder that the runs over one database share, `stream` flat or applications.
    """

    contender: str
    stream: str
    address: str
    database: str
    home: Path
    result: Path

    def as_json(self) -> dict[str, str]:
        """Plain values, for the child's command line."""
        return {name: str(value) for name, value in asdict(self).items()}

    @staticmethod
    def from_json(values: dict[str, str]) -> Job:
        """The job that `as_json` wrote."""
        paths = {name: Path(values[name]) for name in ("home", "result")}
        return Job(**{**values, **paths})  # type: ignore[arg-type]


class Contender(Protocol):
    """What the module of a contender offers."""

    def prepare(self, job: Job) -> Any:
        """Import, connect, lay out tables: not measured. The answer is handed to `load`."""

    def load(self, job: Job, prepared: Any) -> Any:
        """Read everything and store it: measured. The answer is handed to `counts`."""

    def counts(self, job: Job, prepared: Any, loaded: Any) -> dict[str, int]:
        """What was stored, asked of the database: not measured. `rows` = records it now holds."""


def contender(name: str) -> Contender:
    """The module of this name."""
    return cast("Contender", import_module(f"benchmarks.contenders.{name}"))


def pages(address: str) -> Iterator[list[dict[str, Any]]]:
    """The records page by page, as a script would read them: one session, `requests` JSON."""
    with requests.Session() as session:
        cursor: str | None = "0"
        while cursor is not None:
            answer = session.get(f"{address}/records", params={"cursor": cursor}, timeout=60)
            answer.raise_for_status()
            page = answer.json()
            yield page["items"]
            cursor = page["nextCursor"]
