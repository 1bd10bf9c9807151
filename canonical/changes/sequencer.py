"""Numbers events once they are committed, one after the other.

Transactions that write events commit in any order, so a number taken while writing would be seen
late by a reader who has gone past it. Here numbers are given afterwards, by one at a time: whoever
holds the row of `event_sequence` numbers what is committed, in the order in which it happened, and
commits the numbers with the last one. So all numbers up to the last one are there, and what comes
later gets a higher one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

import polars as pl
from sqlalchemy import Connection, text

from base.failpoint import failpoint
from canonical.changes import owners
from canonical.store.bulk import Bulk
from canonical.store.database import Database
from canonical.store.party_tables import EVENT

AT_ONCE = 50_000
POINTS = ("numbering.begun", "numbering.numbered", "numbering.done")
"""The fail points of a step, in order."""

_WAITING = {
    "event_id": pl.String(),
    "kind": pl.String(),
    "party_id": pl.Int64(),
    "record_id": pl.Int64(),
    "scope": pl.String(),
}


@dataclass(frozen=True, slots=True)
class Numbered:
    """What a run numbered: how many events, and of each kind and scopes that it takes."""

    events: int = 0
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)

    def seen(self, scopes: Collection[str] = ()) -> Counter[str]:
        """The kinds of those events that these scopes let see."""
        seen: Counter[str] = Counter()
        for (kind, needed), count in self.kinds.items():
            if set(needed.split()) <= set(scopes):
                seen[kind] += count
        return seen


def number(database: Database, *, at_once: int = AT_ONCE) -> Numbered:
    """Number every committed event that has no number yet, some in each transaction.

    Several may run at the same time; each event is numbered once. An event about a record that
    was not matched when it was written learns here whose it is.
    """
    done = Numbered()
    while True:
        with database.write() as connection:
            last = _locked(connection)
            failpoint("numbering.begun")
            waiting = _waiting(connection, database.bulk, at_once)
            if waiting.is_empty():
                return done
            _number(connection, database.bulk, waiting, last)
            failpoint("numbering.numbered")
        failpoint("numbering.done")
        kinds = Counter(waiting.select("kind", "scope").iter_rows())
        done = Numbered(done.events + waiting.height, done.kinds + kinds)


def _locked(connection: Connection) -> int:
    """The last number given; nobody else gives one until this transaction ends."""
    connection.execute(
        text('INSERT INTO event_sequence ("only", last) VALUES (1, 0) ON CONFLICT DO NOTHING')
    )
    last = connection.execute(text("UPDATE event_sequence SET last = last RETURNING last"))
    return int(last.scalar_one())


def _waiting(connection: Connection, bulk: Bulk, at_once: int) -> pl.DataFrame:
    names = ", ".join(_WAITING)
    return bulk.select(
        connection,
        f"SELECT {names} FROM event WHERE sequence IS NULL"  # noqa: S608 - our own names
        " ORDER BY at, event_id LIMIT :most",
        {"most": at_once},
        _WAITING,
    )


def _number(connection: Connection, bulk: Bulk, waiting: pl.DataFrame, last: int) -> None:
    numbered = waiting.with_row_index("sequence", offset=last + 1).cast({"sequence": pl.Int64})
    bulk.update(connection, EVENT, numbered.select("event_id", "sequence"), ["event_id"])
    bulk.update(connection, EVENT, _owned(connection, bulk, waiting), ["event_id"])
    connection.execute(
        text("UPDATE event_sequence SET last = last + :more"), {"more": waiting.height}
    )


def _owned(connection: Connection, bulk: Bulk, waiting: pl.DataFrame) -> pl.DataFrame:
    """Events about records whose party is known by now: event_id, party_id."""
    open_ended = waiting.filter(pl.col("party_id").is_null(), pl.col("record_id").is_not_null())
    ids = open_ended["record_id"].unique().to_list()
    parties = pl.DataFrame(
        list(owners.of_records(connection, bulk, ids).items()),
        schema={"record_id": pl.Int64, "party_id": pl.Int64},
        orient="row",
    )
    return (
        open_ended.select("event_id", "record_id").join(parties, on="record_id").drop("record_id")
    )
