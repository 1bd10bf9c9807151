"""What golden records are made of: members with their claims, as the store holds them."""

# ruff: noqa: S608 - only names of our own tables and columns are put into statements

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl
from polars._typing import PolarsDataType
from sqlalchemy import Connection, select

from canonical.model import ENTITIES
from canonical.store.bulk import Bulk
from canonical.store.claim_tables import CLAIM_TABLES
from canonical.store.frames import TYPES
from canonical.store.tables import RECORD_BITS, STREAM

MEMBER: dict[str, PolarsDataType] = {
    "party_id": pl.Int64(),
    "member_id": pl.Int64(),
    "record_id": pl.Int64(),
    "role": pl.String(),
    "ordinal": pl.Int32(),
    "as_of": pl.Date(),
}
CURRENT = "recorded_to IS NULL"


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads within one transaction.

    Attributes:
        stream_roles: source role by stream number, of the streams that were described.
        holding: streams that have rows of an entity, by entity; filled when first asked.
    """

    connection: Connection
    bulk: Bulk
    stream_roles: Mapping[int, str]
    holding: dict[str, frozenset[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, connection: Connection, bulk: Bulk) -> Reader:
        """A reader for this transaction."""
        rows = connection.execute(select(STREAM.c.stream_id, STREAM.c.source_role))
        return cls(connection, bulk, {stream: role for stream, role in rows if role})

    def by_key(
        self, statement: str, keys: Sequence[int], schema: Mapping[str, PolarsDataType]
    ) -> pl.DataFrame:
        """The rows of a SELECT whose condition is on `:keys`."""
        if not keys:
            return pl.DataFrame(schema=schema)
        return self.bulk.select(self.connection, statement, {"keys": self.bulk.pack(keys)}, schema)

    def claims(self, parties: Sequence[int]) -> pl.DataFrame:
        """The open members of these parties with what they claim, as `survive` takes them.

        Beside its columns: record_id, ordinal.
        """
        names = _types("party")
        schema = MEMBER | names
        columns = ", ".join(f'c."{name}"' for name in names)
        found = self.by_key(
            f"SELECT x.party_id, x.member_id, x.record_id, x.role, x.ordinal, c.as_of, {columns}"
            " FROM crosswalk x JOIN claim_party c ON c.record_id = x.record_id"
            " AND c.role = x.role AND c.ordinal = x.ordinal"
            f" WHERE {self.bulk.member('x.party_id', 'bigint')} AND x.{CURRENT}"
            f" AND x.scope = '' AND c.{CURRENT}",
            parties,
            schema,
        )
        return self.ranked(found)

    def ranked(self, members: pl.DataFrame) -> pl.DataFrame:
        """The members with source_role and precedence."""
        role = pl.col("record_id") // (1 << RECORD_BITS)
        members = members.with_columns(
            source_role=role.replace_strict(
                dict(self.stream_roles), default=None, return_dtype=pl.String
            )
        )
        return members.with_columns(self._precedence(members))

    def _precedence(self, members: pl.DataFrame) -> pl.Series:
        """Among rows of the register of one day the newest, and of accounts the prime one in force.

        Only where one party has several claims of one day is there anything to read.
        """
        tied = members.filter(pl.len().over(_TIE) > 1, pl.col("source_role").is_not_null())
        scores = pl.concat([self._scores(tied, role, *_SCORES[role]) for role in _SCORES])
        if scores.is_empty():
            return pl.Series("precedence", [0], dtype=pl.Int8).new_from_index(0, members.height)
        place = pl.col("score").rank("dense").over(_TIE) - 1
        return (
            members.select("record_id", *_TIE)
            .join(scores, on="record_id", how="left", maintain_order="left")
            .select(precedence=place.fill_null(0).clip(0, 15).cast(pl.Int8))
        )["precedence"]

    def _scores(self, tied: pl.DataFrame, role: str, entity: str, score: str) -> pl.DataFrame:
        ids = tied.filter(pl.col("source_role") == role)["record_id"].unique().to_list()
        rows = self.by_key(
            f"SELECT record_id, {score} FROM claim_{entity}"
            f" WHERE {self.bulk.member('record_id', 'bigint')} AND {CURRENT}",
            ids,
            {
                "record_id": pl.Int64(),
                "day": pl.Date(),
                "holds": pl.Boolean(),
                "first": pl.Boolean(),
            },
        )
        days = pl.col("day").cast(pl.Int32).cast(pl.Int64).fill_null(0)
        holds = pl.col("holds").fill_null(value=True).cast(pl.Int64)
        first = pl.col("first").fill_null(value=False).cast(pl.Int64)
        return rows.group_by("record_id").agg(score=(days * 4 + holds * 2 + first).max())

    def children(self, entity: str, members: pl.DataFrame) -> pl.DataFrame:
        """The rows of a list that these members brought.

        Columns: party_id, member_id, source_role, record_id, role, precedence, ordinal, as_of,
        and those of the entity. They belong to the first party of their record and role.
        """
        holding = self._holding(entity)
        stream = pl.col("record_id") // (1 << RECORD_BITS)
        parents = members.filter(
            pl.col("ordinal") == 0, stream.is_in(list(holding)), pl.col("source_role").is_not_null()
        ).select("party_id", "member_id", "source_role", "record_id", "role", "precedence")
        values = _types(entity)
        columns = "".join(f', "{name}"' for name in values)
        rows = self.by_key(
            f"SELECT record_id, role, ordinal, as_of{columns} FROM {CLAIM_TABLES[entity].name}"
            f" WHERE {self.bulk.member('record_id', 'bigint')} AND {CURRENT}",
            parents["record_id"].unique().to_list(),
            {
                "record_id": pl.Int64(),
                "role": pl.String(),
                "ordinal": pl.Int32(),
                "as_of": pl.Date(),
                **values,
            },
        )
        return parents.join(rows, on=["record_id", "role"], how="inner")

    def _holding(self, entity: str) -> frozenset[int]:
        """The streams that have rows of this entity."""
        if entity not in self.holding:
            table = CLAIM_TABLES[entity].name
            found = self.connection.exec_driver_sql(
                "SELECT s.stream_id FROM stream s WHERE EXISTS (SELECT 1 FROM"
                f" {table} c WHERE c.record_id >= CAST(s.stream_id AS bigint) << {RECORD_BITS}"
                f" AND c.record_id < CAST(s.stream_id + 1 AS bigint) << {RECORD_BITS})"
            )
            self.holding[entity] = frozenset(row[0] for row in found)
        return self.holding[entity]


_TIE = ("party_id", "source_role", "as_of")
_SCORES = {
    "base_registry": (
        "registration_event",
        'registered_on AS "day", latest AS "holds", correction AS "first"',
    ),
    "identity_provider": (
        "account",
        'CAST(NULL AS date) AS "day", valid AS "holds", account_type = \'prime\' AS "first"',
    ),
}


def _types(entity: str) -> dict[str, PolarsDataType]:
    return {name: TYPES[kind] for name, kind in ENTITIES[entity].columns().items()}
