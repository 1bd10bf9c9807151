"""The claims that matching reads, as members with features and identifiers."""

# ruff: noqa: S608 - only names of our own tables and columns are put into statements

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl
from polars._typing import PolarsDataType

from canonical.matching.features import CLAIM_COLUMNS, FEATURE_SCHEMA, features
from canonical.matching.identity import (
    CORPORATE_NUMBER,
    ENTITIES_READ,
    IDENTIFIER_SCHEMA,
    SOLE_PROPRIETOR_NUMBER,
    identifiers,
    with_member_ids,
)
from canonical.store.claim_tables import CLAIM_TABLES
from canonical.store.frames import TYPES

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from canonical.store.bulk import Bulk

PLACE_OF_CLAIM = {"record_id": pl.Int64, "role": pl.String, "ordinal": pl.Int32}
MEMBER_SCHEMA: dict[str, PolarsDataType] = {
    "member_id": pl.Int64,
    **PLACE_OF_CLAIM,
    "scope": pl.String,
    **{name: kind for name, kind in FEATURE_SCHEMA.items() if name != "member_id"},
}
"""A row of `match_member`: where the claim is, who may know of it, and its features."""

_NUMBERS = (CORPORATE_NUMBER, SOLE_PROPRIETOR_NUMBER)
_ORIGIN = {
    "system": pl.String,
    "stream": pl.String,
    "record_key": pl.String,
    "scope": pl.String,
    "source_role": pl.String,
}


@dataclass(frozen=True, slots=True)
class Records:
    """Which records' claims are read: these, or all numbers of a range."""

    where: str
    bound: Mapping[str, object]

    @classmethod
    def listed(cls, bulk: Bulk, record_ids: Sequence[int]) -> Records:
        """These records."""
        return cls(bulk.member("{}record_id", "bigint"), {"keys": bulk.pack(record_ids)})

    @classmethod
    def between(cls, first: int, last: int) -> Records:
        """The records from `first` to `last`, both included."""
        return cls("{}record_id BETWEEN :first AND :last", {"first": first, "last": last})

    def condition(self, prefix: str = "") -> str:
        """The condition on `record_id`, with the name of a table before it."""
        return self.where.replace("{}", prefix)


@dataclass(frozen=True, slots=True)
class Members:
    """Members as their claims now make them: `MEMBER_SCHEMA`, and `IDENTIFIER_SCHEMA`."""

    rows: pl.DataFrame
    identifiers: pl.DataFrame

    @classmethod
    def none(cls) -> Members:
        """No member at all."""
        return cls(pl.DataFrame(schema=MEMBER_SCHEMA), pl.DataFrame(schema=IDENTIFIER_SCHEMA))

    @classmethod
    def together(cls, parts: Sequence[Members]) -> Members:
        """The members of several parts, which share none."""
        if not parts:
            return cls.none()
        return cls(
            pl.concat([part.rows for part in parts]).sort("member_id"),
            pl.concat([part.identifiers for part in parts]).sort("kind", "value", "member_id"),
        )


def read_members(connection: Connection, bulk: Bulk, records: Records) -> Members:
    """The members that the current claims of some records make, of streams that are described."""
    parties = _parties(connection, bulk, records)
    if parties.is_empty():
        return Members.none()
    parties = with_member_ids(parties)
    names = _claims(connection, bulk, "trade_name", ("name",), records)
    owned = parties.select("record_id", "role", "member_id").join(names, on=["record_id", "role"])
    made = features(parties, owned.select("member_id", "name"))
    others = {
        entity: _claims(connection, bulk, entity, columns, records)
        for entity, columns in ENTITIES_READ.items()
    }
    rows = parties.select("member_id", *PLACE_OF_CLAIM, "scope").join(made, on="member_id")
    return Members(
        rows.select(MEMBER_SCHEMA.keys()).cast(MEMBER_SCHEMA).sort("member_id"),  # type: ignore[arg-type]
        identifiers(
            parties.join(made.select("member_id", "name_core"), on="member_id"),
            {name: frame for name, frame in others.items() if frame.height},
        ),
    )


def _parties(connection: Connection, bulk: Bulk, records: Records) -> pl.DataFrame:
    columns = _types("party", (*CLAIM_COLUMNS, *_NUMBERS))
    stated = ", ".join(f'p."{name}"' for name in (*PLACE_OF_CLAIM, *columns))
    statement = (
        f"SELECT {stated}, s.system, s.stream, r.record_key, s.scope, s.source_role"
        " FROM claim_party p"
        " JOIN source_record r ON r.record_id = p.record_id"
        " JOIN stream s ON s.stream_id = r.stream_id"
        f" WHERE p.recorded_to IS NULL AND s.scope IS NOT NULL AND {records.condition('p.')}"
    )
    schema = {**PLACE_OF_CLAIM, **columns, **_ORIGIN}
    return bulk.select(connection, statement, records.bound, schema)


def _claims(
    connection: Connection, bulk: Bulk, entity: str, columns: Sequence[str], records: Records
) -> pl.DataFrame:
    schema = {"record_id": pl.Int64(), "role": pl.String(), **_types(entity, columns)}
    stated = ", ".join(f'"{name}"' for name in schema)
    statement = (
        f"SELECT {stated} FROM {CLAIM_TABLES[entity].name}"
        f" WHERE recorded_to IS NULL AND {records.condition()}"
    )
    return bulk.select(connection, statement, records.bound, schema)


def _types(entity: str, columns: Sequence[str]) -> dict[str, PolarsDataType]:
    from canonical.model import CLAIM_COLUMNS as EVERY
    from canonical.model import ENTITIES

    known = EVERY | ENTITIES[entity].columns()
    return {name: TYPES[known[name]] for name in columns}
