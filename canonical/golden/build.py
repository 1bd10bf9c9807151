"""Computes the golden records that are waiting, some parties at a time.

What waits stands in `golden_pending`, written with what makes it so. A step reads some of it,
computes outside any write, and writes the differences, their events and the end of the waiting in
one transaction; where matching, or another run of this, wrote meanwhile, the step is done again.
"""

# ruff: noqa: S608 - only names of our own tables and columns are put into statements

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl
from sqlalchemy import Connection, func, insert, select, text, update

from base.clock import Clock, SystemClock
from base.errors import StoreError
from base.failpoint import failpoint
from canonical.changes.events import golden_changed
from canonical.golden import echoes, lists, writing
from canonical.golden.reading import Reader
from canonical.golden.survivorship import survive
from canonical.receipts import reading as receipts
from canonical.receipts import returning
from canonical.store.bulk import Bulk
from canonical.store.database import Database
from canonical.store.party_tables import CROSSWALK, GOLDEN_PARTY, GOLDEN_PENDING, MATCH_STATE

PARTIES_AT_ONCE = 20_000
POINTS = ("golden.begun", "golden.written", "golden.told", "golden.done")
"""The fail points of a step, in order."""
_TRIES = 20

Announce = Callable[[Connection, Bulk, pl.DataFrame, datetime], None]
"""Writes the events of a step in its transaction: party_id, fields (list), change (`created`,
`changed`, `removed`), and the instant at which the golden records changed."""


@dataclass(frozen=True, slots=True)
class GoldenRun:
    """What a run did: parties looked at, of these changed, and conflicts opened."""

    parties: int = 0
    changed: int = 0
    conflicts: int = 0


@dataclass(frozen=True, slots=True)
class _Step:
    """Some parties that wait, what to write for them, and what it was computed from."""

    parties: Sequence[int]
    revision: int | None
    found: writing.Changes
    old: writing.Golden


def run(
    database: Database,
    *,
    clock: Clock | None = None,
    announce: Announce = golden_changed,
    at_once: int = PARTIES_AT_ONCE,
    said: Callable[[GoldenRun], None] | None = None,
) -> GoldenRun:
    """Compute every golden record that waits; `said` is called after each step.

    Raises:
        StoreError: others wrote so often that a step could not be ended.
    """
    clock = clock or SystemClock()
    done = GoldenRun()
    tries = 0
    while (step := _computed(database, at_once)) is not None:
        if not _written(database, step, clock.now(), announce):
            tries += 1
            if tries == _TRIES:
                raise StoreError(
                    "others go on writing what golden records are made of",
                    remedy="Run `hub golden run` again once matching has ended.",
                )
            continue
        tries = 0
        done = replace(
            done,
            parties=done.parties + len(step.parties),
            changed=done.changed + step.found.told.height,
            conflicts=done.conflicts + step.found.conflicts[0].height,
        )
        if said is not None:
            said(done)
    return done


def wait_all(database: Database) -> int:
    """Let every open party wait, so that the next run computes them all; how many there are."""
    everybody = select(CROSSWALK.c.party_id).where(
        CROSSWALK.c.recorded_to.is_(None), CROSSWALK.c.scope == ""
    )
    had = select(GOLDEN_PARTY.c.party_id).where(GOLDEN_PARTY.c.recorded_to.is_(None))
    parties = everybody.union(had).subquery()
    waiting = select(GOLDEN_PENDING.c.party_id)
    with database.write() as connection:
        _locked(connection, _revision(connection))
        connection.execute(
            insert(GOLDEN_PENDING).from_select(
                ["party_id"], select(parties.c.party_id).where(parties.c.party_id.not_in(waiting))
            )
        )
        return connection.scalar(select(func.count()).select_from(GOLDEN_PENDING)) or 0


def compute(reader: Reader, parties: Sequence[int]) -> writing.Golden:
    """The golden records of these parties as their open claims have them now."""
    claims = reader.claims(parties)
    children = {entity: reader.children(entity, claims) for entity in lists.LISTS}
    back = receipts.returned(reader.connection, reader.bulk, claims, children)
    repeated = echoes.frame(echo for found in back.values() for echo in found.echoes)
    listed = [lists.survive(entity, rows, repeated) for entity, rows in children.items()]
    answers = returning.frame(one for found in back.values() for one in found.returned)
    return writing.computed(survive(claims, repeated), listed, answers)


def _computed(database: Database, at_once: int) -> _Step | None:
    with database.read() as connection:
        revision = _revision(connection)
        waiting = select(GOLDEN_PENDING.c.party_id).order_by(GOLDEN_PENDING.c.party_id)
        parties = list(connection.scalars(waiting.limit(at_once)))
        if not parties:
            return None
        reader = Reader.of(connection, database.bulk)
        old = writing.stored(reader, parties)
        last = writing.last_versions(reader, parties)
        found = writing.changes(compute(reader, parties), old, last)
    return _Step(parties, revision, found, old)


def _written(database: Database, step: _Step, now: datetime, announce: Announce) -> bool:
    """Write the step; False, with nothing written, when what it was computed from has changed."""
    bulk = database.bulk
    with database.write() as connection:
        if not _locked(connection, step.revision):
            return False
        failpoint("golden.begun")
        ended = connection.execute(
            text(f"DELETE FROM golden_pending WHERE {bulk.member('party_id', 'bigint')}"),
            {"keys": bulk.pack(step.parties)},
        )
        if ended.rowcount != len(step.parties):
            connection.rollback()
            return False
        at = writing.instant(now, step.old)
        writing.write(connection, bulk, step.found, at)
        failpoint("golden.written")
        if step.found.told.height:
            announce(connection, bulk, step.found.told, at)
        failpoint("golden.told")
    failpoint("golden.done")
    return True


def _revision(connection: Connection) -> int | None:
    return connection.scalar(select(MATCH_STATE.c.revision))


def _locked(connection: Connection, revision: int | None) -> bool:
    """Keep matching from writing until this transaction ends; False if it wrote since `revision`.

    The revision stays: golden records are nothing that matching is computed from.
    """
    if revision is None:
        return _revision(connection) is None
    held = connection.execute(
        update(MATCH_STATE)
        .where(MATCH_STATE.c.revision == revision)
        .values(revision=MATCH_STATE.c.revision)
    )
    return held.rowcount == 1
