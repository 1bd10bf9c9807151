"""Finding members and parties by what people call them, as far as their scopes go.

A member of a confidential stream is, without its scope, a member that nobody knows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, alias, or_, select

from base.errors import StoreError
from canonical.store.party_tables import CROSSWALK, MATCH_IDENTIFIER, PARTY
from canonical.store.tables import SOURCE_RECORD, STREAM

NUMBERS = ("corporate_number", "sole_proprietor_number")
"""Identifiers of 13 digits by which a business is called."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a text names: members, all of one party or one record, and the party they are in.

    `whole` is true for a party's id, which names all of its members that the scopes let see;
    `named` is that id as it was given, before any redirection.
    """

    party_id: int
    members: tuple[int, ...]
    whole: bool
    named: int | None = None

    @property
    def lead(self) -> int:
        """The member that stands for all: who founded the party that was named, else the smallest.

        Who says something of a party that was merged means those whom it had.
        """
        return self.named if self.named in self.members else min(self.members)


def resolve(connection: Connection, party_id: int, scopes: Collection[str] = ()) -> int:
    """The party that an id leads to: itself, or the one that it was merged into, to the end.

    Whether it leads anywhere is asked of the id that was named (`merged_into`): the ids between are
    nobody's to guess.
    """
    seen = {party_id}
    into = merged_into(connection, party_id, scopes)
    while into is not None and into not in seen:
        seen.add(into)
        party_id = into
        into = connection.scalar(select(PARTY.c.merged_into).where(PARTY.c.party_id == party_id))
    return party_id


def merged_into(connection: Connection, party_id: int, scopes: Collection[str] = ()) -> int | None:
    """The party that this one was merged into; None where it was not.

    The id of a confidential party leads nowhere without a scope in which it had members: ids can
    be guessed from the keys of records.
    """
    row = connection.execute(
        select(PARTY.c.merged_into, PARTY.c.confidential).where(PARTY.c.party_id == party_id)
    ).one_or_none()
    if row is None or row.merged_into is None or not row.confidential:
        return None if row is None else row.merged_into
    borne = select(CROSSWALK.c.member_id).where(
        CROSSWALK.c.party_id == party_id, CROSSWALK.c.scope.in_(list(scopes))
    )
    return row.merged_into if connection.execute(borne.limit(1)).first() else None


def led_to(
    connection: Connection, party_id: int, at: datetime, scopes: Collection[str] = ()
) -> int | None:
    """The party that an id led to at an instant at which it was none itself; None if nowhere.

    That is where its founding member was then, or else most of the members that had borne the id.
    An id that nobody had borne by then led nowhere.
    """
    allowed = ["", *scopes]
    bore, place = alias(CROSSWALK, "bore"), alias(CROSSWALK, "place")
    rows = connection.execute(
        select(place.c.party_id, place.c.member_id)
        .join(bore, bore.c.member_id == place.c.member_id)
        .where(
            bore.c.party_id == party_id,
            bore.c.recorded_from <= at,
            bore.c.scope.in_(allowed),
            place.c.recorded_from <= at,
            or_(place.c.recorded_to.is_(None), place.c.recorded_to > at),
            place.c.scope.in_(allowed),
        )
        .distinct()
        .order_by(place.c.member_id)
    ).all()
    founders = [row.party_id for row in rows if row.member_id == party_id]
    held = Counter(founders or [row.party_id for row in rows])
    into = next((party for party, _ in held.most_common(1)), None)
    return None if into == party_id else into


def find(connection: Connection, text: str, scopes: Collection[str] = ()) -> Found:
    """The members that `text` names: a party's id, a 13-digit number, or
    `SYSTEM.STREAM:KEY[/ROLE]`.

    Raises:
        StoreError: there are none, several parties bear the number, or the record speaks of
            several parties and names no role.
    """
    if ":" in text:
        return _by_record(connection, text, scopes)
    if text.isdecimal() and len(text) <= 19:
        found = _by_party(connection, int(text), scopes) or _by_number(connection, text, scopes)
        if found:
            return found
    raise StoreError(
        f"{text} is no party that is known here",
        remedy="Name a party's id, a 13-digit number or a record as SYSTEM.STREAM:KEY;"
        " `hub business find` looks for names",
    )


def of_number(connection: Connection, number: str, scopes: Collection[str] = ()) -> list[int]:
    """The parties with a member, open or of these scopes, that bears a 13-digit number."""
    bears = (
        (MATCH_IDENTIFIER.c.member_id == CROSSWALK.c.member_id)
        & MATCH_IDENTIFIER.c.kind.in_(NUMBERS)
        & (MATCH_IDENTIFIER.c.value == number)
    )
    return list(
        connection.scalars(
            select(CROSSWALK.c.party_id)
            .join(MATCH_IDENTIFIER, bears)
            .where(CROSSWALK.c.recorded_to.is_(None), CROSSWALK.c.scope.in_(["", *scopes]))
            .distinct()
            .order_by(CROSSWALK.c.party_id)
        )
    )


def _by_number(connection: Connection, text: str, scopes: Collection[str]) -> Found | None:
    ids = of_number(connection, text, scopes)
    if len(ids) > 1:
        raise StoreError(
            f"{text} is the number of several parties: {', '.join(map(str, ids))}",
            remedy="Name one of them",
        )
    return _by_party(connection, ids[0], scopes) if ids else None


def _by_party(connection: Connection, named: int, scopes: Collection[str]) -> Found | None:
    party_id = resolve(connection, named, scopes)
    members = connection.scalars(
        select(CROSSWALK.c.member_id)
        .where(
            CROSSWALK.c.party_id == party_id,
            CROSSWALK.c.recorded_to.is_(None),
            CROSSWALK.c.scope.in_(["", *scopes]),
        )
        .order_by(CROSSWALK.c.member_id)
    ).all()
    return Found(party_id, tuple(members), whole=True, named=named) if members else None


def _by_record(connection: Connection, text: str, scopes: Collection[str]) -> Found:
    stream_name, _, key = text.partition(":")
    rows = _of_record(connection, stream_name, key, scopes)
    role = None
    if not rows and "/" in key:
        key, _, role = key.rpartition("/")
        rows = [row for row in _of_record(connection, stream_name, key, scopes) if row.role == role]
    if not rows:
        raise StoreError(
            f"no party is matched that {text} speaks of",
            remedy="See `hub record list SYSTEM.STREAM`, and run `hub match run` after a sync",
        )
    if len({row.party_id for row in rows}) > 1:
        raise StoreError(
            f"{text} speaks of several parties",
            remedy=f"Add one of /{', /'.join(sorted({row.role for row in rows}))}",
        )
    members = tuple(sorted(row.member_id for row in rows))
    return Found(rows[0].party_id, members, whole=False)


def _of_record(
    connection: Connection, stream_name: str, key: str, scopes: Collection[str]
) -> list[Row[Any]]:
    system, _, stream = stream_name.partition(".")
    return list(
        connection.execute(
            select(CROSSWALK.c.member_id, CROSSWALK.c.party_id, CROSSWALK.c.role)
            .join(SOURCE_RECORD, SOURCE_RECORD.c.record_id == CROSSWALK.c.record_id)
            .join(STREAM, STREAM.c.stream_id == SOURCE_RECORD.c.stream_id)
            .where(
                STREAM.c.system == system,
                STREAM.c.stream == stream,
                SOURCE_RECORD.c.record_key == key,
                CROSSWALK.c.recorded_to.is_(None),
                CROSSWALK.c.scope.in_(["", *scopes]),
            )
        )
    )


def party_of(connection: Connection, member: int) -> int | None:
    """The party that a member is in now; None when its record is gone."""
    return connection.scalar(
        select(CROSSWALK.c.party_id).where(
            CROSSWALK.c.member_id == member, CROSSWALK.c.recorded_to.is_(None)
        )
    )


def together(found: Sequence[Found]) -> Found:
    """What several names of one party name.

    Raises:
        StoreError: they are of different parties.
    """
    if len({each.party_id for each in found}) > 1:
        raise StoreError(
            "these records are of different parties", remedy="Name records of one party at a time"
        )
    members = sorted({member for each in found for member in each.members})
    return Found(found[0].party_id, tuple(members), whole=False)


def names(connection: Connection, members: Collection[int]) -> dict[int, str]:
    """What members are called: `SYSTEM.STREAM:KEY/ROLE`, by id; for members in the crosswalk."""
    found: dict[int, str] = {}
    wanted = sorted(members)
    for start in range(0, len(wanted), 500):
        rows = connection.execute(
            select(
                CROSSWALK.c.member_id,
                CROSSWALK.c.role,
                STREAM.c.system,
                STREAM.c.stream,
                SOURCE_RECORD.c.record_key,
            )
            .join(SOURCE_RECORD, SOURCE_RECORD.c.record_id == CROSSWALK.c.record_id)
            .join(STREAM, STREAM.c.stream_id == SOURCE_RECORD.c.stream_id)
            .where(
                CROSSWALK.c.member_id.in_(wanted[start : start + 500]),
                CROSSWALK.c.recorded_to.is_(None),
            )
        )
        for row in rows:
            found[row.member_id] = f"{row.system}.{row.stream}:{row.record_key}/{row.role}"
    return found
