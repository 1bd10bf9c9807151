"""What a sync hands to the store, and what it gets back: plain dataclasses around Polars frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from base.errors import StoreError

if TYPE_CHECKING:
    import polars as pl

    from base.records import DriftFinding, Refusal


class Outcome(StrEnum):
    """What became of a source record that is written (unchanged ones are only counted)."""

    NEW = "new"
    CHANGED = "changed"
    REMAPPED = "remapped"
    QUARANTINED = "quarantined"


class RecordStatus(StrEnum):
    """State of a source record in the store.

    STALE: its newest version was refused, so the claims are those of an older one.
    QUARANTINED: it was refused and has no current claims.
    """

    CURRENT = "current"
    STALE = "stale"
    QUARANTINED = "quarantined"
    DELETED = "deleted"


@dataclass(slots=True)
class Counts:
    """The counts of one batch (invariant 1): `read` is the sum of all the others.

    A record found deleted by its absence counts as read and deleted.
    """

    new: int = 0
    changed: int = 0
    remapped: int = 0
    unchanged: int = 0
    duplicate: int = 0
    superseded: int = 0
    deferred: int = 0
    deleted: int = 0
    quarantined: int = 0
    read: int = 0

    @property
    def accounted(self) -> int:
        """The sum of everything that a record that was read can become."""
        return sum(getattr(self, name) for name in OUTCOME_COUNTS)

    def __add__(self, other: Counts) -> Counts:
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in COUNT_NAMES})


OUTCOME_COUNTS = (
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
COUNT_NAMES = ("read", *OUTCOME_COUNTS)


@dataclass(frozen=True, slots=True)
class StateUpdate:
    """Where the stream stands after this batch; written as it is, None clears.

    Args:
        cursor: high watermark as text (all up to it is done); a backfill passes the old one on.
        window: the window in progress (`since`, `until`, `mode`), None when it is finished.
        resume: the position in the window from which a stopped run reads on.
    """

    cursor: str | None
    window: Mapping[str, Any] | None = None
    resume: str | None = None


RECORD_COLUMNS = ("row", "record_key", "record_id", "known_status", "raw_hash", "updated",
                  "position", "outcome")  # fmt: skip
"""Columns of `BatchCommit.records`:

row UInt32            index that `claims[…]["#row"]` and `Refusal.row` refer to
record_key String     the source's key, unique in the frame
record_id Int64       from `Store.known`; null for a record the store has never seen
known_status String   from `Store.known`; null likewise
raw_hash Binary       16 bytes
updated String        cursor field as UTC ISO text, or null
position UInt32       row in this batch's archive file; null if its raw record was archived before
outcome String        see `Outcome`
"""


@dataclass(slots=True)
class BatchCommit:
    """Everything that one batch writes, committed in one transaction or not at all.

    Args:
        stream_id, run_id: of `Store.stream_id` and `Store.start_run`.
        fencing_token: of the lease; a newer lease makes the commit fail with LeaseLost.
        recorded_at: the instant known as "recorded", UTC, from the injected clock.
        counts: the batch's counts, `read` included.
        state: where the stream stands afterwards.
        records: the records to be written (see RECORD_COLUMNS), in the order that numbers them.
        claims: by entity name; `#row`, `role` (null reads as `self`), `ordinal` (0), `as_of`, and
            any of the model's columns. Rows of records with outcome `quarantined` are left out.
            The claims of a record are complete: one that is current in the store and is missing
            here is closed. Two claims with one (row, role, ordinal) are an error.
        refusals: of level `record` or `field`; `row` refers to `records`. Each opens a quarantine
            item unless one is open for the same record, rule and field. Open items of a record in
            `records` that are not named again are closed.
        deleted_keys: records that the source deleted; their claims are closed.
        plan_version: version text of the mapping's plan.
        contract_version: version text of the contract.
        archive_path, archive_rows: where the raw records of this batch lie, if any were archived.
        memos: notes of the connector about record keys.
        findings: differences from the contract.
    """

    stream_id: int
    run_id: str
    fencing_token: int
    recorded_at: datetime
    counts: Counts
    state: StateUpdate
    plan_version: str
    contract_version: str
    records: pl.DataFrame | None = None
    claims: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    refusals: Sequence[Refusal] = ()
    deleted_keys: Sequence[str] = ()
    archive_path: str | None = None
    archive_rows: int = 0
    memos: Mapping[str, str] = field(default_factory=dict)
    findings: Sequence[DriftFinding] = ()

    def check(self) -> None:
        """StoreError when the counts do not add up (invariant 1)."""
        if self.counts.read != self.counts.accounted:
            raise StoreError(
                f"the counts of a batch do not add up: {self.counts.read} read,"
                f" {self.counts.accounted} accounted for"
            )


@dataclass(frozen=True, slots=True)
class CommitResult:
    """What one commit wrote.

    `claims_written` and `claims_closed` are by entity name, only those above zero.
    """

    batch_no: int
    claims_written: Mapping[str, int]
    claims_closed: Mapping[str, int]
    quarantine_opened: int
    quarantine_closed: int
    records_deleted: int


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write to one stream until `expires_at`; `token` is the fencing token."""

    stream_id: int
    owner: str
    token: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class StreamState:
    """Where a stream stands. `next_*` are the numbers that the next batch will give."""

    stream_id: int
    system: str
    stream: str
    cursor: str | None
    window: dict[str, Any] | None
    resume: str | None
    plan_version: str | None
    contract_version: str | None
    next_record_no: int
    next_batch_no: int
    next_item_no: int
    fencing_token: int
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class RunInfo:
    """One run of a stream; `counts` are the sums over its batches."""

    run_id: str
    system: str
    stream: str
    trigger: str
    mode: str
    since: datetime | None
    until: datetime | None
    started_at: datetime
    ended_at: datetime | None
    status: str
    error: str | None
    counts: Counts
    batches: int


@dataclass(frozen=True, slots=True)
class StreamStatus:
    """What `hub status` shows of a stream."""

    system: str
    stream: str
    records: int
    cursor: str | None
    in_progress: bool
    open_quarantine: int
    open_findings: int
    lease_owner: str | None
    last_run: RunInfo | None


@dataclass(frozen=True, slots=True)
class QuarantineItem:
    """One refused record or field; `value` is masked where personal."""

    item_id: int
    system: str
    stream: str
    record_key: str
    level: str
    stage: str
    rule: str
    field: str | None
    value: str | None
    message: str
    status: str
    opened_at: datetime
    opened_batch: int
    closed_batch: int | None
    raw_hash: bytes
    archive_path: str | None
    archive_position: int | None


@dataclass(frozen=True, slots=True)
class ClaimVersion:
    """One version of one claim with its origin (invariant 8); `values` holds what is stated."""

    entity: str
    system: str
    stream: str
    record_key: str
    role: str
    ordinal: int
    as_of: Any
    recorded_from: datetime
    recorded_to: datetime | None
    batch_no: int
    closed_batch_no: int | None
    run_id: str
    archive_path: str | None
    values: dict[str, Any]
