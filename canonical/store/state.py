"""Where a stream stands: its number, cursor, window in progress, counters and versions."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, text, update

from base.errors import LeaseHeld, StoreError
from canonical.store.batch import StreamState
from canonical.store.database import Database
from canonical.store.leases import is_free
from canonical.store.party_tables import EVENT
from canonical.store.tables import (
    LEASE,
    MAPPING_PLAN,
    SOURCE_MEMO,
    STREAM,
    STREAM_STATE,
    first_id,
)


def stream_id(database: Database, system: str, stream: str) -> int:
    """The number of a stream; a new one gets the next number and an empty state."""
    wanted = select(STREAM.c.stream_id).where(STREAM.c.system == system, STREAM.c.stream == stream)
    with database.read() as connection:
        found = connection.scalar(wanted)
    if found is not None:
        return int(found)
    with database.write() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("LOCK TABLE stream IN SHARE ROW EXCLUSIVE MODE"))
        found = connection.scalar(wanted)
        if found is None:
            highest = connection.scalar(select(func.max(STREAM.c.stream_id)))
            found = (highest or 0) + 1
            connection.execute(insert(STREAM).values(stream_id=found, system=system, stream=stream))
            connection.execute(insert(STREAM_STATE).values(stream_id=found))
        return int(found)


def describe(
    database: Database, stream: int, source_role: str, scope: str, purposes: Collection[str]
) -> None:
    """See `Store.describe_stream`."""
    words = " ".join(sorted(purposes))
    told = (STREAM.c.source_role, STREAM.c.scope, STREAM.c.purposes)
    known = select(*told).where(STREAM.c.stream_id == stream)
    with database.read() as connection:
        before = connection.execute(known).one_or_none()
    if before == (source_role, scope, words):
        return
    with database.write() as connection:
        connection.execute(
            update(STREAM)
            .where(STREAM.c.stream_id == stream)
            .values(source_role=source_role, scope=scope, purposes=words)
        )
        if before is not None and before.scope not in {None, scope}:
            of_stream = EVENT.c.record_id.between(first_id(stream), first_id(stream + 1) - 1)
            connection.execute(update(EVENT).where(of_stream).values(scope=scope))


def read(database: Database, stream: int) -> StreamState:
    """The state of a stream; StoreError when there is no such stream."""
    with database.read() as connection:
        return current(connection, stream)


def current(connection: Connection, stream: int) -> StreamState:
    """The state of a stream as this transaction sees it."""
    row = connection.execute(
        select(STREAM_STATE, STREAM.c.system, STREAM.c.stream, MAPPING_PLAN.c.version)
        .join(STREAM, STREAM.c.stream_id == STREAM_STATE.c.stream_id)
        .outerjoin(
            MAPPING_PLAN,
            (MAPPING_PLAN.c.stream_id == STREAM_STATE.c.stream_id)
            & (MAPPING_PLAN.c.plan_no == STREAM_STATE.c.plan_no),
        )
        .where(STREAM_STATE.c.stream_id == stream)
    ).one_or_none()
    if row is None:
        raise StoreError(f"there is no stream number {stream}")
    return StreamState(
        stream_id=row.stream_id,
        system=row.system,
        stream=row.stream,
        cursor=row.cursor,
        window=json.loads(row.window) if row.window else None,
        resume=row.resume,
        plan_version=row.version,
        contract_version=row.contract_version,
        next_record_no=row.next_record_no,
        next_batch_no=row.next_batch_no,
        next_item_no=row.next_item_no,
        fencing_token=row.fencing_token,
        updated_at=row.updated_at,
    )


def reset(database: Database, stream: int, cursor: str | None, now: datetime) -> None:
    """See `Store.reset_state`."""
    with database.write() as connection:
        connection.execute(
            select(STREAM_STATE.c.stream_id)
            .where(STREAM_STATE.c.stream_id == stream)
            .with_for_update()
        )
        state = current(connection, stream)
        lease = connection.execute(select(LEASE).where(LEASE.c.stream_id == stream)).one_or_none()
        if lease is not None and not is_free(lease.owner, lease.expires_at, now):
            raise LeaseHeld(
                f"a run holds this stream since {lease.since:%Y-%m-%d %H:%M:%S} UTC"
                f" ({lease.owner})",
                system=state.system,
                stream=state.stream,
                remedy="Wait for it to end, or stop it, before resetting the state.",
            )
        connection.execute(
            update(STREAM_STATE)
            .where(STREAM_STATE.c.stream_id == stream)
            .values(
                cursor=cursor,
                window=None,
                resume=None,
                fencing_token=STREAM_STATE.c.fencing_token + 1,
            )
        )
        connection.execute(delete(LEASE).where(LEASE.c.stream_id == stream))
        connection.execute(delete(SOURCE_MEMO).where(SOURCE_MEMO.c.stream_id == stream))


def plan_no(connection: Connection, stream: int, version: str) -> int:
    """The number of a plan version within its stream, given on first use."""
    known = plans(connection, stream)
    if version in known:
        return known[version]
    number = len(known) + 1
    connection.execute(
        insert(MAPPING_PLAN).values(stream_id=stream, plan_no=number, version=version)
    )
    return number


def plans(connection: Connection, stream: int) -> dict[str, int]:
    """All plan versions of a stream with their numbers."""
    rows = connection.execute(
        select(MAPPING_PLAN.c.version, MAPPING_PLAN.c.plan_no).where(
            MAPPING_PLAN.c.stream_id == stream
        )
    )
    return {row.version: row.plan_no for row in rows}
