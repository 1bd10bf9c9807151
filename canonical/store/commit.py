"""One batch, one transaction: fencing, counts, records, claims, events, quarantine, state."""

from __future__ import annotations

import json
from collections.abc import Mapping

import polars as pl
from sqlalchemy import Connection, insert, update

from base.failpoint import failpoint
from base.records import ROW
from canonical.changes.states import StateChanges
from canonical.store import (
    change_sets,
    claims,
    drift,
    quarantine,
    records,
    source_records,
    state,
)
from canonical.store.batch import COUNT_NAMES, BatchCommit, CommitResult, StreamState
from canonical.store.claim_tables import CLAIM_TABLES
from canonical.store.database import Database
from canonical.store.leases import lost
from canonical.store.tables import BATCH, STREAM_STATE
from canonical.store.work import Work


def commit_batch(database: Database, batch: BatchCommit) -> CommitResult:
    """See `Store.commit_batch`. A batch in which nothing was read only moves the state."""
    batch.check()
    prepared = claims.prepared(batch.claims)
    with database.write() as connection:
        before = _fenced(connection, batch)
        failpoint("commit.begun")
        work = Work(
            connection, database.bulk, batch.stream_id, before.next_batch_no, batch.recorded_at
        )
        plan_no = state.plan_no(connection, batch.stream_id, batch.plan_version)
        if batch.counts.read:
            _insert_batch(work, batch, plan_no)
        written = source_records.write(work, batch, before, plan_no)
        failpoint("commit.records")
        changes = StateChanges.of(before)
        claimed, closed = _write_claims(work, prepared, written, changes)
        if claimed or closed:
            change_sets.write(work, written.changed_ids)
        failpoint("commit.claims")
        changes.write(work, batch, written.ids)
        failpoint("commit.events")
        items = quarantine.write(
            work, written.handled, batch.refusals, batch.deleted_keys, before.next_item_no
        )
        failpoint("commit.quarantine")
        records.write_memos(database.bulk, connection, batch.stream_id, batch.memos)
        drift.write(connection, batch.stream_id, batch.findings, before.next_batch_no)
        _write_state(connection, batch, plan_no, written.next_record_no, items.next_item_no)
        failpoint("commit.state")
    failpoint("commit.done")
    return CommitResult(
        batch_no=before.next_batch_no,
        claims_written=claimed,
        claims_closed=closed,
        quarantine_opened=items.opened,
        quarantine_closed=items.closed,
        records_deleted=len(written.deleted_ids),
    )


def _fenced(connection: Connection, batch: BatchCommit) -> StreamState:
    """Lock the stream's state, or LeaseLost when another run has taken a newer lease."""
    mine = connection.execute(
        update(STREAM_STATE)
        .where(
            STREAM_STATE.c.stream_id == batch.stream_id,
            STREAM_STATE.c.fencing_token == batch.fencing_token,
        )
        .values(updated_at=batch.recorded_at)
    )
    if mine.rowcount != 1:
        raise lost(batch.fencing_token)
    return state.current(connection, batch.stream_id)


def _insert_batch(work: Work, batch: BatchCommit, plan_no: int) -> None:
    work.connection.execute(
        insert(BATCH).values(
            stream_id=batch.stream_id,
            batch_no=work.batch_no,
            run_id=batch.run_id,
            recorded_at=batch.recorded_at,
            plan_no=plan_no,
            contract_version=batch.contract_version,
            archive_path=batch.archive_path,
            archive_rows=batch.archive_rows,
            **{f"{name}_count": getattr(batch.counts, name) for name in COUNT_NAMES},
        )
    )


def _write_claims(
    work: Work,
    prepared: Mapping[str, pl.DataFrame],
    written: source_records.Written,
    changes: StateChanges,
) -> tuple[dict[str, int], dict[str, int]]:
    """Write what differs, close what was replaced or is gone; counts by entity, zeros left out."""
    old = claims.current(work, written.compared_ids)
    claimed: dict[str, int] = {}
    closed: dict[str, int] = {}
    for entity in CLAIM_TABLES:
        if entity not in prepared and entity not in old:
            continue
        frame = prepared.get(entity)
        if frame is not None:
            frame = frame.join(written.ids, on=ROW, how="inner")
        changes.compare(entity, frame, old.get(entity))
        claimed[entity], closed[entity] = claims.write(work, entity, frame, old.get(entity))
    return _above_zero(claimed), _above_zero(closed)


def _above_zero(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}


def _write_state(
    connection: Connection, batch: BatchCommit, plan_no: int, next_record_no: int, next_item_no: int
) -> None:
    window = batch.state.window
    connection.execute(
        update(STREAM_STATE)
        .where(STREAM_STATE.c.stream_id == batch.stream_id)
        .values(
            cursor=batch.state.cursor,
            window=json.dumps(window, ensure_ascii=False, sort_keys=True) if window else None,
            resume=batch.state.resume,
            next_record_no=next_record_no,
            next_batch_no=STREAM_STATE.c.next_batch_no + (1 if batch.counts.read else 0),
            next_item_no=next_item_no,
            plan_no=plan_no,
            contract_version=batch.contract_version,
        )
    )
