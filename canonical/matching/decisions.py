"""What people decide about pairs of members: remembered, never asked again, never removed.

A decision is about members, whose ids last for as long as their records may come back. The last
one about a pair holds; what it replaced stays to be seen.

The store numbers decisions in their order; a gap in the numbers would tell that there are some
about confidential members. People are shown `decision_id`, which tells nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from itertools import product
from typing import Any, Literal

import polars as pl
from sqlalchemy import Connection, Row, func, insert, select, text, update

from base.errors import StoreError
from canonical.matching.identity import anchors
from canonical.matching.parties import Found
from canonical.matching.tables import Tables
from canonical.store.database import Database
from canonical.store.party_tables import CROSSWALK, MATCH_DECISION

Verdict = Literal["same", "different", "related", "withdrawn"]
_MOST_PAIRS = 2_000
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided, and why.

    `relation`, `cause` and `since_on` say more of `related`; `leaves` is true where the members
    named first are taken out of the party of the others.
    """

    verdict: Verdict
    reason: str
    decided_by: str
    relation: str | None = None
    cause: str | None = None
    since_on: date | None = None
    leaves: bool = False


def decide(
    database: Database, one: Found, other: Found, decision: Decision, now: datetime
) -> list[int]:
    """Remember a decision about what two names stand for; the numbers of its rows.

    Two that are the same need one pair to hold them together, and no other pair of their parties
    that is kept apart; to keep two apart, each member of one is kept from each of the other.

    Raises:
        StoreError: both names stand for the same member, two different numbers or a person and a
            corporation would become one party, or there is nothing to withdraw.
    """
    with database.write() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("LOCK TABLE match_decision IN SHARE ROW EXCLUSIVE MODE"))
        tables = Tables(connection, database.bulk)
        pairs = _pairs(tables, one, other, decision)
        first = (connection.scalar(select(func.max(MATCH_DECISION.c.decision_no))) or 0) + 1
        for number, (member, its) in enumerate(pairs, start=first):
            _write(connection, number, (member, its), decision, now)
        return list(range(first, first + len(pairs)))


def decision_id(low: int, high: int, decided_at: datetime) -> str:
    """What people call a decision: a hash of the pair and the instant, which no two share."""
    told = f"{low} {high} {decided_at.astimezone(UTC).isoformat(timespec='microseconds')}"
    return blake2b(told.encode(), digest_size=6).hexdigest()


def id_of(row: Row[Any]) -> str:
    """The id of a row of match_decision."""
    return decision_id(row.low, row.high, row.decided_at)


def ids(connection: Connection, numbers: Collection[int]) -> dict[int, str]:
    """What the decisions of these numbers are called, by number."""
    rows = connection.execute(
        select(MATCH_DECISION).where(MATCH_DECISION.c.decision_no.in_(sorted(numbers)))
    )
    return {row.decision_no: id_of(row) for row in rows}


def part(
    database: Database, party: Found, leaving: Found, decision: Decision, now: datetime
) -> list[int]:
    """Take members out of their party: kept from each of the others; the numbers of the rows.

    Raises:
        StoreError: the members are not of this party, or are all of it.
    """
    rest = tuple(member for member in party.members if member not in leaving.members)
    if party.party_id != leaving.party_id:
        raise StoreError(
            f"that record is not of party {party.party_id}",
            remedy=f"It is of party {leaving.party_id}",
        )
    if not rest:
        raise StoreError(
            f"party {party.party_id} has no other record",
            remedy="There is nothing to take it apart from",
        )
    return decide(database, leaving, Found(party.party_id, rest, whole=True), decision, now)


def _pairs(tables: Tables, one: Found, other: Found, decision: Decision) -> list[tuple[int, int]]:
    shared = set(one.members) & set(other.members)
    if shared or not one.members or not other.members:
        raise StoreError(
            "both names stand for the same claim", remedy="Name two records or two parties"
        )
    if decision.verdict == "withdrawn":
        if pairs := _decided(tables.connection, one, other):
            return pairs
        raise StoreError("nothing was decided about these two", remedy="See `hub match decisions`")
    if decision.verdict == "same":
        mine, theirs = _whole(tables, one), _whole(tables, other)
        _check(tables, [*mine.members, *theirs.members])
        return sorted({_best(tables, one, other), *_decided(tables.connection, mine, theirs)})
    if len(one.members) * len(other.members) <= _MOST_PAIRS:
        return list(product(one.members, other.members))
    lead, head = min(one.members), min(other.members)
    return [*((lead, its) for its in other.members), *((m, head) for m in one.members if m != lead)]


def _decided(connection: Connection, one: Found, other: Found) -> list[tuple[int, int]]:
    """The pairs between the two about which something was decided."""
    mine, theirs = set(one.members), set(other.members)
    rows = connection.execute(
        select(MATCH_DECISION.c.low, MATCH_DECISION.c.high).where(
            MATCH_DECISION.c.replaced_by.is_(None), MATCH_DECISION.c.verdict != "withdrawn"
        )
    )
    return [
        (row.low, row.high)
        for row in rows
        if (row.low in mine and row.high in theirs) or (row.low in theirs and row.high in mine)
    ]


def _whole(tables: Tables, found: Found) -> Found:
    """The parties behind a name: what was decided about their other members is decided anew."""
    own = tables.crosswalk("member_id", pl.Series("member_id", found.members, dtype=pl.Int64))
    mates = tables.crosswalk("party_id", own["party_id"].unique())
    seen = mates.filter(pl.col("scope").is_in(["", *own["scope"].unique().to_list()]))
    return Found(found.party_id, tuple(seen["member_id"].sort().to_list()), whole=True)


def _check(tables: Tables, members: Sequence[int]) -> None:
    """Two numbers, or a person and a corporation, are never one party, whoever says so."""
    ids = pl.Series("member_id", members, dtype=pl.Int64)
    held = anchors(tables.known(ids), tables.identifiers(ids))
    if held["number"].drop_nulls().n_unique() > 1:
        raise StoreError(
            "two parties with different numbers cannot be one",
            remedy="If one of the numbers is wrong, take that record out first (`hub match"
            " unmerge`), or have it corrected where it comes from; if one succeeded the other, say"
            " so with `hub match decide … --related successor_of`",
        )
    if held["nature"].drop_nulls().n_unique() > 1:
        raise StoreError(
            "a person and a corporation cannot be one party",
            remedy="If one became the other (法人成り), say so with `hub match decide …"
            " --related successor_of`",
        )


def _best(tables: Tables, one: Found, other: Found) -> tuple[int, int]:
    """The pair that is most alike of those that were compared, else of those that were named."""
    edges = tables.edges(pl.Series("member_id", one.members, dtype=pl.Int64))
    theirs = pl.Series("member_id", other.members, dtype=pl.Int64).implode()
    near = edges.filter(pl.col("low").is_in(theirs) | pl.col("high").is_in(theirs)).sort(
        "probability", "low", "high", descending=[True, False, False]
    )
    if near.height:
        low, high = near.select("low", "high").row(0)
        return low, high
    return one.lead, other.lead


def _write(
    connection: Connection,
    number: int,
    pair: tuple[int, int],
    decision: Decision,
    now: datetime,
) -> None:
    low, high = min(pair), max(pair)
    table = MATCH_DECISION.c
    last = connection.scalar(
        select(func.max(table.decided_at)).where(table.low == low, table.high == high)
    )
    connection.execute(
        update(MATCH_DECISION)
        .where(table.low == low, table.high == high, table.replaced_by.is_(None))
        .values(replaced_by=number)
    )
    connection.execute(
        insert(MATCH_DECISION).values(
            decision_no=number,
            low=low,
            high=high,
            verdict=decision.verdict,
            relation=decision.relation,
            cause=decision.cause,
            since_on=decision.since_on,
            from_member=pair[0] if decision.verdict == "related" else None,
            reason=decision.reason,
            decided_by=decision.decided_by,
            decided_at=now if last is None else max(now, last + _INSTANT),
            leaves=pair[0] if decision.leaves else None,
        )
    )


def listed(connection: Connection, scopes: Collection[str] = ()) -> list[Row[Any]]:
    """All decisions, the newest first, about members that the scopes let see now."""
    rows = connection.execute(
        select(MATCH_DECISION).order_by(MATCH_DECISION.c.decision_no.desc())
    ).all()
    seen = _visible(connection, {end for row in rows for end in (row.low, row.high)}, scopes)
    return [row for row in rows if row.low in seen and row.high in seen]


def _visible(connection: Connection, members: Iterable[int], scopes: Collection[str]) -> set[int]:
    """The members that somebody with these scopes may know of, whether current or not."""
    wanted, found = sorted(members), set[int]()
    for start in range(0, len(wanted), 500):
        found |= set(
            connection.scalars(
                select(CROSSWALK.c.member_id).where(
                    CROSSWALK.c.member_id.in_(wanted[start : start + 500]),
                    CROSSWALK.c.scope.in_(["", *scopes]),
                )
            )
        )
    return found
