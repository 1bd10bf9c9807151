"""What the owners of older sources should know: a business has corrected what they hold.

A finding is an answer that came back otherwise than the hub had filled it in, beside a record that
still says what it said before. It is computed from what stands: it is gone once that record
agrees, once the correction is withdrawn, and once the business has said something else since.
Both sides have to be open to all, and the record that corrects has to be one whose answers may be
used elsewhere (`canonical.golden.permission`): nobody is told of a source that it may not know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, Row, select

from canonical.golden import alone
from canonical.golden.asof import business
from canonical.golden.permission import PREFILL, streams, usable_records
from canonical.golden.ranking import OF_ITSELF, OWN_WORD, REGISTERS
from canonical.golden.units import COLUMNS, UNITS
from canonical.golden.units import Unit as Rule
from canonical.model import ENTITIES
from canonical.model.business import Business, Origin, Said
from canonical.receipts.answers import CORRECTED, same
from canonical.store.claim_tables import CLAIM_TABLES
from canonical.store.database import Database
from canonical.store.receipt_tables import RECEIPT_FIELD, RETURNED_ANSWER

DIFFERS, NOT_REGISTERED = "differs", "not_registered"

_RULES = {unit.name: unit for unit in UNITS}


@dataclass(frozen=True, slots=True)
class Finding:
    """One record that says otherwise than the business has said since.

    Attributes:
        id: of the record and what of it is otherwise; stays the same as long as that stands.
        kind: `differs`, or `not_registered` (登記未反映) where a register has to be told.
        entity, unit: of a party which unit, else the list.
        held: whose record it is that says so; `held_values` are what it says.
        by: the record that corrects it, on the day `on`, known since `since`.
    """

    id: str
    party_id: int
    kind: str
    entity: str
    unit: str
    held: Origin
    held_values: Mapping[str, Any]
    by: Origin
    on: date
    since: datetime
    values: Mapping[str, Any]


def findings(
    database: Database, *, system: str | None = None, since: datetime | None = None
) -> list[Finding]:
    """What stands now, by party; of one system's records, or of corrections known since."""
    found: list[Finding] = []
    for party, rows in _corrections(database, since).items():
        told = business(database, party)
        if told is not None:
            found += _of_party(database, told, rows)
    return [one for one in found if system is None or one.held.system == system]


def _corrections(database: Database, since: datetime | None) -> dict[int, list[Row[Any]]]:
    answer, given = RETURNED_ANSWER, RECEIPT_FIELD.c
    query = (
        select(answer, given.own_columns)
        .join(
            RECEIPT_FIELD,
            (given.receipt_id == answer.c.receipt_id) & (given.path == answer.c.path),
        )
        .where(answer.c.outcome == CORRECTED, answer.c.recorded_to.is_(None))
        .order_by(answer.c.party_id, answer.c.record_id, answer.c.path)
    )
    if since is not None:
        query = query.where(answer.c.recorded_from >= since)
    found: dict[int, list[Row[Any]]] = {}
    with database.read() as connection:
        for row in connection.execute(query):
            found.setdefault(row.party_id, []).append(row)
        known = streams(connection, PREFILL)
        records = {row.record_id for rows in found.values() for row in rows}
        roles = {(row.record_id, row.role) for rows in found.values() for row in rows}
        usable = usable_records(connection, known, roles) & records
    return {
        party: kept
        for party, rows in found.items()
        if (kept := [row for row in rows if row.record_id in usable])
    }


def _of_party(database: Database, told: Business, rows: Sequence[Row[Any]]) -> list[Finding]:
    found: dict[str, Finding] = {}
    for row in sorted(rows, key=lambda row: (row.said_on, row.record_id), reverse=True):
        some = _of_unit(told, row) if row.entity == "party" else _of_list(database, told, row)
        for one in some:
            found.setdefault(one.id, one)
    return sorted(found.values(), key=lambda one: (one.unit, one.held.member_id, one.id))


def _of_unit(told: Business, row: Row[Any]) -> Iterator[Finding]:
    unit = next((unit for unit in told.units if unit.name == row.unit), None)
    if unit is None:
        return
    said = next((one for one in unit.said if one.origin.record_id == row.record_id), None)
    if said is None or said.repeats or _replaced(row.unit, said, unit.said):
        return
    for other in unit.said:
        if _older(other.origin, row) and not _agree(row.unit, said, other):
            yield _finding(told, row, other.origin, other.values, said.origin, said.values)


def _replaced(unit: str, said: Said, others: Sequence[Said]) -> bool:
    """Whether the business has said something else since."""
    return any(
        one.origin.source_role in OWN_WORD
        and one.origin.role in OF_ITSELF
        and not one.repeats
        and (one.origin.as_of or date.min) > (said.origin.as_of or date.min)
        and not _agree(unit, said, one)
        for one in others
    )


def _older(origin: Origin, row: Row[Any]) -> bool:
    return (
        origin.record_id != row.record_id
        and origin.scope == ""
        and origin.role in OF_ITSELF
        and (origin.as_of is None or origin.as_of < row.said_on)
    )


def _agree(unit: str, one: Said, other: Said) -> bool:
    rule = _RULES.get(unit)
    if rule is None:
        lead = COLUMNS[unit][0]
        return same(one.values.get(lead), other.values.get(lead))
    if not _states(rule, one) or not _states(rule, other):
        return True
    return alone.agree(rule, _row(one), _row(other))


def _states(rule: Rule, said: Said) -> bool:
    return any(said.values.get(name) is not None for name in rule.lead)


def _row(said: Said) -> dict[str, Any]:
    columns = dict.fromkeys(ENTITIES["party"].columns())
    whose = {"source_role": said.origin.source_role, "role": said.origin.role}
    return alone.compared({**columns, **said.values, **whose})


def _of_list(database: Database, told: Business, row: Row[Any]) -> Iterator[Finding]:
    """Of a list its source alone is told: no other source need have the same rows."""
    origins = {origin.member_id: origin for origin in told.origins}
    held = origins.get(row.source_member)
    by = next((one for one in told.origins if one.record_id == row.record_id), None)
    if held is None or by is None or not _older(held, row):
        return
    own = row.own_columns.split()
    with database.read() as connection:
        theirs = _claims(connection, row.entity, held)
        ours = _claims(connection, row.entity, by)
    said = next((one for one in ours if one["ordinal"] == row.ordinal), None)
    if said is None or not theirs:
        return
    values = {name: said[name] for name in own if said[name] is not None}
    if values and not any(_all_same(values, one) for one in theirs):
        yield _finding(told, row, held, {}, by, values)


def _all_same(values: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    return all(same(value, row[name]) for name, value in values.items())


def _claims(connection: Connection, entity: str, origin: Origin) -> list[Mapping[str, Any]]:
    table = CLAIM_TABLES[entity]
    query = select(table).where(
        table.c.record_id == origin.record_id,
        table.c.role == origin.role,
        table.c.recorded_to.is_(None),
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _finding(  # noqa: PLR0917 (a finding has two sides)
    told: Business,
    row: Row[Any],
    held: Origin,
    held_values: Mapping[str, Any],
    by: Origin,
    values: Mapping[str, Any],
) -> Finding:
    rule = _RULES.get(row.unit)
    registered = rule is not None and rule.registered and held.source_role in REGISTERS
    unit = row.unit if row.entity == "party" else row.entity
    cause = f"{held.member_id} {row.entity} {unit} {row.path if row.entity != 'party' else ''}"
    return Finding(
        blake2b(cause.encode(), digest_size=8).hexdigest(),
        told.party_id,
        NOT_REGISTERED if registered else DIFFERS,
        row.entity, unit, held, held_values, by, row.said_on, row.recorded_from, values,
    )  # fmt: skip
