"""The hub's own database: state, versioned claims, quarantine, on SQLite and PostgreSQL."""

from canonical.store.batch import (
    BatchCommit,
    ClaimVersion,
    CommitResult,
    Counts,
    Lease,
    Outcome,
    QuarantineItem,
    RecordStatus,
    RunInfo,
    StateUpdate,
    StreamState,
    StreamStatus,
)
from canonical.store.copying import copy_store
from canonical.store.leases import this_process
from canonical.store.store import Store

__all__ = [
    "BatchCommit",
    "ClaimVersion",
    "CommitResult",
    "Counts",
    "Lease",
    "Outcome",
    "QuarantineItem",
    "RecordStatus",
    "RunInfo",
    "StateUpdate",
    "Store",
    "StreamState",
    "StreamStatus",
    "copy_store",
    "this_process",
]
