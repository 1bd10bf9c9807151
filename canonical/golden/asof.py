"""What was true of a business on a day, and what was believed of it on a day: computed on the fly.

From crosswalk and claims, which keep every version. `known_at` asks what the hub knew then: the
members and the versions of claims that were current at that instant. `as_of` asks what was so on
that day: of each member that still stands, the newest word that is not newer than the day, also
where a later word has replaced it since. Scopes let the members of confidential streams take part;
without them nothing of these shows.
"""

# ruff: noqa: S608 - only names of our own tables and columns are put into statements

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl
from polars._typing import PolarsDataType
from sqlalchemy import Connection, select

from canonical.golden import agreement, lists, one
from canonical.golden import echoes as echoing
from canonical.golden.echoes import Echo
from canonical.golden.opening import Opening, heard
from canonical.golden.order import compared
from canonical.golden.permission import Streams, open_records, streams, usable_records
from canonical.golden.ranking import OF_ITSELF
from canonical.golden.reading import MEMBER, Reader
from canonical.golden.survivorship import Survival, survive
from canonical.golden.units import COLUMNS, UNITS
from canonical.matching.parties import led_to, merged_into
from canonical.model import ENTITIES
from canonical.model.business import (
    Business,
    Conflict,
    Item,
    Origin,
    Said,
    Unit,
)
from canonical.receipts import reading as receipts
from canonical.receipts.repeating import confirmed, repeating, rows_repeated
from canonical.store.bulk import Bulk
from canonical.store.claim_tables import CLAIM_TABLES
from canonical.store.database import Database
from canonical.store.frames import TYPES
from canonical.store.tables import SOURCE_RECORD, STREAM

_INSTANT = pl.Datetime("us", "UTC")
_VERSION: dict[str, PolarsDataType] = {
    "batch_no": pl.Int32(), "recorded_from": _INSTANT, "recorded_to": _INSTANT,
}  # fmt: skip


_UNITS = {unit.name: unit for unit in UNITS}


def business(
    database: Database,
    party_id: int,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
    scopes: Collection[str] = (),
    purpose: str | None = None,
    opening: Opening | None = None,
) -> Business | None:
    """The business behind an id; None when nothing is known of it, or nothing that may be told.

    With a `purpose` only what may be used for it takes part (`canonical.golden.permission`), and
    `beside` and `holders` are told. With an `opening` only what is open takes part.
    An id that was merged into another one answers with that one's record: at `known_at` with that
    of the party it led to then, also where the merger was taken back since.
    """
    with database.read() as connection:
        if purpose is not None and as_of is None and known_at is None:
            return _row_by_row(connection, database.bulk, party_id, purpose, opening)
        inner = Reader.of(connection, database.bulk)
        reader = _Versions(inner, as_of, known_at, scopes, purpose, opening)
        found = reader.members(party_id)
        current = party_id
        then = None if known_at is None else led_to(connection, party_id, known_at, scopes)
        if found.is_empty() and then is not None:
            current, found = then, reader.members(then)
        while found.is_empty() and (into := merged_into(connection, current, scopes)) is not None:
            current, found = into, reader.members(into)
        if found.is_empty():
            return None
        return _told(reader, found, current, party_id)


def _row_by_row(
    connection: Connection,
    bulk: Bulk,
    party_id: int,
    purpose: str,
    opening: Opening | None,
) -> Business | None:
    """The business as it is now, quickly."""
    current: int | None = party_id
    while current is not None:
        told = one.told(connection, bulk, current, party_id, purpose, opening)
        if told is not None:
            return told
        current = merged_into(connection, current)
    return None


@dataclass(frozen=True, slots=True)
class _Versions:
    """Reads members and claims as they were."""

    reader: Reader
    as_of: date | None
    known_at: datetime | None
    scopes: Collection[str]
    purpose: str | None
    opening: Opening | None

    @property
    def streams(self) -> Streams:
        """The streams that take part."""
        return streams(self.reader.connection, self.purpose, self.opening)

    def members(self, party_id: int) -> pl.DataFrame:
        """The members of a party, with the version of their claim that counts, as `survive`
        takes them; also scope, batch_no and recorded_from."""
        names = _types("party")
        schema = MEMBER | {"scope": pl.String(), "linked_from": _INSTANT, "linked_to": _INSTANT}
        columns = ", ".join(f'c."{name}"' for name in names)
        found = self.reader.by_key(
            "SELECT x.party_id, x.member_id, x.record_id, x.role, x.ordinal, c.as_of, x.scope,"
            " x.recorded_from AS linked_from, x.recorded_to AS linked_to,"
            f" c.batch_no, c.recorded_from, c.recorded_to, {columns}"
            " FROM crosswalk x JOIN claim_party c ON c.record_id = x.record_id"
            " AND c.role = x.role AND c.ordinal = x.ordinal"
            f" WHERE {self.reader.bulk.member('x.party_id', 'bigint')}",
            [party_id],
            schema | _VERSION | names,
        )
        linked = found.filter(
            self._at("linked_from", "linked_to"), pl.col("scope").is_in(["", *self.scopes])
        )
        return self.reader.ranked(self._usable(self._counting(linked))).filter(
            pl.col("source_role").is_not_null()
        )

    def _usable(self, members: pl.DataFrame) -> pl.DataFrame:
        """Of members those that are open and may be used for the purpose."""
        if self.purpose is None and self.opening is None:
            return members
        if self.purpose is None:
            return members.filter(pl.col("record_id").is_in(list(self._open(members))))
        records = usable_records(
            self.reader.connection,
            self.streams,
            members.select("record_id", "role").iter_rows(),
            self.opening,
        )
        return members.filter(
            pl.col("record_id").is_in(list(records)), pl.col("role").is_in(list(OF_ITSELF))
        )

    def _open(self, members: pl.DataFrame) -> frozenset[int]:
        records = members["record_id"].unique().to_list()
        if self.opening is None:
            return frozenset(records)
        return open_records(self.reader.connection, self.streams, self.opening, records)

    def _at(self, start: str, end: str) -> pl.Expr:
        """What was current at the instant asked for; now, if none is."""
        if self.known_at is None:
            return pl.col(end).is_null()
        moment = pl.lit(self.known_at, dtype=_INSTANT)
        return (pl.col(start) <= moment) & (pl.col(end).is_null() | (pl.col(end) > moment))

    def _counting(self, versions: pl.DataFrame) -> pl.DataFrame:
        """Of each member's claim, if it stands, the version that counts."""
        standing = self._at("recorded_from", "recorded_to")
        if self.as_of is None:
            return versions.filter(standing)
        known = versions.filter(standing.any().over("member_id"))
        if self.known_at is not None:
            known = known.filter(pl.col("recorded_from") <= pl.lit(self.known_at, dtype=_INSTANT))
        said = known.filter((pl.col("as_of") <= self.as_of) | pl.col("as_of").is_null())
        return said.sort("as_of", "recorded_from", "batch_no", nulls_last=False).unique(
            "member_id", keep="last", maintain_order=True
        )

    def children(self, entity: str, members: pl.DataFrame) -> pl.DataFrame:
        """The rows of a list that were current when the members' versions last were, whole."""
        names = _types(entity)
        parents = members.filter(pl.col("ordinal") == 0).select(
            "party_id", "member_id", "source_role", "record_id", "role", "precedence",
            ended=pl.when(~self._at("recorded_from", "recorded_to")).then("recorded_to"),
        )  # fmt: skip
        schema: dict[str, PolarsDataType] = {
            "record_id": pl.Int64(), "role": pl.String(), "ordinal": pl.Int32(),
            "as_of": pl.Date(), **_VERSION, **names,
        }  # fmt: skip
        columns = ", ".join(f'"{name}"' for name in schema)
        rows = self.reader.by_key(
            f"SELECT {columns} FROM claim_{entity}"
            f" WHERE {self.reader.bulk.member('record_id', 'bigint')}",
            parents["record_id"].unique().to_list(),
            schema,
        )
        start, end = pl.col("recorded_from"), pl.col("recorded_to")
        before = (start < pl.col("ended")) & (end.is_null() | (end >= pl.col("ended")))
        return parents.join(rows, on=["record_id", "role"], how="inner").filter(
            pl.when(pl.col("ended").is_null())
            .then(self._at("recorded_from", "recorded_to"))
            .otherwise(before)
        )


def _told(reader: _Versions, members: pl.DataFrame, party_id: int, asked: int) -> Business:
    origins = _origins(reader.reader.connection, members)
    children = {entity: reader.children(entity, members) for entity in lists.LISTS}
    echoes = _echoes(reader, members, children)
    survival = survive(members, echoing.frame(echoes))
    return Business(
        party_id=party_id,
        asked=asked,
        values=_stated(survival.values.drop("party_id").row(0, named=True)),
        units=_units(members, survival, origins, echoes),
        conflicts=tuple(
            Conflict(row["field"], row["kind"], tuple(row["members"]))
            for row in survival.conflicts.iter_rows(named=True)
        ),
        items=_items(children, origins, echoes),
        origins=tuple(origins.values()),
        beside=_beside(reader, members, origins, echoes) if reader.purpose else (),
        holders=reader.streams.holders if reader.purpose else (),
    )


def _echoes(
    reader: _Versions, members: pl.DataFrame, children: Mapping[str, pl.DataFrame]
) -> tuple[Echo, ...]:
    """What of these claims only repeats what the hub had filled in."""
    inner = reader.reader
    found = receipts.returned(inner.connection, inner.bulk, members, children, reader.known_at)
    echoes = (echo for party in found.values() for echo in party.echoes)
    return heard(echoes, reader.opening, members["member_id"].to_list())


def _stated(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _origins(connection: Connection, members: pl.DataFrame) -> dict[int, Origin]:
    query = (
        select(SOURCE_RECORD.c.record_id, SOURCE_RECORD.c.record_key, STREAM)
        .join(STREAM, STREAM.c.stream_id == SOURCE_RECORD.c.stream_id)
        .where(SOURCE_RECORD.c.record_id.in_(members["record_id"].unique().to_list()))
    )
    records = {row.record_id: row for row in connection.execute(query)}
    return {
        row["member_id"]: Origin(
            member_id=row["member_id"],
            record_id=row["record_id"],
            system=record.system,
            stream=record.stream,
            record_key=record.record_key,
            role=row["role"],
            source_role=row["source_role"],
            as_of=row["as_of"],
            recorded_from=row["recorded_from"],
            scope=row["scope"],
        )
        for row in members.sort("member_id").iter_rows(named=True)
        for record in [records[row["record_id"]]]
    }


def _units(
    members: pl.DataFrame,
    survival: Survival,
    origins: Mapping[int, Origin],
    echoes: Sequence[Echo],
) -> tuple[Unit, ...]:
    """What every member says, the winner first, then the newest."""
    rows = compared(
        members.sort("as_of", "member_id", descending=[True, False], nulls_last=True)
    ).with_row_index("#row")
    places = dict(rows.select("member_id", "#row").iter_rows())
    winners = dict(survival.winners.select("unit", "member_id").iter_rows())
    repeated = {(echo.unit, echo.member_id): echo for echo in echoes}
    found = []
    for name, columns in COLUMNS.items():
        stated = rows.filter(pl.any_horizontal(pl.col(column).is_not_null() for column in columns))
        if stated.is_empty():
            continue
        holder = winners.get(name)
        agreeing = _agreeing(name, rows, stated["#row"], places.get(holder))
        said = [
            Said(
                repeating(origins[row["member_id"]], repeated.get((name, row["member_id"]))),
                _stated({column: row[column] for column in columns}),
                holds=row["member_id"] == holder,
                agrees=agrees,
                repeats=(name, row["member_id"]) in repeated,
                confirmed=confirmed(name, row["member_id"], origins, echoes),
            )
            for row, agrees in zip(stated.iter_rows(named=True), agreeing, strict=True)
        ]
        found.append(Unit(name, tuple(sorted(said, key=lambda one: (not one.holds, one.repeats)))))
    return tuple(found)


def _agreeing(name: str, rows: pl.DataFrame, stated: pl.Series, holder: int | None) -> list[bool]:
    """Whether each of the rows that state a unit or companion agrees with the one that holds."""
    if holder is None:
        return [False] * stated.len()
    unit = _UNITS.get(name)
    if unit is None:
        column = rows[COLUMNS[name][0]]
        return column.gather(stated).eq_missing(column.gather([holder])).to_list()
    others = pl.Series([holder], dtype=pl.UInt32).new_from_index(0, stated.len())
    return agreement.agree(unit, rows, stated, others).to_list()


def _items(
    children: Mapping[str, pl.DataFrame], origins: Mapping[int, Origin], echoes: Sequence[Echo]
) -> tuple[Item, ...]:
    repeated = rows_repeated(echoes)
    found = []
    for entity, rows in children.items():
        chosen = lists.survive(entity, rows, echoing.frame(echoes))
        whole = chosen.filter(pl.col("ordinal") == lists.WHOLE).drop("ordinal")
        single = chosen.filter(pl.col("ordinal") != lists.WHOLE)
        held = pl.concat(
            [
                rows.join(whole.select("item", "record_id", "role"), on=["record_id", "role"]),
                rows.join(
                    single.select("item", "record_id", "role", "ordinal"),
                    on=["record_id", "role", "ordinal"],
                ),
            ],
            how="diagonal",
        )
        names = _types(entity)
        found += [
            Item(
                entity,
                row["item"],
                repeating(origins[row["member_id"]], repeated(entity, row)),
                _stated({name: row[name] for name in names}),
            )
            for row in held.sort("item", "ordinal").iter_rows(named=True)
        ]
    return tuple(found)


def _beside(
    reader: _Versions,
    members: pl.DataFrame,
    origins: Mapping[int, Origin],
    echoes: Sequence[Echo],
) -> tuple[Item, ...]:
    """The current rows of BESIDE of the members' records, in whatever role they stand."""
    whose = dict(members.sort("member_id").select("record_id", "member_id").iter_rows())
    repeated = rows_repeated(echoes)
    rows = [
        (entity, row)
        for entity in one.BESIDE
        for row in reader.reader.connection.execute(
            select(CLAIM_TABLES[entity])
            .where(
                CLAIM_TABLES[entity].c.record_id.in_(list(whose)),
                CLAIM_TABLES[entity].c.recorded_to.is_(None),
            )
            .order_by("record_id", "role", "ordinal")
        ).mappings()
    ]
    return tuple(
        Item(
            entity,
            "",
            repeating(
                origins[whose[row["record_id"]]],
                repeated(entity, {**row, "member_id": whose[row["record_id"]]}),
            ),
            _stated({name: row[name] for name in ENTITIES[entity].columns()}),
        )
        for entity, row in rows
    )


def _types(entity: str) -> dict[str, PolarsDataType]:
    return {name: TYPES[kind] for name, kind in ENTITIES[entity].columns().items()}
