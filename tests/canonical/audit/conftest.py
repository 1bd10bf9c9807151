"""An empty audit on both databases, and rows to put into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from base.clock import ManualClock
from canonical.audit import Action, AuditLog, AuditRow, Channel, new_row_id

T0 = datetime(2026, 11, 2, 1, 2, 3, 456789, tzinfo=UTC)

MakeRow = Callable[..., AuditRow]


def made(number: int = 0, **given: Any) -> AuditRow:
    """A read of business 7, so many seconds after T0."""
    at = T0 + timedelta(seconds=number)
    row: dict[str, Any] = {
        "row_id": new_row_id(at), "at": at, "action": Action.READ, "channel": Channel.API,
        "operation": "GET /v1/businesses/{id}", "allowed": True, "rule": "own_business",
        "purpose": "application_status", "client": "portal", "subject": "https://idp gbiz-1",
        "party_id": 7, "systems": ("subsidy",), "scopes": ("business.read",),
        "details": {"fields": 3, "名": ["商号"]},
    }  # fmt: skip
    return AuditRow(**(row | given))


@pytest.fixture
def log(store_url: str) -> Iterator[AuditLog]:
    opened = AuditLog.open(store_url, ManualClock(T0))
    yield opened
    opened.close()
