"""What a sync is asked to do, and what it answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from canonical.store.batch import CommitResult

Mode = Literal["incremental", "full", "backfill", "replay", "file"]
Trigger = Literal["cli", "dag"]

Remarks = Counter[tuple[str, str]]
"""How many values were accepted with a remark, by source field and the remark's name
(`era_out_of_range`, `lost_zeros`); never a value."""

COUNTS = (
    "read",
    "new",
    "changed",
    "remapped",
    "unchanged",
    "duplicate",
    "superseded",
    "deferred",
    "deleted",
    "quarantined",
)
"""The counts of invariant 1 in the order in which they are shown; `read` is the others' sum."""


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """How one stream is synced.

    `incremental` reads on from the stream's cursor, `full` reads everything again, `backfill`
    reads the window `since` < updated ≤ `until` and never moves the cursor, `replay` maps the
    archived raw records again without asking the system, `file` reads a local file in the system's
    place and never moves the cursor. `limit` ends the read after that many
    records and leaves the cursor where it was; `dry_run` writes nothing
    at all; `keys` narrows a replay to these records. `approve_deletes` takes any number of missing
    keys for deleted, `approve_missing` so many; with `approve_refusals` no failure budget holds.
    """

    mode: Mode = "incremental"
    since: datetime | None = None
    until: datetime | None = None
    limit: int | None = None
    dry_run: bool = False
    approve_deletes: bool = False
    approve_missing: int = 0
    approve_refusals: bool = False
    keys: tuple[str, ...] | None = None
    file: Path | None = None
    trigger: Trigger = "cli"
    run_id: str | None = None


@dataclass(slots=True)
class Written:
    """What the commits of one run wrote: rows of claims, and quarantine items."""

    claims_written: int = 0
    claims_closed: int = 0
    quarantine_opened: int = 0
    quarantine_closed: int = 0

    def add(self, result: CommitResult) -> None:
        """Count one more commit."""
        self.claims_written += sum(result.claims_written.values())
        self.claims_closed += sum(result.claims_closed.values())
        self.quarantine_opened += result.quarantine_opened
        self.quarantine_closed += result.quarantine_closed

    def __str__(self) -> str:
        return (
            f"{self.claims_written:,} claims written, {self.claims_closed:,} closed;"
            f" {self.quarantine_opened:,} quarantine items opened,"
            f" {self.quarantine_closed:,} closed"
        )


@dataclass(frozen=True, slots=True)
class SyncSummary:
    """What one sync did; `seconds` is wall-clock time, `findings` counts contract drift,
    `remarks` values accepted though they were written out of the way, `notes` say what the counts
    do not."""

    system: str
    stream: str
    run_id: str
    counts: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    window_since: datetime | None = None
    window_until: datetime | None = None
    issues: int = 0
    findings: int = 0
    remarks: Remarks = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    written: Written = field(default_factory=Written)

    def as_json(self) -> dict[str, Any]:
        """The summary as plain JSON values (instants in ISO 8601)."""
        return {
            "system": self.system,
            "stream": self.stream,
            "run_id": self.run_id,
            "counts": self.counts,
            "seconds": round(self.seconds, 3),
            "window": {
                "since": self.window_since.isoformat() if self.window_since else None,
                "until": self.window_until.isoformat() if self.window_until else None,
            },
            "issues": self.issues,
            "findings": self.findings,
            "remarks": told_remarks(self.remarks),
            "notes": self.notes,
            "written": asdict(self.written),
        }


def told_remarks(remarks: Remarks) -> list[dict[str, str | int]]:
    """Remarks as plain JSON values, the most frequent first."""
    ordered = sorted(remarks.items(), key=lambda item: (-item[1], item[0]))
    return [{"field": name, "rule": rule, "count": count} for (name, rule), count in ordered]


@dataclass(frozen=True, slots=True)
class Progress:
    """A sync's progress, told after each batch and whenever it starts or stops waiting."""

    system: str
    stream: str
    counts: dict[str, int]
    state: Literal["reading", "waiting", "done"] = "reading"
    detail: str = ""


OnProgress = Callable[[Progress], None]
