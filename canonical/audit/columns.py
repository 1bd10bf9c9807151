"""An audit row as the values of its columns, and back; what of it is sealed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from canonical.audit.rows import Action, AuditRow, Channel
from canonical.audit.tables import AUDIT_ROW

COLUMNS = tuple(name for name in AUDIT_ROW.c.keys() if name != "block_no")  # noqa: SIM118
"""What a row says, in the order in which it is written and sealed."""


def values(row: AuditRow) -> tuple[Any, ...]:
    """A row's values in the order of COLUMNS."""
    return (
        row.row_id,
        row.at,
        row.action.value,
        row.channel.value,
        row.operation,
        row.allowed,
        row.rule,
        row.purpose,
        row.client,
        row.subject,
        row.actor,
        row.party_id,
        spaced(row.systems),
        spaced(row.scopes),
        row.token_id,
        json.dumps(row.details, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        if row.details
        else "{}",
    )


def row_of(found: Mapping[str, Any]) -> AuditRow:
    """The row that stands in the database."""
    return AuditRow(
        row_id=found["row_id"],
        at=found["at"],
        action=Action(found["action"]),
        channel=Channel(found["channel"]),
        operation=found["operation"],
        allowed=found["allowed"],
        rule=found["rule"],
        purpose=found["purpose"],
        client=found["client"],
        subject=found["subject"],
        actor=found["actor"],
        party_id=found["party_id"],
        systems=tuple(found["systems"].split()),
        scopes=tuple(found["scopes"].split()),
        token_id=found["token_id"],
        details=json.loads(found["details"]),
    )


def digest(row: Sequence[Any]) -> str:
    """SHA-256 of all that a row says, from its values in the order of COLUMNS."""
    told = [_plain(value) for value in row]
    return hashlib.sha256(json.dumps(told, separators=(",", ":")).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value


def spaced(names: Collection[str]) -> str:
    """Names in one text in which each stands between spaces, so that one can be looked for."""
    return f" {' '.join(sorted(set(names)))} " if names else ""
