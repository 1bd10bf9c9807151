"""Whose account it is, and for whom it may act: by what the identity provider's register says.

The answers follow the synced register. It may end a right: an account that is not in force, a
party that was merged into another one or has closed, leads nowhere. It never gives one: a
delegation that is listed here is checked live before a token is issued for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from canonical.access.quick import Quick, as_day
from canonical.matching.frames import member_id

_PARTY = (
    "SELECT p.party_id, p.status, a.starts_on, a.ends_on, a.valid, g.closed_on, g.activity_status"
    " FROM stream s"
    " JOIN source_record r ON r.stream_id = s.stream_id AND r.record_key = ?"
    " JOIN claim_account a ON a.record_id = r.record_id AND a.recorded_to IS NULL"
    " JOIN crosswalk x ON x.member_id = ? AND x.recorded_to IS NULL AND x.scope = ''"
    " JOIN party p ON p.party_id = x.party_id"
    " LEFT JOIN golden_party g ON g.party_id = p.party_id AND g.recorded_to IS NULL"
    " WHERE s.system = ? AND s.stream = 'accounts'"
)
_DELEGATIONS = (
    "SELECT d.delegation_key, d.system_code, d.starts_on, d.ends_on, d.withdrawn_on, d.active,"
    " d.record_id, r.record_key, s.system, s.stream FROM claim_delegation d"
    " JOIN source_record r ON r.record_id = d.record_id"
    " JOIN stream s ON s.stream_id = r.stream_id"
    " WHERE d.delegate_account = ? AND d.recorded_to IS NULL AND s.system = ?"
    " ORDER BY d.delegation_key"
)
_DELEGATOR = (
    "SELECT g.party_id, g.kind, g.name, g.corporate_number FROM crosswalk x"
    " JOIN party p ON p.party_id = x.party_id AND p.status = 'current'"
    " JOIN golden_party g ON g.party_id = p.party_id AND g.recorded_to IS NULL"
    " WHERE x.member_id = ? AND x.recorded_to IS NULL AND x.scope = ''"
)
_CATEGORIES = (
    "SELECT category_code, category_name, procedure_code, active FROM claim_delegation_category"
    " WHERE record_id = ? AND recorded_to IS NULL ORDER BY ordinal"
)


@dataclass(frozen=True, slots=True)
class Delegated:
    """A business that an account may ask to represent."""

    party_id: int
    number: str
    system_code: str
    starts_on: date | None
    ends_on: date | None
    categories: tuple[tuple[str, str | None, str | None], ...]
    kind: str | None
    name: str | None
    corporate_number: str | None


def party_of(quick: Quick, system: str, account: str, day: date) -> int | None:
    """The business of an account on a day of Japan; None where the account gives no right."""
    member = member_id(system, "accounts", account, "holder", 0)
    for row in quick.rows(_PARTY, (account, member, system)):
        if row["status"] == "current" and _in_force(row, day) and not _closed(row, day):
            return int(row["party_id"])
    return None


def delegations(quick: Quick, system: str, account: str, day: date) -> list[Delegated]:
    """The delegations to an account that the register knows to be in force."""
    found = []
    for row in quick.rows(_DELEGATIONS, (account, system)):
        withdrawn = as_day(row["withdrawn_on"])
        if row["active"] in (False, 0) or (withdrawn is not None and withdrawn <= day):
            continue
        member = member_id(row["system"], row["stream"], row["record_key"], "delegator", 0)
        delegator = quick.one(_DELEGATOR, (member,))
        if delegator is None or not _within(row, day):
            continue
        found.append(
            Delegated(
                int(delegator["party_id"]),
                row["delegation_key"],
                row["system_code"],
                as_day(row["starts_on"]),
                as_day(row["ends_on"]),
                _categories(quick.rows(_CATEGORIES, (row["record_id"],))),
                delegator["kind"],
                delegator["name"],
                delegator["corporate_number"],
            )
        )
    return found


def _categories(
    rows: Sequence[dict[str, Any]],
) -> tuple[tuple[str, str | None, str | None], ...]:
    return tuple(
        (row["category_code"], row["category_name"], row["procedure_code"])
        for row in rows
        if row["active"] not in (False, 0) and row["category_code"]
    )


def _in_force(row: dict[str, Any], day: date) -> bool:
    return row["valid"] not in (False, 0) and _within(row, day)


def _within(row: dict[str, Any], day: date) -> bool:
    starts, ends = as_day(row["starts_on"]), as_day(row["ends_on"])
    return (starts is None or starts <= day) and (ends is None or day <= ends)


def _closed(row: dict[str, Any], day: date) -> bool:
    closed = as_day(row["closed_on"])
    return closed is not None and closed <= day
