"""A business as it is now, for a purpose, read and weighed row by row.

What `canonical.golden.asof.business` tells of a party as it is now. Filling in a form has to be
quick: a few short reads by key, and no frame but that of receipts, where there are any.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    CompoundSelect,
    Connection,
    Select,
    bindparam,
    cast,
    literal_column,
    select,
    union_all,
)

from canonical.golden import alone
from canonical.golden.echoes import Echo
from canonical.golden.lists import LISTS
from canonical.golden.opening import Opening, heard
from canonical.golden.permission import Streams, streams, usable_records
from canonical.golden.ranking import OF_ITSELF
from canonical.golden.units import COLUMNS, UNITS
from canonical.model import ENTITIES
from canonical.model.business import Business, Item, Origin, Said, Unit
from canonical.receipts import answers
from canonical.receipts import reading as receipts
from canonical.receipts.repeating import confirmed, repeating, rows_repeated
from canonical.store.bulk import Bulk
from canonical.store.claim_tables import CLAIM_TABLES
from canonical.store.party_tables import CROSSWALK, PARTY
from canonical.store.receipt_tables import RECEIPT
from canonical.store.tables import RECORD_BITS, SOURCE_RECORD

BESIDE = ("account", "attachment", "financial_statement", "past_grant", "registration_event")
"""What is told beside golden values where a form is filled in."""

Row = Mapping[str, Any]

_UNITS = {unit.name: unit for unit in UNITS}
_TIED = {"base_registry": "registration_event", "identity_provider": "account"}
"""Source role → the entity whose rows say which of several claims of one day goes first."""


def told(  # noqa: PLR0917 - as `asof.business`, which calls it alone
    connection: Connection,
    bulk: Bulk,
    party_id: int,
    asked: int,
    purpose: str,
    opening: Opening | None = None,
) -> Business | None:
    """The business as it is now; None when nothing may be told of it for the purpose."""
    known = streams(connection, purpose, opening)
    members = _members(connection, party_id, known, opening)
    if not members:
        return None
    records = sorted({row["record_id"] for row in members})
    claims = _claims(connection, records)
    beside = {entity: claims.get(entity, []) for entity in BESIDE}
    members = [
        {**row, "precedence": place}
        for row, place in zip(members, _precedence(members, beside), strict=True)
    ]
    origins = _origins(members, known)
    children = _children(members, claims)
    found = _echoes(connection, bulk, party_id, {"party": members, **children})
    echoes = heard(found, opening, origins)
    survived = alone.survive(members, echoes)
    return Business(
        party_id=party_id,
        asked=asked,
        values={
            column: value
            for name, place in survived.picked.items()
            for column in COLUMNS[name]
            if (value := survived.rows[place][column]) is not None
        },
        units=_units(survived, origins, echoes),
        conflicts=survived.conflicts,
        items=_items(children, origins, echoes),
        origins=tuple(origins.values()),
        beside=_beside(beside, members, origins, echoes),
        holders=known.holders,
    )


def _echoes(
    connection: Connection, bulk: Bulk, party_id: int, rows: Mapping[str, Sequence[Row]]
) -> tuple[Echo, ...]:
    """What of these claims only repeats what the hub had filled in."""
    if not filled_in(connection, party_id):
        return ()
    given = receipts.expected(connection, bulk, [party_id]).get(party_id, [])
    return answers.find(party_id, given, rows).echoes


def filled_in(connection: Connection, party_id: int) -> bool:
    """Whether a form was ever filled in for a party, or for one that was merged into it."""
    known, newest = {party_id}, [party_id]
    while newest:
        found = connection.execute(_filled_query(), {"parties": newest}).all()
        if any(merged is None for (merged,) in found):
            return True
        newest = [merged for (merged,) in found if merged not in known]
        known |= set(newest)
    return False


@cache
def _filled_query() -> CompoundSelect[Any]:
    """A null if some parties have a receipt, and who was merged into them."""
    parties: BindParameter[Any] = bindparam("parties", expanding=True)
    filled = select(RECEIPT.c.receipt_id).where(RECEIPT.c.party_id.in_(parties)).exists()
    merged = select(PARTY.c.party_id).where(PARTY.c.merged_into.in_(parties))
    return union_all(merged, select(cast(None, BigInteger)).where(filled))


def _members(
    connection: Connection, party_id: int, known: Streams, opening: Opening | None
) -> list[dict[str, Any]]:
    rows = connection.execute(_party_query(), {"party": party_id}).mappings()
    found = [
        {**row, "source_role": role}
        for row in rows
        if (role := known.roles.get(row["record_id"] >> RECORD_BITS)) and row["role"] in OF_ITSELF
    ]
    records = ((row["record_id"], row["role"]) for row in found)
    usable = usable_records(connection, known, records, opening)
    return [row for row in found if row["record_id"] in usable]


@cache
def _party_query() -> Select[Any]:
    member, claim = CROSSWALK.c, CLAIM_TABLES["party"].c
    return (
        select(
            member.member_id, member.record_id, member.role, member.ordinal, member.scope,
            claim.as_of, claim.recorded_from, SOURCE_RECORD.c.record_key,
            *(claim[name] for name in ENTITIES["party"].columns()),
        )
        .join(
            CLAIM_TABLES["party"],
            (claim.record_id == member.record_id)
            & (claim.role == member.role)
            & (claim.ordinal == member.ordinal),
        )
        .join(SOURCE_RECORD, SOURCE_RECORD.c.record_id == member.record_id)
        .where(
            member.party_id == bindparam("party"),
            member.recorded_to.is_(None),
            member.scope == "",
            claim.recorded_to.is_(None),
        )
    )  # fmt: skip


@cache
def _claim_query(entity: str) -> Select[Any]:
    table = CLAIM_TABLES[entity].c
    return (
        select(
            table.record_id, table.role, table.ordinal, table.as_of,
            *(table[name] for name in ENTITIES[entity].columns()),
        )
        .where(
            table.record_id.in_(bindparam("records", expanding=True)),
            table.recorded_to.is_(None),
        )
        .order_by(table.record_id, table.role, table.ordinal)
    )  # fmt: skip


def _claims(connection: Connection, records: Sequence[int]) -> dict[str, list[Row]]:
    """The current rows of some records that are told beside their party, by entity."""
    held = connection.scalars(_holding_query(), {"records": records}).all()
    return {
        entity: [
            dict(row)
            for row in connection.execute(_claim_query(entity), {"records": records}).mappings()
        ]
        for entity in held
    }


@cache
def _holding_query() -> CompoundSelect[Any]:
    """Which entities have a current row of some records: one read instead of one each."""
    return union_all(
        *(
            select(literal_column(f"'{entity}'")).where(
                select(table.c.record_id)
                .where(
                    table.c.record_id.in_(bindparam("records", expanding=True)),
                    table.c.recorded_to.is_(None),
                )
                .exists()
            )
            for entity in dict.fromkeys([*LISTS, *BESIDE])
            for table in [CLAIM_TABLES[entity]]
        )
    )


def _precedence(members: Sequence[Row], beside: Mapping[str, Sequence[Row]]) -> list[int]:
    """Among claims of one role and day: see `canonical.golden.reading.Reader.ranked`."""
    tied: dict[tuple[Any, Any], list[int]] = {}
    for place, row in enumerate(members):
        tied.setdefault((row["source_role"], row["as_of"]), []).append(place)
    found = [0] * len(members)
    for (role, _), places in tied.items():
        if role not in _TIED or len(places) < 2:
            continue
        rows = beside[_TIED[role]]
        scores = [_score(role, rows, members[place]["record_id"]) for place in places]
        order = sorted({score for score in scores if score is not None})
        for place, score in zip(places, scores, strict=True):
            found[place] = 0 if score is None else min(order.index(score), 15)
    return found


def _score(role: str, rows: Sequence[Row], record: int) -> int | None:
    scores = [
        _of_account(row) if role == "identity_provider" else _of_registration(row)
        for row in rows
        if row["record_id"] == record
    ]
    return max(scores, default=None)


def _of_registration(row: Row) -> int:
    day = row["registered_on"]
    days = day.toordinal() - _EPOCH if day is not None else 0
    return int(days * 4 + (row["latest"] is not False) * 2 + (row["correction"] is True))


def _of_account(row: Row) -> int:
    return int((row["valid"] is not False) * 2 + (row["account_type"] == "prime"))


_EPOCH = 719_163
"""The ordinal of 1970-01-01, from which a frame counts days."""


def _origins(members: Sequence[Row], known: Streams) -> dict[int, Origin]:
    return {
        row["member_id"]: Origin(
            member_id=row["member_id"],
            record_id=row["record_id"],
            system=system,
            stream=stream,
            record_key=row["record_key"],
            role=row["role"],
            source_role=row["source_role"],
            as_of=row["as_of"],
            recorded_from=row["recorded_from"],
            scope=row["scope"],
        )
        for row in sorted(members, key=lambda row: int(row["member_id"]))
        for system, stream in [known.names[row["record_id"] >> RECORD_BITS]]
    }


def _units(
    survived: alone.Survived, origins: Mapping[int, Origin], echoes: Sequence[Echo]
) -> tuple[Unit, ...]:
    """What every member says, the winner first, then the newest."""
    repeated = {(echo.unit, echo.member_id): echo for echo in echoes}
    places = sorted(range(len(survived.rows)), key=lambda place: _newest(survived.rows[place]))
    found = []
    for name, columns in COLUMNS.items():
        holder = survived.picked.get(name)
        said = []
        for place in places:
            row = survived.rows[place]
            values = {column: row[column] for column in columns if row[column] is not None}
            if values:
                agrees = holder is not None and _agrees(name, row, survived.rows[holder])
                member = row["member_id"]
                echo = repeated.get((name, member))
                said.append(
                    Said(
                        repeating(origins[member], echo),
                        values,
                        holds=place == holder,
                        agrees=agrees,
                        repeats=echo is not None,
                        confirmed=confirmed(name, member, origins, echoes) if echoes else (),
                    )
                )
        if said:
            said.sort(key=lambda one: (not one.holds, one.repeats))
            found.append(Unit(name, tuple(said)))
    return tuple(found)


def _newest(row: Row) -> tuple[int, int]:
    day = row["as_of"]
    return (0 if day is None else -day.toordinal(), row["member_id"])


def _agrees(name: str, row: Row, holder: Row) -> bool:
    unit = _UNITS.get(name)
    if unit is None:
        return bool(row[COLUMNS[name][0]] == holder[COLUMNS[name][0]])
    return alone.agree(unit, row, holder)


def _children(members: Sequence[Row], claims: Mapping[str, Sequence[Row]]) -> dict[str, list[Row]]:
    """The rows of each list that these members brought."""
    parents = {(row["record_id"], row["role"]): row for row in members if row["ordinal"] == 0}
    return {
        entity: [
            {
                **claim,
                **{name: parent[name] for name in ("member_id", "source_role", "precedence")},
            }
            for claim in claims.get(entity, ())
            if (parent := parents.get((claim["record_id"], claim["role"]))) is not None
        ]
        for entity in LISTS
    }


def _items(
    children: Mapping[str, Sequence[Row]], origins: Mapping[int, Origin], echoes: Sequence[Echo]
) -> tuple[Item, ...]:
    repeated = rows_repeated(echoes)
    return tuple(
        Item(
            entity,
            item,
            repeating(origins[row["member_id"]], repeated(entity, row)),
            _stated(entity, row),
        )
        for entity, rows in children.items()
        for item, row in alone.items(entity, rows, echoes)
    )


def _beside(
    beside: Mapping[str, Sequence[Row]],
    members: Collection[Row],
    origins: Mapping[int, Origin],
    echoes: Sequence[Echo],
) -> tuple[Item, ...]:
    """The rows of BESIDE of the members' records, in whatever role they stand."""
    ordered = sorted(members, key=lambda row: int(row["member_id"]))
    whose = {row["record_id"]: row["member_id"] for row in ordered}
    repeated = rows_repeated(echoes)
    return tuple(
        Item(
            entity,
            "",
            repeating(
                origins[whose[row["record_id"]]],
                repeated(entity, {**row, "member_id": whose[row["record_id"]]}),
            ),
            _stated(entity, row),
        )
        for entity, rows in beside.items()
        for row in rows
    )


def _stated(entity: str, row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ENTITIES[entity].columns() if row[name] is not None}
