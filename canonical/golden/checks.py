"""Whether every golden value has a claim, and every claim its source record.

Reads the whole store; for `hub golden check` and tests.
"""

# ruff: noqa: S608 - only names of our own tables and columns are put into statements

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl
from sqlalchemy import func, select, text

from canonical.golden import build, writing
from canonical.golden.reading import Reader
from canonical.store.claim_tables import CLAIM_TABLES
from canonical.store.database import Database
from canonical.store.party_tables import GOLDEN_PARTY, GOLDEN_PENDING

_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Finding:
    """What must not be, how often it is, and the id of one that is so."""

    what: str
    count: int
    example: str | None = None


def examine(database: Database) -> list[Finding]:
    """Every check with what it found; counts are 0 in a sound store."""
    return [_orphans(database), _strangers(database), _unlike(database)]


def _orphans(database: Database) -> Finding:
    """Claims whose source record is not there."""
    counts = 0
    examples = []
    for table in CLAIM_TABLES.values():
        statement = (
            f"SELECT count(*), min(c.record_id) FROM {table.name} c WHERE NOT EXISTS"
            " (SELECT 1 FROM source_record s WHERE s.record_id = c.record_id)"
        )
        with database.read() as connection:
            count, example = connection.execute(text(statement)).one()
        counts += count
        examples += [f"{table.name} of record {example}"] if count else []
    return Finding("claims without their source record", counts, next(iter(examples), None))


def _strangers(database: Database) -> Finding:
    """Current golden records of parties without any open claim."""
    statement = (
        "SELECT count(*), min(g.party_id) FROM golden_party g WHERE g.recorded_to IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM golden_pending p WHERE p.party_id = g.party_id)"
        " AND NOT EXISTS (SELECT 1 FROM crosswalk x JOIN claim_party c"
        " ON c.record_id = x.record_id AND c.role = x.role AND c.ordinal = x.ordinal"
        " AND c.recorded_to IS NULL"
        " WHERE x.party_id = g.party_id AND x.recorded_to IS NULL AND x.scope = '')"
    )
    with database.read() as connection:
        count, example = connection.execute(text(statement)).one()
    return Finding("golden records without a claim", count, f"party {example}" if count else None)


def _unlike(database: Database) -> Finding:
    """Golden records that their claims do not give: a value, a source, a list or a conflict."""
    differing: list[int] = []
    for parties in _parties(database):
        with database.read() as connection:
            reader = Reader.of(connection, database.bulk)
            found = writing.changes(
                build.compute(reader, parties),
                writing.stored(reader, parties),
                pl.DataFrame(schema={"party_id": pl.Int64, "last": pl.Int32}),
            )
        differing += found.told["party_id"].to_list()
    example = f"party {differing[0]}" if differing else None
    return Finding("golden records that differ from their claims", len(differing), example)


def _parties(database: Database) -> Iterator[Sequence[int]]:
    """The parties whose golden records do not wait to be computed, some at a time."""
    last = -1
    waiting = select(GOLDEN_PENDING.c.party_id)
    golden = GOLDEN_PARTY.c
    while True:
        query = (
            select(golden.party_id)
            .where(
                golden.recorded_to.is_(None),
                golden.party_id > last,
                golden.party_id.not_in(waiting),
            )
            .order_by(golden.party_id)
            .limit(_AT_ONCE)
        )
        with database.read() as connection:
            parties = list(connection.scalars(query))
        if not parties:
            return
        yield parties
        last = parties[-1]


def waiting(database: Database) -> int:
    """How many parties wait for their golden record."""
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(GOLDEN_PENDING)) or 0
