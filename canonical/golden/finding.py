"""Finding parties: by id, number, source record or name; what is at odds; what they applied for.

Nothing here tells of a member of a confidential stream but under its scope.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select, true

from canonical.golden.ranking import SECOND_HAND, voice
from canonical.matching.frames import member_id
from canonical.matching.parties import NUMBERS, of_number
from canonical.matching.reduction import reduced_name
from canonical.model import ENTITIES
from canonical.model.business import Business
from canonical.store.claim_tables import CLAIM_TABLES
from canonical.store.database import Database
from canonical.store.party_tables import (
    CROSSWALK,
    GOLDEN_CONFLICT,
    GOLDEN_LIST,
    GOLDEN_PARTY,
    PARTY,
    RELATION,
)
from canonical.store.tables import SOURCE_RECORD, STREAM

_LARGEST_ID = (1 << 63) - 1

PROCEEDINGS = (
    "project", "procedure", "plan", "consultation", "succession_case", "account", "delegation",
    "corporate_activity",
)  # fmt: skip
"""What a business did or asked for, by entity; it stands with the claims of its members."""


def resolve(
    database: Database,
    text: str,
    scopes: Collection[str] = (),
    known_at: datetime | None = None,
) -> list[int]:
    """The parties that a text names: a party id, a 13-digit number, or `system.stream:key`.

    A party that was merged into another one is found by its id, and answers as itself. A record is
    of the party that it was of at `known_at`.
    """
    with database.read() as connection:
        if ":" in text:
            return _by_record(connection, text, scopes, known_at)
        if not text.isdecimal():
            return []
        return _by_id(connection, text) or _by_number(connection, text, scopes)


def _by_id(connection: Connection, text: str) -> list[int]:
    if int(text) > _LARGEST_ID:
        return []
    found = connection.scalar(select(PARTY.c.party_id).where(PARTY.c.party_id == int(text)))
    return [] if found is None else [found]


def _by_number(connection: Connection, text: str, scopes: Collection[str]) -> list[int]:
    parties = of_number(connection, text, scopes)
    if parties:
        return parties
    golden = GOLDEN_PARTY.c
    return list(
        connection.scalars(
            select(golden.party_id)
            .where(golden.recorded_to.is_(None), or_(*(golden[name] == text for name in NUMBERS)))
            .order_by(golden.party_id)
        )
    )


def _by_record(
    connection: Connection, text: str, scopes: Collection[str], known_at: datetime | None
) -> list[int]:
    stream_name, _, key = text.partition(":")
    system, _, stream = stream_name.partition(".")
    claim = CLAIM_TABLES["party"].c
    rows = connection.execute(
        select(claim.role, claim.ordinal)
        .join(SOURCE_RECORD, SOURCE_RECORD.c.record_id == claim.record_id)
        .join(STREAM, STREAM.c.stream_id == SOURCE_RECORD.c.stream_id)
        .where(
            STREAM.c.system == system,
            STREAM.c.stream == stream,
            SOURCE_RECORD.c.record_key == key,
        )
        .distinct()
    )
    members = [member_id(system, stream, key, row.role, row.ordinal) for row in rows]
    return _of_members(connection, members, scopes, known_at)


def _of_members(
    connection: Connection,
    members: Sequence[int],
    scopes: Collection[str],
    known_at: datetime | None = None,
) -> list[int]:
    """The parties of members that may be told of, now or at an instant."""
    if not members:
        return []
    query = (
        select(CROSSWALK.c.party_id)
        .where(
            CROSSWALK.c.member_id.in_(members),
            CROSSWALK.c.scope.in_(["", *scopes]),
            _held(CROSSWALK.c.recorded_from, CROSSWALK.c.recorded_to, known_at),
        )
        .distinct()
        .order_by(CROSSWALK.c.party_id)
    )
    return list(connection.scalars(query))


def by_name(database: Database, text: str, limit: int) -> tuple[list[Row[Any]], int]:
    """Current golden records whose name, kana or trade name holds the text, and how many there are.

    Compared in the reduced form: widths, kana and variant characters make no difference. A text
    with a legal form is also looked for in the name as it stands.
    """
    wanted = str(pl.select(reduced_name(pl.lit(text))).item() or "")
    if not wanted:
        return [], 0
    whole = f"%{_escaped(''.join(text.split()))}%"
    pattern = f"%{_escaped(wanted)}%"
    golden = GOLDEN_PARTY.c
    traded = select(GOLDEN_LIST.c.party_id).where(
        GOLDEN_LIST.c.entity == "trade_name",
        GOLDEN_LIST.c.recorded_to.is_(None),
        GOLDEN_LIST.c.item.like(pattern, escape="\\"),
    )
    matching = golden.recorded_to.is_(None) & or_(
        golden.name_reduced.like(pattern, escape="\\"),
        golden.name.like(whole, escape="\\"),
        golden.name_kana.like(f"%{_escaped(text)}%", escape="\\"),
        golden.party_id.in_(traded),
    )
    with database.read() as connection:
        total = connection.scalar(select(func.count()).where(matching)) or 0
        query = select(GOLDEN_PARTY).where(matching).order_by(golden.name_reduced, golden.party_id)
        return list(connection.execute(query.limit(limit))), total


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def conflicts(
    database: Database, *, kind: str | None = None, field: str | None = None, limit: int = 20
) -> tuple[list[Row[Any]], int]:
    """Current conflicts of what all may know (rows of golden_conflict), and how many there are."""
    table = GOLDEN_CONFLICT.c
    wanted: list[ColumnElement[bool]] = [table.recorded_to.is_(None)]
    if kind is not None:
        wanted.append(table.kind == kind)
    if field is not None:
        wanted.append(table.field == field)
    with database.read() as connection:
        total = connection.scalar(select(func.count()).where(*wanted)) or 0
        query = select(GOLDEN_CONFLICT).where(*wanted).order_by(table.party_id, table.field)
        return list(connection.execute(query.limit(limit))), total


def versions(database: Database, party_id: int) -> list[Row[Any]]:
    """All versions of a golden record, the oldest first (rows of golden_party)."""
    query = (
        select(GOLDEN_PARTY)
        .where(GOLDEN_PARTY.c.party_id == party_id)
        .order_by(GOLDEN_PARTY.c.version)
    )
    with database.read() as connection:
        return list(connection.execute(query))


def memberships(database: Database, party_id: int, scopes: Collection[str] = ()) -> list[Row[Any]]:
    """Which source records belonged to a party from when until when: rows of crosswalk with
    system, stream and record_key, the oldest first."""
    query = (
        select(CROSSWALK, STREAM.c.system, STREAM.c.stream, SOURCE_RECORD.c.record_key)
        .join(SOURCE_RECORD, SOURCE_RECORD.c.record_id == CROSSWALK.c.record_id)
        .join(STREAM, STREAM.c.stream_id == SOURCE_RECORD.c.stream_id)
        .where(CROSSWALK.c.party_id == party_id, CROSSWALK.c.scope.in_(["", *scopes]))
        .order_by(CROSSWALK.c.recorded_from, CROSSWALK.c.member_id)
    )
    with database.read() as connection:
        return list(connection.execute(query))


def relations(
    database: Database,
    party_id: int,
    scopes: Collection[str] = (),
    known_at: datetime | None = None,
    as_of: date | None = None,
) -> list[Row[Any]]:
    """What hangs together with a party (rows of relation), as far as the scopes go.

    With `as_of` none that began after that day.
    """
    table = RELATION.c
    held = _held(table.recorded_from, table.recorded_to, known_at)
    if as_of is not None:
        held &= or_(table.since_on.is_(None), table.since_on <= as_of)
    query = (
        select(RELATION)
        .where(or_(table.from_party == party_id, table.to_party == party_id), held)
        .order_by(table.kind, table.from_party, table.to_party)
    )
    allowed = set(scopes)
    with database.read() as connection:
        return [row for row in connection.execute(query) if set(row.scope.split()) <= allowed]


def _held(
    start: ColumnElement[datetime], end: ColumnElement[datetime], known_at: datetime | None
) -> ColumnElement[bool]:
    """What was current at an instant; now, if none is asked for."""
    if known_at is None:
        return end.is_(None)
    return and_(start <= known_at, or_(end.is_(None), end > known_at))


@dataclass(frozen=True, slots=True)
class Proceeding:
    """A row of one of PROCEEDINGS and the record that it stands in."""

    entity: str
    system: str
    stream: str
    record_key: str
    values: dict[str, Any]


def proceedings(
    database: Database,
    business: Business,
    known_at: datetime | None = None,
    as_of: date | None = None,
) -> list[Proceeding]:
    """What the members of a business brought of PROCEEDINGS, as it was known at an instant.

    With `as_of`, of each that still stands the newest word up to that day. What somebody else's
    application says of it (a vendor's part in a project) is not its own.
    """
    names = _own_records(business)
    found = []
    with database.read() as connection:
        for entity in PROCEEDINGS:
            rows = connection.execute(_versions(entity, names, known_at, as_of))
            for told in _counting(rows, known_at, as_of):
                system, stream, key = (told.pop(n) for n in ("system", "stream", "record_key"))
                values = {n: v for n, v in told.items() if v is not None}
                found.append(Proceeding(entity, system, stream, key, values))
    return found


def _own_records(business: Business) -> Sequence[int]:
    if not business.origins:
        return []
    frame = pl.DataFrame(
        [(o.record_id, o.source_role, o.role) for o in business.origins],
        schema={"record_id": pl.Int64, "source_role": pl.String, "role": pl.String},
        orient="row",
    )
    own = frame.filter(voice() != SECOND_HAND)
    return own["record_id"].unique().sort().to_list()


def _versions(
    entity: str, records: Sequence[int], known_at: datetime | None, as_of: date | None
) -> Select[Any]:
    """The rows of these records that were current; with `as_of` those replaced by then, too."""
    table = CLAIM_TABLES[entity]
    held = _held(table.c.recorded_from, table.c.recorded_to, known_at)
    if as_of is not None:
        held = true() if known_at is None else table.c.recorded_from <= known_at
    beside = ("record_id", "role", "ordinal", "as_of", "recorded_from", "recorded_to")
    return (
        select(
            STREAM.c.system,
            STREAM.c.stream,
            SOURCE_RECORD.c.record_key,
            *(table.c[name].label(_BESIDE + name) for name in beside),
            *(table.c[name] for name in ENTITIES[entity].columns()),
        )
        .select_from(table)
        .join(SOURCE_RECORD, SOURCE_RECORD.c.record_id == table.c.record_id)
        .join(STREAM, STREAM.c.stream_id == SOURCE_RECORD.c.stream_id)
        .where(table.c.record_id.in_(records), held)
        .order_by(
            STREAM.c.system, STREAM.c.stream, SOURCE_RECORD.c.record_key, table.c.ordinal,
            table.c.role, table.c.as_of.is_not(None), table.c.as_of, table.c.recorded_from,
        )
    )  # fmt: skip


_BESIDE = "#"


def _counting(
    rows: Iterable[Row[Any]], known_at: datetime | None, as_of: date | None
) -> Iterator[dict[str, Any]]:
    """Of the versions of each row, in their order, the one that counts; only what it says."""
    told = [dict(row._mapping) for row in rows]
    if as_of is not None:
        standing = {_place(row) for row in told if _stands(row, known_at)}
        said = {
            _place(row): row
            for row in told
            if _place(row) in standing and (row["#as_of"] is None or row["#as_of"] <= as_of)
        }
        told = list(said.values())
    for row in told:
        yield {name: value for name, value in row.items() if not name.startswith(_BESIDE)}


def _place(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["#record_id"], row["#role"], row["#ordinal"]


def _stands(row: Mapping[str, Any], known_at: datetime | None) -> bool:
    return row["#recorded_to"] is None or (known_at is not None and row["#recorded_to"] > known_at)
