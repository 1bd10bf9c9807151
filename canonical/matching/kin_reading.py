"""What the store knows about relations of some parties: alike members, claims, decisions."""

# ruff: noqa: S608 - only names of our own tables and columns are put into statements

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
from polars._typing import PolarsDataType

from canonical.matching.identity import CORPORATE_NUMBER, ISSUER, anchors
from canonical.matching.kin import LINK_COLUMNS, PARTY_COLUMNS, linked
from canonical.matching.sources import MEMBER_SCHEMA
from canonical.matching.tables import Tables

SHARED = ("phone", "person_name", "trade_name")
"""By what members of different parties are found; match_member has an index of each."""

MOST_PARTIES = 30
"""A telephone or a name that more parties share says nothing about any two of them."""

REGISTERS = ("base_registry", "register")
"""Roles of sources whose word about a relation settles it."""

_MAJORITY = 50
_LINKED = ("member_id", *LINK_COLUMNS)
_DESCRIBING = ("member_id", "kind", "established_on", "as_of")
_TELLING = ("member_id", "record_id", "role")
_STATED: dict[str, PolarsDataType] = {
    "record_id": pl.Int64(),
    "role": pl.String(),
    "kind": pl.String(),
    "cause": pl.String(),
    "other_number": pl.String(),
    "since_on": pl.Date(),
    "because": pl.String(),
    "source_role": pl.String(),
}
_UNDONE: dict[str, PolarsDataType] = {
    "record_id": pl.Int64(),
    "kind": pl.String(),
    "effective_on": pl.Date(),
    "cause_text": pl.String(),
}
DECIDED: dict[str, PolarsDataType] = {
    "decision_no": pl.Int32(),
    "low": pl.Int64(),
    "high": pl.Int64(),
    "verdict": pl.String(),
    "relation": pl.String(),
    "cause": pl.String(),
    "since_on": pl.Date(),
    "from_member": pl.Int64(),
}
_CLAIMS = (
    (
        "party_relation",
        "other_corporate_number",
        "c.kind, c.cause, c.other_corporate_number, c.since_on, 'claim'",
        "",
    ),
    (
        "registration_event",
        "successor_number",
        "'succeeded_by', CASE WHEN c.closing_cause = 'merger' THEN 'merger' END,"
        " c.successor_number, coalesce(c.closed_on, c.effective_on), 'claim'",
        "",
    ),
    (
        "shareholder",
        "corporate_number",
        "'group_of', NULL, c.corporate_number, NULL, 'shareholder'",
        f" AND CAST(c.share_percent AS NUMERIC) >= {_MAJORITY}",
    ),
)
"""Claims that name another party by its number: entity, that column, what they say, which."""


@dataclass(frozen=True, slots=True)
class Around:
    """Some parties' members (rows of the crosswalk and of match_member) and the pairs that link
    them to members of others; `crowded` are parties that share what too many share."""

    crosswalk: pl.DataFrame
    pairs: pl.DataFrame
    crowded: pl.Series


def around(tables: Tables, parties: pl.Series) -> Around:
    """What links the members of these parties to those of others.

    How many parties share something is counted of open members alone.
    """
    held = tables.crosswalk("party_id", parties)
    own = _placed(_members(tables, _LINKED, "member_id", held["member_id"]), held)
    found = [_members(tables, _LINKED, name, own[name].drop_nulls().unique()) for name in SHARED]
    compared = _related(tables, own["member_id"])
    found.append(_members(tables, _LINKED, "member_id", compared))
    near = pl.concat(found).unique("member_id")
    near = _placed(near, tables.crosswalk("member_id", near["member_id"]))
    crowds = {name: _crowds(near, name) for name in SHARED}
    pairs = pl.concat(
        [
            *(_sharing(own, near, name, crowds[name]) for name in crowds),
            _compared(tables, own, near),
        ]
    )
    met = linked(_both_ways(pairs.filter(pl.col("party_a") != pl.col("party_b"))))
    crowded = [near.join(crowd, on=name, how="semi")["party_id"] for name, crowd in crowds.items()]
    return Around(held, _described(tables, met), pl.concat(crowded).unique())


def _members(
    tables: Tables, columns: tuple[str, ...], column: str, values: pl.Series
) -> pl.DataFrame:
    """Some columns of the members where one that has an index is among the values."""
    schema = {name: MEMBER_SCHEMA[name] for name in columns}
    return tables.among("match_member", schema, column, values)


def _placed(rows: pl.DataFrame, crosswalk: pl.DataFrame) -> pl.DataFrame:
    """Members with what links them, and the party that they are in."""
    wanted = rows.select("member_id", *LINK_COLUMNS)
    return wanted.join(crosswalk.select("member_id", "party_id", "scope"), on="member_id")


def _crowds(near: pl.DataFrame, name: str) -> pl.DataFrame:
    """The values of a column that too many parties share."""
    held = near.filter((pl.col("scope") == "") & pl.col(name).is_not_null())
    counted = held.group_by(name).agg(pl.col("party_id").n_unique().alias("parties"))
    return counted.filter(pl.col("parties") > MOST_PARTIES).select(name)


def _sides(own: pl.DataFrame, near: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    return (
        own.rename(lambda name: f"{name.removesuffix('_id')}_a"),
        near.rename(lambda name: f"{name.removesuffix('_id')}_b"),
    )


def _sharing(own: pl.DataFrame, near: pl.DataFrame, name: str, crowd: pl.DataFrame) -> pl.DataFrame:
    free = own.filter(pl.col(name).is_not_null()).join(crowd, on=name, how="anti")
    mine, theirs = _sides(free, near)
    return mine.join(
        theirs, left_on=f"{name}_a", right_on=f"{name}_b", how="inner", coalesce=False
    ).select(sorted([*mine.columns, *theirs.columns]))


def _related(tables: Tables, members: pl.Series) -> pl.Series:
    """The members that comparing found to be related to these."""
    edges = tables.edges(members).filter(pl.col("outcome") == "related")
    return pl.concat([edges["low"], edges["high"]]).unique()


def _compared(tables: Tables, own: pl.DataFrame, near: pl.DataFrame) -> pl.DataFrame:
    edges = tables.edges(own["member_id"]).filter(pl.col("outcome") == "related")
    ends = pl.concat(
        [
            edges.select(member_a="low", member_b="high"),
            edges.select(member_a="high", member_b="low"),
        ]
    )
    mine, theirs = _sides(own, near)
    found = ends.join(mine, on="member_a").join(theirs, on="member_b")
    return found.select(sorted([*mine.columns, *theirs.columns]))


def _both_ways(pairs: pl.DataFrame) -> pl.DataFrame:
    """Each pair in both directions, once."""
    turned = {name: f"{name[:-1]}{'b' if name.endswith('_a') else 'a'}" for name in pairs.columns}
    return pl.concat([pairs, pairs.rename(turned).select(pairs.columns)]).unique(
        ["member_a", "member_b"]
    )


def _described(tables: Tables, pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs with what their parties are."""
    ids = pl.concat([pairs["party_a"], pairs["party_b"]]).unique()
    told = described(tables, ids)
    for side in ("a", "b"):
        pairs = pairs.join(told.rename(lambda name: f"{name}_{side}"), on=f"party_{side}")  # noqa: B023
    return pairs


def described(tables: Tables, parties: pl.Series) -> pl.DataFrame:
    """What parties are: party, nature, number, begun_on (the earliest said), told_on (since when
    anything is said).

    Open members alone describe a party that has any.
    """
    held = tables.crosswalk("party_id", parties)
    is_open = pl.col("scope") == ""
    held = held.filter(is_open | ~is_open.any().over("party_id"))
    rows = _members(tables, _DESCRIBING, "member_id", held["member_id"])
    known = anchors(rows.select("member_id", "kind"), tables.identifiers(held["member_id"]))
    return (
        held.select("member_id", party="party_id")
        .join(rows.select("member_id", "established_on", "as_of"), on="member_id")
        .join(known, on="member_id")
        .group_by("party")
        .agg(
            pl.col("nature").drop_nulls().min(),
            pl.col("number").drop_nulls().min(),
            pl.col("established_on").min().alias("begun_on"),
            pl.col("as_of").min().alias("told_on"),
        )
        .select("party", *PARTY_COLUMNS)
    )


def numbers(tables: Tables, parties: pl.Series) -> pl.DataFrame:
    """The corporate numbers of parties: party, number."""
    value = pl.col("number").str.split(ISSUER).list
    told = described(tables, parties).filter(value.first() == CORPORATE_NUMBER)
    return told.select("party", number=value.last())


def stated(tables: Tables, own: pl.DataFrame) -> pl.DataFrame:
    """Claims that say a party hangs together with another: those of these members, and those that
    name their numbers.

    Columns: party, member, scope of who says it, party_b, member_b, scope_b of the other, the
    other's number, kind, cause, since_on, because, is_register.
    """
    numbers = _numbers(tables, own["member_id"])
    records = own["record_id"].unique()
    said = pl.concat(
        [
            _said(tables, part, column, values)
            for part in _CLAIMS
            for column, values in (("record_id", records), (part[1], numbers))
        ]
    ).unique()
    tellers = _members(tables, _TELLING, "record_id", said["record_id"].unique())
    places = tables.crosswalk("member_id", tellers["member_id"])
    told = said.join(tellers, on=["record_id", "role"]).join(
        places.select("member_id", "scope", party="party_id"), on="member_id"
    )
    others = _holders(tables, told["other_number"].unique())
    found = told.rename({"member_id": "member"}).join(others, on="other_number")
    return found.filter(pl.col("party") != pl.col("party_b")).with_columns(
        is_register=pl.col("source_role").is_in(REGISTERS).fill_null(value=False)
    )


def _said(
    tables: Tables, part: tuple[str, str, str, str], column: str, values: pl.Series
) -> pl.DataFrame:
    entity, number, told, also = part
    if values.is_empty():
        return pl.DataFrame(schema=_STATED)
    is_text = values.dtype == pl.String
    among = tables.bulk.member(f"c.{column}", "text" if is_text else "bigint")
    statement = (
        f"SELECT c.record_id, c.role, {told}, s.source_role FROM claim_{entity} c"
        " JOIN source_record r ON r.record_id = c.record_id"
        " JOIN stream s ON s.stream_id = r.stream_id"
        f" WHERE c.recorded_to IS NULL AND c.{number} IS NOT NULL AND {among}{also}"
    )
    keys = {"keys": tables.bulk.pack(values.to_list())}
    return tables.bulk.select(tables.connection, statement, keys, _STATED)


def _numbers(tables: Tables, members: pl.Series) -> pl.Series:
    held = tables.identifiers(members).filter(pl.col("kind") == CORPORATE_NUMBER)
    return held["value"].unique()


def _holders(tables: Tables, numbers: pl.Series) -> pl.DataFrame:
    """Who carries these corporate numbers: other_number, party_b, member_b, scope_b."""
    asked = pl.DataFrame({"value": numbers}).with_columns(kind=pl.lit(CORPORATE_NUMBER))
    held = tables.sharing(asked)
    places = tables.crosswalk("member_id", held["member_id"].unique())
    return held.join(places.select("member_id", "party_id", "scope"), on="member_id").select(
        other_number="value", party_b="party_id", member_b="member_id", scope_b="scope"
    )


def undone(tables: Tables, parties: pl.Series) -> pl.DataFrame:
    """Where a register took back what it said: party, kind (`revived`, `merger_void`),
    effective_on, cause_text."""
    held = tables.crosswalk("party_id", parties)
    events = _events(tables, held["record_id"].unique())
    return events.join(held.select("record_id", party="party_id"), on="record_id").unique()


def _events(tables: Tables, records: pl.Series) -> pl.DataFrame:
    if records.is_empty():
        return pl.DataFrame(schema=_UNDONE)
    statement = (
        "SELECT record_id, kind, effective_on, cause_text FROM claim_registration_event"
        " WHERE recorded_to IS NULL AND kind IN ('revived', 'merger_void')"
        f" AND {tables.bulk.member('record_id', 'bigint')}"
    )
    keys: Mapping[str, object] = {"keys": tables.bulk.pack(records.to_list())}
    return tables.bulk.select(tables.connection, statement, keys, _UNDONE)


def decided(tables: Tables, own: pl.DataFrame) -> pl.DataFrame:
    """What people decided about these members and others: `DECIDED`, and party, scope of both ends
    (`_low`, `_high`)."""
    statement = (
        f"SELECT {', '.join(DECIDED)} FROM match_decision WHERE replaced_by IS NULL"
        " AND verdict IN ('related', 'different') AND leaves IS NULL"
    )
    rows = tables.bulk.select(tables.connection, statement, {}, DECIDED)
    mine = own["member_id"].implode()
    rows = rows.filter(pl.col("low").is_in(mine) | pl.col("high").is_in(mine))
    ends = pl.concat([rows["low"], rows["high"]]).unique()
    places = tables.crosswalk("member_id", ends).select("member_id", "party_id", "scope")
    for end in ("low", "high"):
        named = places.rename(
            {"member_id": end, "party_id": f"party_{end}", "scope": f"scope_{end}"}
        )
        rows = rows.join(named, on=end)
    return rows.filter(pl.col("party_low") != pl.col("party_high"))
