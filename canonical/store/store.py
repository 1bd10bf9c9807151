"""The store: one small facade over leases, state, records, claims, quarantine and reports."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from base.clock import SystemClock
from canonical.store import commit, leases, quarantine, records, reports, runs, state
from canonical.store.database import Database
from canonical.store.migrations import pending, upgrade

if TYPE_CHECKING:
    import polars as pl

    from canonical.store.batch import (
        BatchCommit,
        ClaimVersion,
        CommitResult,
        Lease,
        QuarantineItem,
        RunInfo,
        StreamState,
        StreamStatus,
    )


class Store:
    """The hub's own database: SQLite (embedded default) or PostgreSQL.

    Every method opens and closes its own short transaction; errors are StoreUnreachable (retry),
    LeaseHeld, LeaseLost or StoreError (stop), and never hold a value of a record.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    @classmethod
    def open(cls, url: str) -> Self:
        """Open `sqlite:///path.db` or `postgresql://…`; connects on first use."""
        return cls(Database(url))

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.database.dialect

    def close(self) -> None:
        """Give back all connections."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def upgrade(self) -> None:
        """Bring the schema to the newest migration; safe when several processes call it."""
        upgrade(self.database)

    def pending_migrations(self) -> int:
        """How many migrations the schema lacks; 0 when it is up to date."""
        return pending(self.database)

    # Streams, leases and runs

    def stream_id(self, system: str, stream: str) -> int:
        """The number of a stream, given on first use."""
        return state.stream_id(self.database, system, stream)

    def describe_stream(
        self, stream_id: int, *, source_role: str, scope: str, purposes: Collection[str] = ()
    ) -> None:
        """Say what a stream's claims are worth, who may know of them, and what they are for.

        `source_role` is its system's (`base_registry`, `register`, `identity_provider`,
        `procedure`, `adviser`, `aggregator`); `scope` is empty for all, else the scope without
        which nobody may learn that a business has a record there. `purposes` are those for which
        its data may be used; for any other one nothing of it is looked at. Claims of a stream that
        nobody described count for nothing and are shown to nobody. Events of a stream that becomes
        confidential, or ceases to be, take its new scope.
        """
        state.describe(self.database, stream_id, source_role, scope, purposes)

    def acquire_lease(self, stream_id: int, owner: str, ttl: timedelta, now: datetime) -> Lease:
        """Take the stream's lease with a new fencing token.

        `owner` is `leases.this_process()`. LeaseHeld names the holder and since when, unless the
        lease ran out or its holder is a process of this host that is no longer there.
        """
        return leases.acquire(self.database, stream_id, owner, ttl, now)

    def renew_lease(self, lease: Lease, ttl: timedelta, now: datetime) -> Lease:
        """Put off the lease's end; LeaseLost when it passed to another run."""
        return leases.renew(self.database, lease, ttl, now)

    def release_lease(self, lease: Lease) -> None:
        """Give the lease back; nothing happens when it is no longer ours."""
        leases.release(self.database, lease)

    def state(self, stream_id: int) -> StreamState:
        """Where the stream stands."""
        return state.read(self.database, stream_id)

    def reset_state(
        self, stream_id: int, *, cursor: str | None = None, now: datetime | None = None
    ) -> None:
        """Forget window, position and the connector's notes, and set the cursor.

        Records and claims stay. LeaseHeld while a run is at work on the stream at `now` (default:
        the machine's time); a run that died, or lost its lease, can write nothing afterwards.
        """
        state.reset(self.database, stream_id, cursor, now or SystemClock().now())

    def start_run(
        self,
        run_id: str,
        stream_id: int,
        *,
        trigger: str,
        mode: str,
        since: datetime | None,
        until: datetime | None,
        started_at: datetime,
    ) -> None:
        """Note that a run began. `trigger`: manual, scheduled, backfill or replay.

        It holds the stream's lease. Earlier runs of the stream that are still noted as running
        are therefore dead: they become `stopped`, and end when this one starts.
        """
        runs.start(
            self.database,
            run_id=run_id,
            stream=stream_id,
            trigger=trigger,
            mode=mode,
            since=since,
            until=until,
            started_at=started_at,
        )

    def end_run(
        self,
        run_id: str,
        *,
        status: str,
        ended_at: datetime,
        error: str | None = None,
        failure: str | None = None,
    ) -> None:
        """Note that a run ended. `status`: succeeded, failed or stopped.

        `error` is what the error said, `failure` the name of its type.
        """
        runs.end(self.database, run_id, status, ended_at, error=error, failure=failure)

    # Comparing

    def known(self, stream_id: int, keys: Sequence[str]) -> pl.DataFrame:
        """What the store knows of these keys; keys it does not know are left out.

        Columns: record_key String, record_id Int64, raw_hash Binary, plan_version String,
        status String (see RecordStatus), updated String.
        """
        return records.known(self.database, stream_id, keys)

    def memo(self, stream_id: int, keys: Sequence[str]) -> dict[str, str]:
        """The connector's notes about these keys."""
        return records.memo(self.database, stream_id, keys)

    def live_keys(self, stream_id: int) -> Iterator[list[str]]:
        """Keys of all records that are not deleted, in lists of up to 10 000, in id order."""
        return records.live_keys(self.database, stream_id)

    def to_remap(self, stream_id: int, plan_version: str) -> Iterator[pl.DataFrame]:
        """Live records that another plan mapped, in frames of up to 10 000, by place in archive.

        Columns: those of `known`, and archive_path String, position Int32. What replay needs to
        read the raw records again without asking the system.
        """
        return records.to_remap(self.database, stream_id, plan_version)

    def locate(self, stream_id: int, keys: Sequence[str]) -> pl.DataFrame:
        """As `to_remap`, for these keys whatever their plan."""
        return records.locate(self.database, stream_id, keys)

    # Writing

    def commit_batch(self, batch: BatchCommit) -> CommitResult:
        """Write one batch in one transaction; LeaseLost when its fencing token is not the last.

        The number of the batch is that of `state(...).next_batch_no` (for naming its archive).
        """
        return commit.commit_batch(self.database, batch)

    # For people

    def status(self, now: datetime | None = None) -> list[StreamStatus]:
        """Every stream with its last run, its counts and what is open.

        A run is shown as running, and a lease's owner named, only while the lease holds at `now`
        (default: the machine's time).
        """
        return reports.status(self.database, now or SystemClock().now())

    def runs(self, stream_id: int | None = None, *, limit: int = 20) -> list[RunInfo]:
        """The newest runs first."""
        return reports.runs(self.database, stream_id, limit)

    def quarantine(
        self,
        *,
        system: str | None = None,
        stream: str | None = None,
        rule: str | None = None,
        record_key: str | None = None,
        stage: str | None = None,
        status: str | None = "open",
        limit: int = 1000,
    ) -> list[QuarantineItem]:
        """Quarantined records and fields, oldest first; a filter that is None takes all.

        `stage`: where they were refused (`read`, `contract`, `map`, see `base.errors.Stage`).
        """
        return quarantine.items(
            self.database, system=system, stream=stream, rule=rule, record_key=record_key,
            stage=stage, status=status, limit=limit,
        )  # fmt: skip

    def open_quarantine(self, stream_id: int) -> int:
        """How many quarantined records of a stream are open."""
        return reports.open_quarantine(self.database, stream_id)

    def quarantine_item(self, item_id: int) -> QuarantineItem | None:
        """One item by its number, whatever its status."""
        return quarantine.item(self.database, item_id)

    def discard(self, item_ids: Sequence[int]) -> int:
        """Mark open items as discarded by a person; how many were open."""
        return quarantine.discard(self.database, item_ids)

    def discard_reason(
        self, system: str, stream: str, *, stage: str, rule: str, field: str | None, up_to: int
    ) -> int:
        """Close the open items of one reason whose number is not above `up_to`; how many.

        A stage and rule name the reason with the field, None for whole records.
        """
        number = self.stream_id(system, stream)
        return quarantine.discard_reason(self.database, number, stage, rule, field, up_to)

    def claims_of(self, system: str, stream: str, record_key: str) -> list[ClaimVersion]:
        """All versions of all claims of one source record with their origin, oldest first."""
        return reports.claims_of(self.database, system, stream, record_key)

    def findings(self, system: str | None = None) -> list[dict[str, Any]]:
        """Open differences between live answers and contracts."""
        return reports.findings(self.database, system)

    def row_counts(self) -> dict[str, int]:
        """Rows of every table, by name."""
        return reports.row_counts(self.database)

    def backup(self, path: Path) -> None:
        """Write a consistent copy of a SQLite store to a new file; StoreError on PostgreSQL."""
        self.database.backup(path)
