"""Differences between live answers and the contract, gathered over a batch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from base.records import DriftFinding

Kind = Literal["added", "removed", "retyped", "null", "enum", "shortfall"]

MOST_PATHS = 200
"""Distinct findings kept of one batch: a source that puts keys where values belong has no end."""


@dataclass
class Findings:
    """Counts findings by path, kind and detail; never holds a value of a record."""

    counts: dict[tuple[str, Kind, str], int] = field(default_factory=dict)

    def add(self, path: str, kind: Kind, detail: str, count: int = 1) -> None:
        """Note that `count` records differ from the contract at `path`."""
        key = (path[:120], kind, detail)
        if key in self.counts or len(self.counts) < MOST_PATHS:
            self.counts[key] = self.counts.get(key, 0) + count

    def list(self) -> list[DriftFinding]:
        """The findings, by path."""
        return [
            DriftFinding(path, kind, detail, count)
            for (path, kind, detail), count in sorted(self.counts.items())
        ]
