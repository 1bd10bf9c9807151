"""Golden records with their lists, page by page: memory holds one page, however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from canonical.golden.asof import business
from canonical.golden.finding import resolve
from canonical.golden.lists import WHOLE
from canonical.model import ENTITIES
from canonical.store.claim_tables import CLAIM_TABLES
from canonical.store.database import Database
from canonical.store.party_tables import CROSSWALK, GOLDEN_LIST, GOLDEN_PARTY

PAGE = 500
LISTS = ("party_identifier", "trade_name", "establishment", "contact")
"""The lists of a business that GIF's 法人 has a place for."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Golden:
    """A golden record: its values by canonical field, and the rows of its lists by entity."""

    party_id: int
    values: Row
    lists: Mapping[str, Sequence[Row]] = field(default_factory=dict)


def golden_records(
    database: Database,
    *,
    parties: Sequence[int] | None = None,
    limit: int | None = None,
    scopes: Collection[str] = (),
) -> Iterator[Golden]:
    """Current golden records by party id; those of `parties` alone, if any are named.

    With scopes, records of confidential streams take part, and each record is computed on the fly.
    """
    told = _with_scopes(database, parties, scopes) if scopes else _open(database, parties)
    for number, record in enumerate(told):
        if limit is not None and number >= limit:
            return
        yield record


def answering(database: Database, text: str, scopes: Collection[str] = ()) -> list[int]:
    """The businesses that a text names (see `canonical.golden.finding.resolve`), by the ids that
    they have now; none of which nothing may be told."""
    found = (business(database, party, scopes=scopes) for party in resolve(database, text, scopes))
    return list(dict.fromkeys(one.party_id for one in found if one is not None))


def _open(database: Database, parties: Sequence[int] | None) -> Iterator[Golden]:
    wanted = None if parties is None else sorted(set(parties))
    after: int | None = None
    while True:
        with database.read() as connection:
            rows = _page(connection, after, wanted)
            lists = _lists(connection, [row["party_id"] for row in rows])
        if not rows:
            return
        for row in rows:
            values = {name: row[name] for name in ENTITIES["party"].columns()}
            yield Golden(row["party_id"], values, lists[row["party_id"]])
        after = rows[-1]["party_id"]


def _page(connection: Connection, after: int | None, wanted: Sequence[int] | None) -> list[Row]:
    table = GOLDEN_PARTY.c
    query = select(GOLDEN_PARTY).where(table.recorded_to.is_(None))
    if after is not None:
        query = query.where(table.party_id > after)
    if wanted is not None:
        left = [party for party in wanted if after is None or party > after][:PAGE]
        query = query.where(table.party_id.in_(left))
    return [dict(row._mapping) for row in connection.execute(query.order_by(table.party_id)
                                                             .limit(PAGE))]  # fmt: skip


def _lists(connection: Connection, parties: Sequence[int]) -> dict[int, dict[str, list[Row]]]:
    found: dict[int, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    if not parties:
        return found
    held = GOLDEN_LIST.c
    for entity in LISTS:
        claim = CLAIM_TABLES[entity].c
        names = list(ENTITIES[entity].columns())
        query = (
            select(held.party_id, *(claim[name] for name in names))
            .join(
                CLAIM_TABLES[entity],
                and_(
                    claim.record_id == held.record_id,
                    claim.role == held.role,
                    or_(held.ordinal == WHOLE, held.ordinal == claim.ordinal),
                    claim.recorded_to.is_(None),
                ),
            )
            .where(
                held.entity == entity, held.recorded_to.is_(None), held.party_id.in_(list(parties))
            )
            .order_by(held.party_id, held.item, claim.record_id, claim.role, claim.ordinal)
        )
        for row in connection.execute(query):
            told = dict(row._mapping)
            found[told.pop("party_id")][entity].append(told)
    return found


def _with_scopes(
    database: Database, parties: Sequence[int] | None, scopes: Collection[str]
) -> Iterator[Golden]:
    ids = _members_of(database, scopes) if parties is None else iter(sorted(set(parties)))
    for party in ids:
        found = business(database, party, scopes=scopes)
        if found is None:
            continue
        lists: dict[str, list[Row]] = defaultdict(list)
        for item in found.items:
            lists[item.entity].append(item.values)
        yield Golden(found.party_id, found.values, lists)


def _members_of(database: Database, scopes: Collection[str]) -> Iterator[int]:
    held = CROSSWALK.c
    after: int | None = None
    while True:
        query = select(held.party_id).where(
            held.recorded_to.is_(None), held.scope.in_(["", *scopes])
        )
        if after is not None:
            query = query.where(held.party_id > after)
        with database.read() as connection:
            page = list(connection.scalars(query.distinct().order_by(held.party_id).limit(PAGE)))
        if not page:
            return
        yield from page
        after = page[-1]
