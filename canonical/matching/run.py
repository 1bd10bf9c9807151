"""One run of matching: what changed since the last one finds its parties, chunk by chunk.

A chunk is read and compared without any lock and then written in one transaction, which begins
with a compare-and-set of `match_state.revision`: of two runs at once one begins its chunk again.
A kill at any point leaves a store from which the next run goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from sqlalchemy import Connection, select

from base.clock import Clock
from base.failpoint import failpoint
from canonical.matching import features, versions
from canonical.matching.clustering import Evidence, partition
from canonical.matching.counts import Counts, MatchSummary, counted
from canonical.matching.edges import Compared, compare_all, compare_changed
from canonical.matching.model import Model
from canonical.matching.neighbourhood import around, party_mates
from canonical.matching.placing import Placed, place
from canonical.matching.progress import Chunk, next_chunk, outstanding, whole
from canonical.matching.sources import MEMBER_SCHEMA, Members
from canonical.matching.tables import KNOWN_SCHEMA, MATCH_TABLES, Tables
from canonical.store import Store
from canonical.store.party_tables import (
    MATCH_DECISION,
    MATCH_EDGE,
    MATCH_IDENTIFIER,
    MATCH_KEY,
    MATCH_MEMBER,
    MATCH_PROGRESS,
    RELATION_PENDING,
)

CHUNK = 50_000
FIRST_CHUNK = 1_000_000
"""Records of a chunk while nothing is matched yet: all in memory, nothing to look up."""

ASKED, OTHER_MODEL, OTHER_FEATURES = "asked", "model", "features"
ANEW = {
    ASKED: "it was asked for",
    OTHER_MODEL: "another version of the model is in force",
    OTHER_FEATURES: "this version of the hub compares by other features than the one before",
}
"""Why everything is matched from scratch."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One chunk, read and compared, ready to be written.

    `gone` are rows of match_member that are no more or are replaced by those of `fresh`; `stated`
    the members of all records of the chunk; `anew`: why everything is matched from scratch.
    """

    seen: versions.State
    model_no: int
    decision_no: int
    chunk: Chunk
    fresh: Members
    gone: pl.DataFrame
    stated: pl.Series
    compared: Compared
    anew: str | None


def match(
    store: Store, clock: Clock, *, full: bool = False, chunk_records: int | None = None
) -> MatchSummary:
    """Match what changed since the last run; with `full`, everything from scratch.

    Both give the same partition under one model version, whatever `chunk_records` is. A new model
    version in force is a reason to match everything anew, and so is a store whose features another
    version of the hub made; a new decision is one to settle what it touches.
    """
    versions.ensure(store.database, clock.now())
    with store.database.read() as connection:
        summary = MatchSummary(model_no=versions.active(connection)[0])
    while True:
        with store.database.read() as connection:
            step = _prepared(store, connection, full=full, chunk_records=chunk_records)
        if step is None:
            return summary
        counts = _written(store, step, clock.now())
        if counts is not None:
            summary, full = summary.with_step(counts, step.anew), False


def _prepared(
    store: Store, connection: Connection, *, full: bool, chunk_records: int | None
) -> _Step | None:
    """The next step, read and compared; None when there is nothing to do."""
    tables = Tables(connection, store.database.bulk)
    seen = versions.state(connection)
    model_no, model = versions.active(connection)
    decision_no = versions.last_decision(connection)
    begun = seen.model_no != versions.NO_MODEL
    if why := _why_anew(seen, model_no, full=full):
        return _anew(tables, seen, (model_no, model), decision_no, why)
    chunk = next_chunk(connection, chunk_records or (CHUNK if begun else FIRST_CHUNK))
    if chunk is None and seen.decision_no == decision_no:
        return None
    chunk = chunk or Chunk()
    now = chunk.members(connection, store.database.bulk)
    old = _old(tables, chunk) if begun else pl.DataFrame(schema=MEMBER_SCHEMA)
    fresh, gone = _changed(tables, now, old)
    compared = compare_changed(tables, gone, fresh, model) if begun else compare_all(fresh, model)
    stated = pl.concat([now.rows["member_id"], old["member_id"]]).unique()
    return _Step(seen, model_no, decision_no, chunk, fresh, gone, stated, compared, anew=None)


def _why_anew(seen: versions.State, model_no: int, *, full: bool) -> str | None:
    if full:
        return ASKED
    if seen.model_no == versions.NO_MODEL:
        return None
    if seen.features != features.VERSION:
        return OTHER_FEATURES
    return OTHER_MODEL if seen.model_no != model_no else None


def _anew(
    tables: Tables, seen: versions.State, active: tuple[int, Model], decision_no: int, why: str
) -> _Step:
    model_no, model = active
    chunk = whole(tables.connection)
    members = chunk.members(tables.connection, tables.bulk)
    changed = outstanding(tables.connection)
    stated = members.rows.filter(pl.col("record_id").is_in(changed.implode()))["member_id"]
    compared = compare_all(members, model)
    none = pl.DataFrame(schema=MEMBER_SCHEMA)
    return _Step(seen, model_no, decision_no, chunk, members, none, stated, compared, anew=why)


def _old(tables: Tables, chunk: Chunk) -> pl.DataFrame:
    """The members that the records of a chunk made so far."""
    parts = [tables.members_between(*span) for span in chunk.ranges]
    return pl.concat([*parts, tables.members("record_id", chunk.record_ids())])


def _changed(tables: Tables, now: Members, old: pl.DataFrame) -> tuple[Members, pl.DataFrame]:
    """The members that are new or differ, and the old rows that they replace or that are gone."""
    known = tables.identifiers(old["member_id"]) if old.height else now.identifiers.clear()
    named = pl.concat(
        [
            now.identifiers.join(known, on=known.columns, how="anti"),
            known.join(now.identifiers, on=known.columns, how="anti"),
        ]
    ).select("member_id")
    rows = now.rows.join(old, on=old.columns, how="anti", nulls_equal=True).select("member_id")
    differing = pl.concat([rows, named]).unique()
    fresh = Members(
        now.rows.join(differing, on="member_id", how="semi"),
        now.identifiers.join(differing, on="member_id", how="semi"),
    )
    kept = now.rows.join(differing, on="member_id", how="anti")
    return fresh, old.join(kept, on="member_id", how="anti")


def _written(store: Store, step: _Step, now: datetime) -> Mapping[str, Counts] | None:
    """Write a step; its counts, or None when another run wrote since it was read."""
    with store.database.write() as connection:
        if not versions.fenced(connection, step.seen):
            return None
        failpoint("match.begun")
        tables = Tables(connection, store.database.bulk)
        if step.anew or step.seen.model_no == versions.NO_MODEL:
            placed = _write_all(tables, step, now)
        else:
            placed = _write_changed(tables, step, now)
        _write_progress(tables, step)
        versions.write_state(connection, step.model_no, step.decision_no)
        failpoint("match.state")
    failpoint("match.done")
    return counted(step.chunk.sizes, step.fresh.rows, placed.moved, placed.parties)


def _write_all(tables: Tables, step: _Step, now: datetime) -> Placed:
    for table in MATCH_TABLES:
        tables.empty(table)
    _add(tables, step)
    failpoint("match.compared")
    members = step.fresh.rows.select(KNOWN_SCHEMA.keys())
    evidence = Evidence(
        members.select("member_id", "scope", "kind"),
        step.fresh.identifiers,
        step.compared.edges,
        tables.decisions(),
    ).among(members.select("member_id", "scope", "kind"))
    before = tables.current_crosswalk()
    placed = _settled(tables, step, members, evidence, before=before, now=now)
    if step.anew == OTHER_FEATURES:
        tables.pend(tables.current_crosswalk()["party_id"], RELATION_PENDING)
    return placed


def _write_changed(tables: Tables, step: _Step, now: datetime) -> Placed:
    replaced = pl.concat([step.gone["member_id"], step.fresh.rows["member_id"]]).unique()
    old_edges = tables.edges(pl.concat([replaced, step.compared.around]))
    sharing = tables.sharing(tables.identifiers(replaced).select("kind", "value").unique())
    tables.remove_members(step.gone["member_id"])
    tables.remove_edges(step.compared.around)
    tables.unkey(step.compared.old_keys)
    _add(tables, step)
    failpoint("match.compared")
    decisions = tables.decisions()
    seeds = pl.concat(
        [
            replaced,
            sharing["member_id"],
            _differing(old_edges, step.compared.edges),
            _decided(tables, step),
        ]
    ).unique()
    seeds = pl.concat([seeds, party_mates(tables, seeds)]).unique()
    members, evidence = around(tables, seeds, decisions)
    every = pl.concat([seeds, members["member_id"]]).unique()
    before = tables.crosswalk("member_id", every)
    return _settled(tables, step, members, evidence, before=before, now=now)


def _settled(
    tables: Tables,
    step: _Step,
    members: pl.DataFrame,
    evidence: Evidence,
    *,
    before: pl.DataFrame,
    now: datetime,
) -> Placed:
    """Partition the members and write their places, at an instant after those before."""
    last = before["recorded_from"].max()
    at = max(now, last) if isinstance(last, datetime) else now
    placed = place(
        tables,
        members,
        partition(evidence),
        before,
        step.stated,
        model_no=step.model_no,
        now=at,
    )
    about = tables.crosswalk("member_id", _decided(tables, step))
    tables.pend(about["party_id"], RELATION_PENDING)
    failpoint("match.placed")
    return placed


def _add(tables: Tables, step: _Step) -> None:
    tables.add(MATCH_MEMBER, step.fresh.rows)
    tables.add(MATCH_IDENTIFIER, step.fresh.identifiers)
    tables.add(MATCH_KEY, step.compared.keys)
    tables.add(MATCH_EDGE, step.compared.edges)


def _differing(old: pl.DataFrame, new: pl.DataFrame) -> pl.Series:
    """The ends of the edges that came, went, or changed."""
    same = old.columns
    changed = pl.concat([old.join(new, on=same, how="anti"), new.join(old, on=same, how="anti")])
    return pl.concat([changed["low"], changed["high"]]).alias("member_id").unique()


def _decided(tables: Tables, step: _Step) -> pl.Series:
    """The members about whom something was decided since the last run."""
    rows = tables.connection.execute(
        select(MATCH_DECISION.c.low, MATCH_DECISION.c.high).where(
            MATCH_DECISION.c.decision_no > step.seen.decision_no
        )
    )
    return pl.Series("member_id", [end for row in rows for end in row], dtype=pl.Int64)


def _write_progress(tables: Tables, step: _Step) -> None:
    told = step.chunk.progress_rows()
    keys = ["stream_id"]
    tables.bulk.upsert(tables.connection, MATCH_PROGRESS, told, keys)
