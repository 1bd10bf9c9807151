"""Drift findings: where live answers differ from the contract, one row for each difference."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, update

from base.records import DriftFinding
from canonical.store.tables import DRIFT_FINDING

_TABLE = DRIFT_FINDING.c


def write(
    connection: Connection, stream: int, findings: Sequence[DriftFinding], batch_no: int
) -> None:
    """Add to the findings of a stream; one seen before counts on and names its last batch."""
    for finding in findings:
        seen = connection.execute(
            update(DRIFT_FINDING)
            .where(
                _TABLE.stream_id == stream,
                _TABLE.path == finding.path,
                _TABLE.kind == finding.kind,
            )
            .values(
                detail=finding.detail,
                last_batch=batch_no,
                count=_TABLE.count + finding.count,
            )
        )
        if seen.rowcount == 0:
            connection.execute(
                insert(DRIFT_FINDING).values(
                    stream_id=stream,
                    path=finding.path,
                    kind=finding.kind,
                    detail=finding.detail,
                    first_batch=batch_no,
                    last_batch=batch_no,
                    count=finding.count,
                    status="open",
                )
            )
