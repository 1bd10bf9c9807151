"""What people ask of the store: status, runs, claims with their origin, findings, row counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from canonical.model import ENTITIES
from canonical.store.batch import COUNT_NAMES, ClaimVersion, Counts, RunInfo, StreamStatus
from canonical.store.claim_tables import CLAIM_TABLES
from canonical.store.database import Database
from canonical.store.leases import is_free
from canonical.store.runs import DIED
from canonical.store.tables import (
    BATCH,
    DRIFT_FINDING,
    LEASE,
    METADATA,
    QUARANTINE_ITEM,
    RUN,
    SOURCE_RECORD,
    STREAM,
    STREAM_STATE,
    first_id,
)


def status(database: Database, now: datetime) -> list[StreamStatus]:
    """See `Store.status`."""
    query = (
        select(
            STREAM, STREAM_STATE.c.cursor, STREAM_STATE.c.window, LEASE.c.owner, LEASE.c.expires_at
        )
        .join(STREAM_STATE, STREAM_STATE.c.stream_id == STREAM.c.stream_id)
        .outerjoin(LEASE, LEASE.c.stream_id == STREAM.c.stream_id)
        .order_by(STREAM.c.system, STREAM.c.stream)
    )
    with database.read() as connection:
        items = _open_by_stream(connection, QUARANTINE_ITEM)
        findings = _open_by_stream(connection, DRIFT_FINDING)
        return [
            StreamStatus(
                system=row.system,
                stream=row.stream,
                records=_live(connection, row.stream_id),
                cursor=row.cursor,
                in_progress=row.window is not None,
                open_quarantine=items.get(row.stream_id, 0),
                open_findings=findings.get(row.stream_id, 0),
                lease_owner=owner,
                last_run=_last_run(connection, row.stream_id, owner, now),
            )
            for row in connection.execute(query).all()
            for owner in [_holder(row, now)]
        ]


def open_quarantine(database: Database, stream: int) -> int:
    """See `Store.open_quarantine`."""
    table = QUARANTINE_ITEM.c
    query = select(func.count()).where(table.stream_id == stream, table.status == "open")
    with database.read() as connection:
        return connection.scalar(query) or 0


def _holder(row: Row[Any], now: datetime) -> str | None:
    """Who is at work on a stream; None where nobody has the lease or it is free."""
    held = row.owner is not None and not is_free(row.owner, row.expires_at, now)
    return row.owner if held else None


def _last_run(
    connection: Connection, stream: int, owner: str | None, now: datetime
) -> RunInfo | None:
    """The newest run; one that died is shown as the next run will note it.

    A run that started after `now` may have taken its lease after the leases were read.
    """
    run = next(iter(_runs(connection, stream, 1)), None)
    if run and run.status == "running" and owner is None and run.started_at <= now:
        return replace(run, status="stopped", error=DIED)
    return run


def _open_by_stream(connection: Connection, table: Any) -> dict[int, int]:
    rows = connection.execute(
        select(table.c.stream_id, func.count())
        .where(table.c.status == "open")
        .group_by(table.c.stream_id)
    )
    return {stream: count for stream, count in rows}  # noqa: C416 - a Row is no tuple to mypy


def _live(connection: Connection, stream: int) -> int:
    record = SOURCE_RECORD.c
    count = connection.scalar(
        select(func.count()).where(
            record.record_id >= first_id(stream),
            record.record_id < first_id(stream + 1),
            record.status != "deleted",
        )
    )
    return count or 0


def runs(database: Database, stream: int | None, limit: int) -> list[RunInfo]:
    """See `Store.runs`."""
    with database.read() as connection:
        return _runs(connection, stream, limit)


def _runs(connection: Connection, stream: int | None, limit: int) -> list[RunInfo]:
    sums = [func.coalesce(func.sum(BATCH.c[f"{n}_count"]), 0).label(n) for n in COUNT_NAMES]
    query = (
        select(
            RUN, STREAM.c.system, STREAM.c.stream, func.count(BATCH.c.batch_no).label("batches"),
            *sums,
        )
        .join(STREAM, STREAM.c.stream_id == RUN.c.stream_id)
        .outerjoin(BATCH, BATCH.c.run_id == RUN.c.run_id)
        .group_by(RUN.c.run_id, STREAM.c.system, STREAM.c.stream)
        .order_by(RUN.c.started_at.desc(), RUN.c.run_id.desc())
        .limit(limit)
    )  # fmt: skip
    if stream is not None:
        query = query.where(RUN.c.stream_id == stream)
    return [_run(row) for row in connection.execute(query)]


def _run(row: Row[Any]) -> RunInfo:
    return RunInfo(
        run_id=row.run_id,
        system=row.system,
        stream=row.stream,
        trigger=row.trigger,
        mode=row.mode,
        since=row.since,
        until=row.until,
        started_at=row.started_at,
        ended_at=row.ended_at,
        status=row.status,
        error=row.error,
        counts=Counts(**{name: int(row._mapping[name]) for name in COUNT_NAMES}),
        batches=row.batches,
    )


def claims_of(database: Database, system: str, stream: str, record_key: str) -> list[ClaimVersion]:
    """See `Store.claims_of`."""
    with database.read() as connection:
        record = connection.execute(
            select(
                SOURCE_RECORD.c.record_id,
                SOURCE_RECORD.c.batch_no,
                STREAM.c.stream_id,
                BATCH.c.archive_path,
            )
            .join(STREAM, STREAM.c.stream_id == SOURCE_RECORD.c.stream_id)
            .outerjoin(
                BATCH,
                (BATCH.c.stream_id == SOURCE_RECORD.c.stream_id)
                & (BATCH.c.batch_no == SOURCE_RECORD.c.batch_no),
            )
            .where(
                STREAM.c.system == system,
                STREAM.c.stream == stream,
                SOURCE_RECORD.c.record_key == record_key,
            )
        ).one_or_none()
        if record is None:
            return []
        return [
            _claim(
                entity,
                row,
                _archived(row, record.batch_no, record.archive_path),
                (system, stream, record_key),
            )
            for entity in CLAIM_TABLES
            for row in connection.execute(_claims(entity, record.record_id, record.stream_id))
        ]


def _claims(entity: str, record_id: int, stream: int) -> Select[Any]:
    table = CLAIM_TABLES[entity]
    return (
        select(table, BATCH.c.run_id, BATCH.c.archive_path)
        .join(BATCH, (BATCH.c.stream_id == stream) & (BATCH.c.batch_no == table.c.batch_no))
        .where(table.c.record_id == record_id)
        .order_by(table.c.role, table.c.ordinal, table.c.batch_no)
    )


def _archived(claim: Row[Any], newest: int, newest_path: str | None) -> str | None:
    """Where the raw record behind a claim lies, given the batch that archived its newest version.

    A batch that only mapped a record again did not archive it: from `newest` onwards that one's
    file holds it, and before it the claim's own.
    """
    return newest_path if claim.batch_no >= newest else claim.archive_path


def _claim(
    entity: str, row: Row[Any], archive_path: str | None, origin: tuple[str, str, str]
) -> ClaimVersion:
    told = row._mapping
    system, stream, record_key = origin
    return ClaimVersion(
        entity=entity,
        system=system,
        stream=stream,
        record_key=record_key,
        role=row.role,
        ordinal=row.ordinal,
        as_of=row.as_of,
        recorded_from=row.recorded_from,
        recorded_to=row.recorded_to,
        batch_no=row.batch_no,
        closed_batch_no=row.closed_batch_no,
        run_id=row.run_id,
        archive_path=archive_path,
        values={name: told[name] for name in ENTITIES[entity].columns() if told[name] is not None},
    )


def findings(database: Database, system: str | None) -> list[dict[str, Any]]:
    """See `Store.findings`."""
    query = (
        select(STREAM.c.system, STREAM.c.stream, DRIFT_FINDING)
        .join(STREAM, STREAM.c.stream_id == DRIFT_FINDING.c.stream_id)
        .where(DRIFT_FINDING.c.status == "open")
        .order_by(STREAM.c.system, STREAM.c.stream, DRIFT_FINDING.c.path)
    )
    if system is not None:
        query = query.where(STREAM.c.system == system)
    with database.read() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def row_counts(database: Database) -> dict[str, int]:
    """See `Store.row_counts`."""
    with database.read() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in METADATA.sorted_tables
        }
