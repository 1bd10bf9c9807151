"""Relations in the store: looked for again where a party's members or claims changed.

Each step takes some of the parties that wait, finds what holds for them, and writes where that
differs from what stands, with events, in one transaction that takes them off the list. It begins
again when matching wrote meanwhile; a kill leaves the parties waiting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl
from sqlalchemy import Connection, delete, insert, select, text

from base.clock import Clock
from base.failpoint import failpoint
from canonical.changes.events import relations_changed
from canonical.matching import kin_reading, versions
from canonical.matching.kin import CONFIRMED, FOUND_SCHEMA
from canonical.matching.kinship import CONTENT, KEY, relations
from canonical.matching.party_ids import MOMENT
from canonical.matching.tables import Tables
from canonical.store.party_tables import CROSSWALK, MATCH_STATE, RELATION, RELATION_PENDING
from canonical.store.store import Store

PARTIES = 20_000
"""Parties of a step."""

_ROW = {
    **{name: FOUND_SCHEMA[name] for name in (*KEY, "cause", "since_on", "status")},
    "evidence": pl.String(),
    "recorded_from": MOMENT,
}


@dataclass(frozen=True, slots=True)
class Related:
    """What a run did: parties looked at, relations that came to hold and those that ceased to."""

    parties: int = 0
    found: int = 0
    ended: int = 0


@dataclass(frozen=True, slots=True)
class _Step:
    """What was read at the revision `seen`: the parties that waited, all those that are settled
    with them, and the relations that hold for them."""

    seen: int
    waiting: pl.Series
    about: pl.Series
    wanted: pl.DataFrame


def relate(store: Store, clock: Clock, *, full: bool = False, parties: int = PARTIES) -> Related:
    """Look for the relations of the parties that wait; with `full`, of all."""
    with store.database.read() as connection:
        if connection.execute(select(MATCH_STATE.c.only)).first() is None:
            return Related()
    if full:
        _wait_all(store)
    done = Related()
    while True:
        with store.database.read() as connection:
            tables = Tables(connection, store.database.bulk)
            seen = versions.state(connection).revision
            waiting = _waiting(connection, parties)
            if waiting.is_empty():
                return done
            about, wanted = _looked_at(tables, waiting)
        written = _written(store, _Step(seen, waiting, about, wanted), clock.now())
        if written is not None:
            found, ended = written
            done = Related(done.parties + waiting.len(), done.found + found, done.ended + ended)


def _wait_all(store: Store) -> None:
    every = select(CROSSWALK.c.party_id).where(CROSSWALK.c.recorded_to.is_(None)).distinct()
    ends = select(RELATION.c.from_party).where(RELATION.c.recorded_to.is_(None))
    with store.database.write() as connection:
        connection.execute(delete(RELATION_PENDING))
        connection.execute(insert(RELATION_PENDING).from_select(["party_id"], every.union(ends)))


def _waiting(connection: Connection, most: int) -> pl.Series:
    rows = connection.scalars(
        select(RELATION_PENDING.c.party_id).order_by(RELATION_PENDING.c.party_id).limit(most)
    )
    return pl.Series("party_id", rows.all(), dtype=pl.Int64)


def _looked_at(tables: Tables, waiting: pl.Series) -> tuple[pl.Series, pl.DataFrame]:
    """The parties that are settled in this step, and the relations that hold for them.

    Where so many share a telephone or a head that it says nothing any more, what it once said
    about the others of them goes, too.
    """
    around = kin_reading.around(tables, waiting)
    others = around.crowded.filter(~around.crowded.is_in(waiting.implode()))
    guessed = _standing(tables, others)
    more = pl.concat([guessed["from_party"], guessed["to_party"]])
    more = more.filter(more.is_in(others.implode())).unique()
    if more.len():
        waiting = pl.concat([waiting, more]).unique()
        around = kin_reading.around(tables, waiting)
    return waiting, relations(tables, around)


def _standing(tables: Tables, parties: pl.Series) -> pl.DataFrame:
    """The relations that now stand with any of these parties at an end."""
    found = [
        tables.among("relation", _ROW, end, parties, "AND recorded_to IS NULL")
        for end in ("from_party", "to_party")
    ]
    return pl.concat(found).unique(list(KEY))


def _written(store: Store, step: _Step, now: datetime) -> tuple[int, int] | None:
    """Write what differs; how many relations came and went, None when matching wrote meanwhile."""
    with store.database.write() as connection:
        lock = " FOR UPDATE" if store.database.dialect == "postgresql" else ""
        if connection.scalar(text(f"SELECT revision FROM match_state{lock}")) != step.seen:  # noqa: S608
            return None
        failpoint("relate.begun")
        tables = Tables(connection, store.database.bulk)
        standing = _standing(tables, step.about)
        last = standing["recorded_from"].max()
        at = max(now, last) if isinstance(last, datetime) else now
        same = [*KEY, *CONTENT]
        begun = step.wanted.join(standing, on=same, how="anti", nulls_equal=True)
        ended = standing.join(step.wanted, on=same, how="anti", nulls_equal=True)
        _end(tables, ended, at)
        tables.add(RELATION, begun.with_columns(recorded_from=pl.lit(at, MOMENT)))
        relations_changed(connection, tables.bulk, _told(begun, ended), at)
        failpoint("relate.written")
        tables.remove(RELATION_PENDING, "party_id", step.waiting)
    failpoint("relate.done")
    return begun.height, ended.height


def _end(tables: Tables, ended: pl.DataFrame, at: datetime) -> None:
    """End relations; what began at this very instant never was."""
    began_now = pl.col("recorded_from") >= pl.lit(at, MOMENT)
    for row in ended.filter(began_now).select(*KEY).iter_rows(named=True):
        table = RELATION.c
        tables.connection.execute(
            delete(RELATION).where(
                *(table[name] == row[name] for name in KEY), table.recorded_to.is_(None)
            )
        )
    kept = ended.filter(~began_now).select(*KEY, "recorded_from", recorded_to=pl.lit(at, MOMENT))
    tables.bulk.update(tables.connection, RELATION, kept, [*KEY, "recorded_from"])


def _told(begun: pl.DataFrame, ended: pl.DataFrame) -> pl.DataFrame:
    """Relations that are now confirmed and were not, or were and are no more."""
    key, sure = list(KEY), pl.col("status") == CONFIRMED
    now, before = begun.filter(sure).select(key), ended.filter(sure).select(key)
    confirmed = now.join(before, on=key, how="anti")
    gone = before.join(now, on=key, how="anti")
    return pl.concat(
        [
            confirmed.with_columns(change=pl.lit("confirmed")),
            gone.with_columns(change=pl.lit("ended")),
        ]
    )
