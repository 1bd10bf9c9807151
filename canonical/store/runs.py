"""Runs: when a stream was read, by what trigger, and how it ended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, update

from base.errors import StoreError
from canonical.store.database import Database
from canonical.store.tables import RUN

DIED = "its process ended without telling how it went (killed, or the machine stopped)"
"""The error of a run that is noted as running while nobody holds its stream's lease."""

DIED_TYPE = "Died"
"""The type of that error."""


def start(
    database: Database,
    *,
    run_id: str,
    stream: int,
    trigger: str,
    mode: str,
    since: datetime | None,
    until: datetime | None,
    started_at: datetime,
) -> None:
    """See `Store.start_run`."""
    with database.write() as connection:
        connection.execute(
            update(RUN)
            .where(RUN.c.stream_id == stream, RUN.c.status == "running", RUN.c.run_id != run_id)
            .values(status="stopped", ended_at=started_at, error=DIED, failure=DIED_TYPE)
        )
        connection.execute(
            insert(RUN).values(
                run_id=run_id,
                stream_id=stream,
                trigger=trigger,
                mode=mode,
                since=since,
                until=until,
                started_at=started_at,
                status="running",
            )
        )


def end(
    database: Database,
    run_id: str,
    status: str,
    ended_at: datetime,
    *,
    error: str | None,
    failure: str | None,
) -> None:
    """See `Store.end_run`."""
    with database.write() as connection:
        ended = connection.execute(
            update(RUN)
            .where(RUN.c.run_id == run_id)
            .values(status=status, ended_at=ended_at, error=error, failure=failure)
        )
        if ended.rowcount != 1:
            raise StoreError(f"there is no run {run_id}")
