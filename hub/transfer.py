"""One run of one stream: read → compare → archive → map → commit, pipelined.

One thread reads ahead, this one compares, archives, decodes and maps, one commits. What is
committed is always whole: a batch's claims, quarantine, counts and the position up to which the
window was read stand in one transaction, so that a sync killed anywhere is taken up by the next
one and ends in the same store (`docs/invariants.md`, 1 to 5).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from base.clock import Clock
from base.errors import Action, FailureBudgetExceeded, HubError, StoreUnreachable
from base.failpoint import failpoint
from base.identifiers import new_run_id
from base.records import Page
from canonical.store import Lease, Store, StreamState
from canonical.store.batch import BatchCommit, Counts, StateUpdate
from connectors.archive import Archive
from connectors.connector import Connector
from connectors.declaration import Stream
from hub.batching import ReadBatch, batches
from hub.committer import Committer
from hub.deletes import AbsentKeys
from hub.given_file import recognised
from hub.hold import leased, located, unleased
from hub.in_flight import InFlight
from hub.known import Known
from hub.options import COUNTS, OnProgress, Progress, Remarks, SyncOptions, SyncSummary, Written
from hub.prefetch import Prefetch
from hub.processing import BatchProcessor, Prepared, Processed
from hub.replay import FoundInReading, archived_pages, due_again
from hub.windows import Reading, plan_reading, utc_text

if TYPE_CHECKING:
    from hub.clients import Clients
    from mappings import Plan

BATCH_RECORDS = 7_500
"""Records a batch. Larger ones gain nothing and cost memory: four batches are under way at once."""

OF_FILES = "file:"
"""How the keys of a connector's notes about whole files begin."""

OF_FAULTS = "broken:"
"""How those of its notes begin that say what was broken, not what was read."""


@dataclass(frozen=True, slots=True)
class SyncJob:
    """Everything one stream's sync stands on; built by `hub.sync`, a benchmark or a test.

    `owner` names this process to others that want the same stream (host, process, start).
    """

    connector: Connector
    stream: Stream
    plan: Plan
    store: Store
    archive: Archive
    clock: Clock
    owner: str
    batch_records: int | None = None
    clients: Clients | None = None

    @property
    def system(self) -> str:
        """The connector's name."""
        return self.connector.name


def run_sync(
    job: SyncJob, options: SyncOptions | None = None, on_progress: OnProgress | None = None
) -> SyncSummary:
    """Sync one stream once.

    Raises:
        LeaseHeld: another run is at work on this stream.
        FailureBudgetExceeded: too many records were refused; the batch at hand is not committed.
        HubError: whatever ended the read; what was committed before stays, and the next run goes
            on from there.
    """
    options = options or SyncOptions()
    hold = unleased if options.dry_run else leased
    with located(job), hold(job) as (lease, check_lease):
        return _Run(job, options, on_progress, lease, check_lease).execute()


class _Run:
    """One run, from its window to its summary."""

    def __init__(
        self,
        job: SyncJob,
        options: SyncOptions,
        on_progress: OnProgress | None,
        lease: Lease,
        check_lease: Callable[[], None],
    ) -> None:
        self.check_lease = check_lease
        self.job = job
        self.options = options
        self.lease = lease
        self.run_id = options.run_id or new_run_id(job.clock)
        self.counts = Counts()
        self.refused = 0
        self.issues = 0
        self.findings = 0
        self.remarks: Remarks = Counter()
        self.notes: list[str] = []
        self.written = Written()
        self._remapped = False
        self._on_progress = on_progress

    def execute(self) -> SyncSummary:
        """Read the window, commit it batch by batch, note how the run ended."""
        job, started = self.job, self.job.clock.monotonic()
        state = job.store.state(self.lease.stream_id)
        reading = plan_reading(
            self.options,
            job.clock.now(),
            state,
            incremental=job.stream.mode == "incremental",
            whole=job.stream.deletes == "absence",
        )
        if not self.options.dry_run:
            self._start(reading)
        try:
            with located(job):
                self._transfer(reading, state)
        except BaseException as error:
            with suppress(StoreUnreachable):  # then what went wrong first matters more
                self._end(_status(error), _words(error), type(error).__name__)
            raise
        self._end("succeeded", None)
        failpoint("run.ended")
        self._tell("done")
        return SyncSummary(
            system=job.system,
            stream=job.stream.name,
            run_id=self.run_id,
            counts=counts_of(self.counts),
            seconds=job.clock.monotonic() - started,
            window_since=reading.window.since,
            window_until=reading.window.until,
            issues=self.issues,
            findings=self.findings,
            remarks=self.remarks,
            notes=self.notes,
            written=self.written,
        )

    def _transfer(self, reading: Reading, state: StreamState) -> None:
        self._remapped = state.plan_version != self.job.plan.version
        approved = math.inf if self.options.approve_deletes else self.options.approve_missing
        absent = AbsentKeys.of(self.job, reading, state.stream_id, approved)
        processor = self._processor(reading, absent, first_load=state.next_record_no <= 1)
        in_flight = InFlight()
        read = batches(
            self._pages(reading),
            self.job.batch_records or BATCH_RECORDS,
            self.job.connector.identifier_fields(self.job.stream.name),
            self.job.clock,
            self._until(reading),
        )
        with (
            Prefetch(read, depth=1, name="read") as ahead,
            Committer(self.job.store, in_flight) as committer,
        ):
            for batch in prepared(ahead, processor, in_flight, state.next_batch_no):
                processed = processor.map(batch)
                absent.seen(batch.batch)
                last = batch.batch.last
                counts = self._counted(
                    processed, [*processed.deleted, *(absent.missing() if last else ())]
                )
                if self.options.dry_run:
                    in_flight.committed(batch.batch_no)
                else:
                    commit = self._commit(processed, counts, reading, state, absent)
                    committer.submit(batch.batch_no, commit)
                self._tell("reading")
            committer.wait()
            self.written = committer.written

    def _until(self, reading: Reading) -> str | None:
        """The instant after which a record or a deletion is deferred; a snapshot tells none."""
        incremental = self.job.stream.mode == "incremental"
        return utc_text(reading.window.until) if incremental else None

    def _pages(self, reading: Reading) -> Iterator[Page]:
        job = self.job
        if reading.mode == "replay":
            due = due_again(job.store, job.system, job.stream.name, job.plan, self.options.keys)
            return archived_pages(due, job.archive, self.notes)
        pages = job.connector.read(
            job.stream.name,
            reading.window,
            resume=reading.resume,
            memo=self._memo,
            clock=job.clock,
            limit=self.options.limit,
            file=self.options.file,
        )
        if self.options.file is not None:
            pages = recognised(pages, self.options.file.name)
        return pages if self.options.limit is None else limited(pages, self.options.limit)

    def _memo(self, keys: Sequence[str]) -> dict[str, str]:
        """The connector's notes of earlier runs; a full read knows none of what was read, so it
        reads all again.

        Nor does a local file, which is read because somebody says so. A system's file that has not
        changed is read again where another mapping reads it.
        """
        if self.options.mode in {"full", "file"}:
            keys = [key for key in keys if key.startswith(OF_FAULTS)]
        elif self._remapped:
            keys = [key for key in keys if not key.startswith(OF_FILES)]
        return self.job.store.memo(self.lease.stream_id, keys)

    def _processor(self, reading: Reading, told: AbsentKeys, *, first_load: bool) -> BatchProcessor:
        job = self.job
        return BatchProcessor(
            system=job.system,
            stream=job.stream.name,
            store=job.store,
            stream_id=self.lease.stream_id,
            known=Known(job.store, self.lease.stream_id, first_load=first_load),
            archive=job.archive,
            decoder=job.connector.decoder(job.stream.name),
            plan=job.plan,
            until=self._until(reading),
            check_lease=self.check_lease,
            told=told,
            replaying=(
                FoundInReading.of(job.store, job.system, job.stream.name)
                if reading.mode == "replay"
                else None
            ),
            dry_run=self.options.dry_run,
            confidential=job.stream.confidential,
        )

    def _counted(self, processed: Processed, deleted: Sequence[str]) -> Counts:
        """Add up a batch; stop the run, with the batch uncommitted, when its budget is spent."""
        counts = Counts(**processed.outcomes, deleted=len(deleted))
        counts.read = counts.accounted
        self.counts = self.counts + counts
        self.issues += len(processed.refusals)
        self.findings += len(processed.findings)
        self.remarks += processed.remarks
        self.refused += processed.refused_anew()
        budget = self.job.stream.failure_budget
        allowed = max(budget.at_least, int(budget.share * self.counts.read))
        held = self.options.dry_run or self.options.approve_refusals
        if self.refused > allowed and not held:
            raise FailureBudgetExceeded(
                f"{self.refused} of {self.counts.read} records were refused, more than"
                f" the {allowed} that the failure budget allows; most often: {processed.worst()}",
                remedy="Nothing of this batch was written. Look at it with `hub sync --dry-run`, "
                "mend the mapping or ask the system's owner, then sync again; "
                "--approve-refusals puts them into quarantine",
                count=self.refused,
            )
        return counts

    def _commit(
        self,
        processed: Processed,
        counts: Counts,
        reading: Reading,
        state: StreamState,
        absent: AbsentKeys,
    ) -> BatchCommit:
        batch = processed.batch
        return BatchCommit(
            stream_id=self.lease.stream_id,
            run_id=self.run_id,
            fencing_token=self.lease.token,
            recorded_at=self.job.clock.now(),
            counts=counts,
            state=_state_after(batch, reading, state),
            plan_version=self.job.plan.version,
            contract_version=processed.contract_version,
            records=processed.records,
            claims=processed.claims,
            refusals=processed.refusals,
            deleted_keys=[*processed.deleted, *(absent.missing() if batch.last else ())],
            archive_path=processed.archive,
            archive_rows=processed.archived,
            memos=batch.notes,
            findings=processed.findings,
        )

    def _start(self, reading: Reading) -> None:
        self.job.store.start_run(
            self.run_id,
            self.lease.stream_id,
            trigger=self.options.trigger,
            mode=reading.mode,
            since=reading.window.since,
            until=reading.window.until,
            started_at=self.job.clock.now(),
        )
        failpoint("run.started")

    def _end(self, status: str, error: str | None, failure: str | None = None) -> None:
        if not self.options.dry_run:
            self.job.store.end_run(
                self.run_id,
                status=status,
                ended_at=self.job.clock.now(),
                error=error,
                failure=failure,
            )

    def _tell(self, state: str) -> None:
        if self._on_progress is not None:
            self._on_progress(
                Progress(
                    self.job.system,
                    self.job.stream.name,
                    counts_of(self.counts),
                    "done" if state == "done" else "reading",
                )
            )


def prepared(
    read: Iterable[ReadBatch], processor: BatchProcessor, in_flight: InFlight, first: int
) -> Iterator[Prepared]:
    """Every batch compared, archived and decoded, under the number that its commit will give it."""
    for batch_no, batch in enumerate(read, start=first):
        if not in_flight.enter(batch_no, batch.all_keys):
            return
        yield processor.prepare(batch, batch_no)


def counts_of(counts: Counts) -> dict[str, int]:
    """The counts of invariant 1 as a dictionary, `read` first."""
    return {name: getattr(counts, name) for name in COUNTS}


def limited(pages: Iterator[Page], limit: int) -> Iterator[Page]:
    """The pages up to `limit` records; the last one is cut and ends the read."""
    left = limit
    for page in pages:
        left -= len(page.keys)
        if left <= 0:
            kept = page.keys[: len(page.keys) + left]
            yield replace(
                page,
                keys=kept,
                raws=page.raws[: len(kept)],
                updated=page.updated[: len(kept)],
                notes={key: note for key, note in page.notes.items() if key in kept},
                resume=None,
            )
            return
        yield page


def _state_after(batch: ReadBatch, reading: Reading, state: StreamState) -> StateUpdate:
    """Where the stream stands once `batch` is committed.

    A read that does not move the cursor (backfill, replay, limit) leaves everything as it is.
    """
    if not reading.moves_cursor:
        return StateUpdate(state.cursor, state.window, state.resume)
    if batch.last:
        return StateUpdate(cursor=utc_text(reading.window.until))
    return StateUpdate(cursor=state.cursor, window=reading.state(), resume=batch.resume)


def _status(error: BaseException) -> str:
    stopped = isinstance(error, KeyboardInterrupt | FailureBudgetExceeded) or (
        isinstance(error, HubError) and error.action is Action.WAIT
    )
    return "stopped" if stopped else "failed"


def _words(error: BaseException) -> str:
    """An error as the run keeps it: ours in full, others by type alone (they may hold values)."""
    return str(error) if isinstance(error, HubError) else type(error).__name__
