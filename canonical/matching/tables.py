"""Reading and writing the tables of matching, many rows at once."""

# ruff: noqa: S608 - only names of our own tables and columns are put into statements

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl
from polars._typing import PolarsDataType
from sqlalchemy import Table, text

from canonical.matching.identity import IDENTIFIER_SCHEMA
from canonical.matching.party_ids import MOMENT, PARTY_SCHEMA
from canonical.matching.sources import MEMBER_SCHEMA, PLACE_OF_CLAIM
from canonical.store.party_tables import (
    CROSSWALK,
    GOLDEN_PENDING,
    MATCH_EDGE,
    MATCH_IDENTIFIER,
    MATCH_KEY,
    MATCH_MEMBER,
    PARTY,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from canonical.store.bulk import Bulk

KEY_SCHEMA = {"key": pl.Int64, "member_id": pl.Int64}
EDGE_SCHEMA = {
    "low": pl.Int64,
    "high": pl.Int64,
    "probability": pl.Float64,
    "outcome": pl.String,
}
DECISION_SCHEMA = {
    "decision_no": pl.Int32,
    "low": pl.Int64,
    "high": pl.Int64,
    "verdict": pl.String,
    "leaves": pl.Int64,
}
CROSSWALK_SCHEMA: Mapping[str, PolarsDataType] = {
    "member_id": pl.Int64,
    "recorded_from": MOMENT,
    "party_id": pl.Int64,
    **PLACE_OF_CLAIM,
    "basis": pl.String,
    "probability": pl.Float64,
    "model_no": pl.Int32,
    "scope": pl.String,
}
KNOWN_SCHEMA: dict[str, PolarsDataType] = {
    name: MEMBER_SCHEMA[name] for name in ("member_id", *PLACE_OF_CLAIM, "scope", "kind")
}
MATCH_TABLES = (MATCH_EDGE, MATCH_KEY, MATCH_IDENTIFIER, MATCH_MEMBER)
_MANY = 20_000


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of matching in one transaction."""

    connection: Connection
    bulk: Bulk

    def members(self, column: str, values: pl.Series) -> pl.DataFrame:
        """Rows of match_member where a column that has an index is among the values."""
        return self.among("match_member", MEMBER_SCHEMA, column, values)

    def members_between(self, first: int, last: int) -> pl.DataFrame:
        """Rows of match_member of the records from `first` to `last`."""
        statement = (
            f"SELECT {_names(MEMBER_SCHEMA)} FROM match_member"
            " WHERE record_id BETWEEN :first AND :last"
        )
        bound = {"first": first, "last": last}
        return self.bulk.select(self.connection, statement, bound, MEMBER_SCHEMA)

    def known(self, members: pl.Series) -> pl.DataFrame:
        """Where these members are claimed, their scope and kind, without their other features."""
        return self.among("match_member", KNOWN_SCHEMA, "member_id", members)

    def identifiers(self, members: pl.Series) -> pl.DataFrame:
        """The identifiers of these members."""
        return self.among("match_identifier", IDENTIFIER_SCHEMA, "member_id", members)

    def sharing(self, held: pl.DataFrame) -> pl.DataFrame:
        """All rows of match_identifier with a kind and value among those of `held`."""
        found = [
            self.among(
                "match_identifier", IDENTIFIER_SCHEMA, "value", part["value"].unique(), kind=kind
            )
            for (kind,), part in held.group_by("kind", maintain_order=True)
        ]
        return pl.concat(found) if found else pl.DataFrame(schema=IDENTIFIER_SCHEMA)

    def blocks(self, keys: pl.Series) -> pl.DataFrame:
        """All rows of match_key with these keys."""
        return self.among("match_key", KEY_SCHEMA, "key", keys)

    def edges(self, members: pl.Series) -> pl.DataFrame:
        """The edges that touch any of these members, each once."""
        ends = [self.among("match_edge", EDGE_SCHEMA, end, members) for end in ("low", "high")]
        return pl.concat(ends).unique(["low", "high"])

    def decisions(self) -> pl.DataFrame:
        """The decisions in force: the last about each pair, unless it was withdrawn."""
        statement = (
            f"SELECT {_names(DECISION_SCHEMA)} FROM match_decision"
            " WHERE replaced_by IS NULL AND verdict <> 'withdrawn'"
        )
        return self.bulk.select(self.connection, statement, {}, DECISION_SCHEMA)

    def crosswalk(self, column: str, values: pl.Series) -> pl.DataFrame:
        """Current rows of the crosswalk where `column` (member_id or party_id) is among these."""
        return self.among("crosswalk", CROSSWALK_SCHEMA, column, values, "AND recorded_to IS NULL")

    def parties(self, ids: pl.Series) -> pl.DataFrame:
        """The parties of these ids."""
        return self.among("party", PARTY_SCHEMA, "party_id", ids)

    def every(self, table: str, schema: Mapping[str, PolarsDataType]) -> pl.DataFrame:
        """All rows of a table."""
        return self.bulk.select(
            self.connection, f"SELECT {_names(schema)} FROM {table}", {}, schema
        )

    def current_crosswalk(self) -> pl.DataFrame:
        """All current rows of the crosswalk."""
        statement = f"SELECT {_names(CROSSWALK_SCHEMA)} FROM crosswalk WHERE recorded_to IS NULL"
        return self.bulk.select(self.connection, statement, {}, CROSSWALK_SCHEMA)

    def empty(self, table: Table) -> None:
        """Take all rows out."""
        self.connection.execute(table.delete())

    def add(self, table: Table, frame: pl.DataFrame) -> None:
        """Add rows."""
        self.bulk.insert(self.connection, table, frame)

    def remove_members(self, members: pl.Series) -> None:
        """Take members out, with identifiers and edges; their keys are taken out by `unkey`."""
        for table, column in (
            (MATCH_MEMBER, "member_id"),
            (MATCH_IDENTIFIER, "member_id"),
            (MATCH_EDGE, "low"),
            (MATCH_EDGE, "high"),
        ):
            self.remove(table, column, members)

    def remove_edges(self, members: pl.Series) -> None:
        """Take out all edges that touch these members."""
        for end in ("low", "high"):
            self.remove(MATCH_EDGE, end, members)

    def unkey(self, keys: pl.DataFrame) -> None:
        """Take out all keys of some members; there is no index by member, so keys are given."""
        for part in keys.sort("key").iter_slices(_MANY):
            by_key = self.bulk.member("key", "bigint")
            # The plus keeps SQLite from looking up every key with every member.
            by_member = self.bulk.member("+member_id", "bigint").replace(":keys", ":members")
            self.connection.execute(
                text(f"DELETE FROM match_key WHERE {by_key} AND {by_member}"),
                {
                    "keys": self.bulk.pack(part["key"].unique().to_list()),
                    "members": self.bulk.pack(part["member_id"].unique().to_list()),
                },
            )

    def pend(self, parties: pl.Series, table: Table = GOLDEN_PENDING) -> None:
        """Note parties whose golden record, or relations, have to be computed again."""
        frame = pl.DataFrame({"party_id": parties.unique().sort()})
        schema: Mapping[str, PolarsDataType] = {"party_id": pl.Int64}
        noted = self.among(table.name, schema, "party_id", frame["party_id"])
        self.add(table, frame.join(noted, on="party_id", how="anti"))

    def write_parties(self, frame: pl.DataFrame) -> None:
        """Add parties or change what they are."""
        known = self.parties(frame["party_id"])
        new = frame.join(known, on="party_id", how="anti")
        same = known.columns
        changed = frame.join(known, on=same, how="anti", nulls_equal=True).join(
            known, on="party_id", how="semi"
        )
        self.add(PARTY, new)
        self.bulk.update(self.connection, PARTY, changed, ["party_id"])

    def write_crosswalk(self, ended: pl.DataFrame, begun: pl.DataFrame) -> None:
        """End the rows of `ended` at its `recorded_to` and begin those of `begun`.

        What begins at the instant at which the row before it began takes its place.
        """
        replaced = pl.col("recorded_from") >= pl.col("recorded_to")
        gone = ended.filter(replaced)
        for key in gone["recorded_from"].unique().to_list():
            members = gone.filter(pl.col("recorded_from") == key)["member_id"]
            self.remove(CROSSWALK, "member_id", members, "AND recorded_to IS NULL")
        kept = ended.filter(~replaced).select("member_id", "recorded_from", "recorded_to")
        self.bulk.update(self.connection, CROSSWALK, kept, ["member_id", "recorded_from"])
        self.add(CROSSWALK, begun.select(CROSSWALK_SCHEMA.keys()))

    def among(
        self,
        table: str,
        schema: Mapping[str, PolarsDataType],
        column: str,
        values: pl.Series,
        also: str = "",
        *,
        kind: object = None,
    ) -> pl.DataFrame:
        """Rows of a table where `column` is among the values, and `also` (SQL) holds."""
        if values.is_empty():
            return pl.DataFrame(schema=schema)
        is_text = values.dtype == pl.String
        member = self.bulk.member(column, "text" if is_text else "bigint")
        of_kind = "" if kind is None else "kind = :kind AND "
        statement = f"SELECT {_names(schema)} FROM {table} WHERE {of_kind}{member} {also}"
        bound = {"keys": self.bulk.pack(values.to_list()), "kind": kind}
        return self.bulk.select(self.connection, statement, bound, schema)

    def remove(self, table: Table, column: str, values: pl.Series, also: str = "") -> None:
        """Take out the rows where `column` is among the values, and `also` (SQL) holds."""
        if values.is_empty():
            return
        member = self.bulk.member(column, "bigint")
        self.connection.execute(
            text(f"DELETE FROM {table.name} WHERE {member} {also}"),
            {"keys": self.bulk.pack(values.to_list())},
        )


def _names(schema: Mapping[str, PolarsDataType]) -> str:
    return ", ".join(f'"{name}"' for name in schema)
