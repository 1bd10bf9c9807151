"""Which members may be looked at for a purpose: the others are as if they were not there.

A member takes part if its stream's data may be used for the purpose (`Store.describe_stream`), if
the stream is open to all, and if the record speaks of the business itself. An application or a
karte also needs its own consent: the record's claim that stands says yes, and none says no. One
without a consent at all is left out, as is one whose consent was withdrawn. What may not be used
is left out before anything is weighed, so that the next word that may be used holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Row,
    bindparam,
    false,
    func,
    or_,
    select,
    union_all,
)

from canonical.golden.opening import Opening, opened
from canonical.golden.ranking import OF_ITSELF
from canonical.store.claim_tables import CLAIM_TABLES
from canonical.store.tables import RECORD_BITS, STREAM

PREFILL = "prefill"
"""The purpose of filling in forms."""

CONSENTS: Mapping[str, str] = {
    "project": "data_use_consent",
    "plan": "data_use_consent",
    "consultation": "sharing_consent",
    "succession_case": "disclosure_consent",
}
"""Entity → the field by which the record's answers may be used elsewhere."""

ASKED_FIRST = frozenset({"procedure", "adviser"})
"""Roles of systems whose records need a consent of their own."""

_GIVEN = "given"


@dataclass(frozen=True, slots=True)
class Streams:
    """What is known of the streams, and which may be used for a purpose.

    Attributes:
        roles: source role by stream number, of described streams.
        names: system and stream by number.
        usable: numbers of those that are open to all and may be used; of all without a purpose.
    """

    roles: Mapping[int, str]
    names: Mapping[int, tuple[str, str]]
    usable: frozenset[int]

    @property
    def holders(self) -> tuple[str, ...]:
        """`system.stream` of those that may be used."""
        return tuple(sorted(".".join(self.names[number]) for number in self.usable))


def streams(connection: Connection, purpose: str | None, opening: Opening | None = None) -> Streams:
    """The streams as this transaction sees them.

    Args:
        opening: usable are streams of which something can be open; None: all.
    """
    rows = connection.execute(select(STREAM)).all()
    return Streams(
        {row.stream_id: row.source_role for row in rows if row.source_role},
        {row.stream_id: (row.system, row.stream) for row in rows},
        frozenset(
            row.stream_id
            for row in rows
            if (purpose is None or _may(row, purpose))
            and (opening is None or opening.opens(row.system, row.stream))
        ),
    )


def _may(row: Row[tuple[object, ...]], purpose: str) -> bool:
    return bool(row.source_role) and row.scope == "" and purpose in (row.purposes or "").split()


def open_records(
    connection: Connection, found: Streams, opening: Opening, records: Iterable[int]
) -> frozenset[int]:
    """Of some records those that are open."""
    whose = {record: found.names[record >> RECORD_BITS] for record in records}
    return opened(connection, opening, whose)


def usable_records(
    connection: Connection,
    found: Streams,
    records: Iterable[tuple[int, str]],
    opening: Opening | None = None,
) -> frozenset[int]:
    """Of (record id, role of the party in it) the records whose claims may be used."""
    own = {record for record, role in records if role in OF_ITSELF}
    allowed = {record for record in own if record >> RECORD_BITS in found.usable}
    if opening is not None:
        allowed &= open_records(connection, found, opening, allowed)
    asked = {r for r in allowed if found.roles.get(r >> RECORD_BITS) in ASKED_FIRST}
    return frozenset(allowed - asked | _consented(connection, asked))


def _consented(connection: Connection, records: Collection[int]) -> frozenset[int]:
    """The records whose own claims say yes, and none of them no."""
    if not records:
        return frozenset()
    given: set[int] = set()
    refused: set[int] = set()
    for record, answer in connection.execute(_answers(), {"records": sorted(records)}):
        (given if answer else refused).add(record)
    return frozenset(given - refused)


@cache
def _answers() -> CompoundSelect[Any]:
    """What current claims of some records say to the use of their answers: record_id, yes or no.

    A row of `consent` can only take back: what it gives is given by the field beside it.
    """
    found = [
        select(table.record_id, func.coalesce(table[column], false())).where(
            table.record_id.in_(bindparam("records", expanding=True)),
            table.recorded_to.is_(None),
        )
        for entity, column in CONSENTS.items()
        for table in [CLAIM_TABLES[entity].c]
    ]
    consent = CLAIM_TABLES["consent"].c
    taken_back = select(consent.record_id, false()).where(
        consent.record_id.in_(bindparam("records", expanding=True)),
        consent.recorded_to.is_(None),
        or_(consent.state.is_(None), consent.state != _GIVEN, consent.withdrawn_at.is_not(None)),
    )
    return union_all(*found, taken_back)
