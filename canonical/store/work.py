"""What every part of one commit needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from canonical.store.bulk import Bulk


@dataclass(frozen=True, slots=True)
class Work:
    """One batch being written: its transaction, and what identifies its versions."""

    connection: Connection
    bulk: Bulk
    stream_id: int
    batch_no: int
    recorded_at: datetime
