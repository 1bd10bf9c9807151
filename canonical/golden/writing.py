"""Golden records in the store: what is there, what differs, and the new versions."""

# ruff: noqa: S608 - only names of our own tables and columns are put into statements

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl
from polars._typing import PolarsDataType
from sqlalchemy import Connection, Table

from canonical.golden import lists
from canonical.golden.reading import CURRENT, Reader
from canonical.golden.sources import written
from canonical.golden.survivorship import VALUES, Survival
from canonical.golden.units import COLUMNS
from canonical.model import ENTITIES
from canonical.receipts import returning
from canonical.store.bulk import Bulk
from canonical.store.frames import TYPES
from canonical.store.party_tables import GOLDEN_CONFLICT, GOLDEN_LIST, GOLDEN_PARTY
from canonical.store.receipt_tables import RETURNED_ANSWER

INSTANT = pl.Datetime("us", "UTC")
_VALUE_TYPES = {name: TYPES[kind] for name, kind in ENTITIES["party"].columns().items()}
_PARTY: dict[str, PolarsDataType] = {
    "party_id": pl.Int64(),
    "version": pl.Int32(),
    "recorded_from": INSTANT,
    "sources": pl.String(),
    **_VALUE_TYPES,
}
_LIST: dict[str, PolarsDataType] = {**lists.SCHEMA, "recorded_from": INSTANT}
_CONFLICT: dict[str, PolarsDataType] = {
    "party_id": pl.Int64(),
    "field": pl.String(),
    "kind": pl.String(),
    "members": pl.String(),
    "recorded_from": INSTANT,
}
_RETURNED: dict[str, PolarsDataType] = {**returning.SCHEMA, "recorded_from": INSTANT}
_OLD = "#old"
_SOURCES = "sources"


@dataclass(frozen=True, slots=True)
class Golden:
    """The golden records of some parties, as computed or as stored.

    Attributes:
        values: party_id, sources and the columns of a party (stored: also version and
            recorded_from).
        lists, conflicts, returned: rows of golden_list, golden_conflict and returned_answer without
            their instants (stored: with recorded_from).
    """

    values: pl.DataFrame
    lists: pl.DataFrame
    conflicts: pl.DataFrame
    returned: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Changes:
    """What to write so that the store holds what was computed.

    Attributes:
        opened, closed: rows of golden_party, by party; of `closed` only the key.
        lists, conflicts, returned: the same pairs for the other tables.
        told: party_id, change (`created`, `changed`, `removed`), fields (list of what changed:
            units, their companions, names of lists, `conflicts`; empty where nothing changed but
            who says it).
    """

    opened: pl.DataFrame
    closed: pl.DataFrame
    lists: tuple[pl.DataFrame, pl.DataFrame]
    conflicts: tuple[pl.DataFrame, pl.DataFrame]
    returned: tuple[pl.DataFrame, pl.DataFrame]
    told: pl.DataFrame


def computed(
    survival: Survival, listed: Sequence[pl.DataFrame], returned: pl.DataFrame | None = None
) -> Golden:
    """What survived, as rows of the golden tables."""
    conflicts = survival.conflicts.with_columns(
        members=pl.lit("[")
        + pl.col("members").cast(pl.List(pl.String)).list.join(",")
        + pl.lit("]")
    )
    values = survival.values.join(
        written(survival.winners), on="party_id", how="left", maintain_order="left"
    )
    return Golden(
        values.with_columns(pl.col("sources").fill_null(_NOBODY)),
        pl.concat(listed) if listed else pl.DataFrame(schema=lists.SCHEMA),
        conflicts,
        pl.DataFrame(schema=returning.SCHEMA) if returned is None else returned,
    )


_NOBODY = '{"members":[],"fields":{}}'


def stored(reader: Reader, parties: Sequence[int]) -> Golden:
    """The current golden records of these parties."""
    where = f"{reader.bulk.member('party_id', 'bigint')} AND {CURRENT}"

    def read(table: Table, schema: dict[str, PolarsDataType]) -> pl.DataFrame:
        names = ", ".join(f'"{name}"' for name in schema)
        return reader.by_key(f"SELECT {names} FROM {table.name} WHERE {where}", parties, schema)

    return Golden(
        read(GOLDEN_PARTY, _PARTY),
        read(GOLDEN_LIST, _LIST),
        read(GOLDEN_CONFLICT, _CONFLICT),
        read(RETURNED_ANSWER, _RETURNED),
    )


def last_versions(reader: Reader, parties: Sequence[int]) -> pl.DataFrame:
    """The highest version that each party ever had: party_id, last."""
    return reader.by_key(
        "SELECT party_id, max(version) AS last FROM golden_party"
        f" WHERE {reader.bulk.member('party_id', 'bigint')} GROUP BY party_id",
        parties,
        {"party_id": pl.Int64(), "last": pl.Int32()},
    )


def changes(new: Golden, old: Golden, last: pl.DataFrame) -> Changes:
    """What differs; versions go on from `last` (see `last_versions`)."""
    names = [*VALUES, "sources"]
    both = new.values.join(
        old.values.select("party_id", *(pl.col(name).alias(name + _OLD) for name in names),
                          version=pl.col("version")),
        on="party_id", how="left", maintain_order="left",
    )  # fmt: skip
    unlike = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name + _OLD)) for name in names)
    differing = both.filter(unlike)
    gone = old.values.join(new.values, on="party_id", how="anti")
    opened = (
        differing.select("party_id", *names)
        .join(last, on="party_id", how="left", maintain_order="left")
        .with_columns(version=(pl.col("last").fill_null(0) + 1).cast(pl.Int32))
        .drop("last")
    )
    closed = pl.concat(
        [
            differing.drop_nulls("version").select("party_id", "version"),
            gone.select("party_id", "version"),
        ]
    )
    listed = _set_changes(new.lists, old.lists, ["party_id", "entity", "item"])
    disputed = _set_changes(new.conflicts, old.conflicts, ["party_id", "field"])
    on = list(returning.SCHEMA)
    returned = (
        new.returned.join(old.returned, on=on, how="anti", nulls_equal=True),
        old.returned.join(new.returned, on=on, how="anti", nulls_equal=True),
    )
    told = _told(differing, gone, listed, disputed, returned)
    return Changes(opened, closed, listed, disputed, returned, told)


def _set_changes(
    new: pl.DataFrame, old: pl.DataFrame, key: list[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows to open, and keys with recorded_from to close."""
    opened = new.join(old, on=new.columns, how="anti", nulls_equal=True)
    closed = old.join(new, on=new.columns, how="anti", nulls_equal=True)
    return opened, closed.select(*key, "recorded_from")


def _told(
    differing: pl.DataFrame,
    gone: pl.DataFrame,
    listed: tuple[pl.DataFrame, pl.DataFrame],
    disputed: tuple[pl.DataFrame, pl.DataFrame],
    returned: tuple[pl.DataFrame, pl.DataFrame],
) -> pl.DataFrame:
    """Who changed in what: one row a party."""
    fields = [
        differing.filter(
            pl.any_horizontal(pl.col(c).ne_missing(pl.col(c + _OLD)) for c in columns)
        ).select("party_id", field=pl.lit(name))
        for name, columns in COLUMNS.items()
    ]
    fields += [rows.select("party_id", field="entity") for rows in listed]
    fields += [rows.select("party_id", field=pl.lit("conflicts")) for rows in disputed]
    fields += [rows.select("party_id", field=pl.lit(name)) for name, rows in _answers(*returned)]
    fields += [frame.select("party_id", field=pl.lit(_SOURCES)) for frame in (differing, gone)]
    created = differing.filter(pl.col("version").is_null())["party_id"]
    change = (
        pl.when(pl.col("party_id").is_in(created.implode()))
        .then(pl.lit("created"))
        .when(pl.col("party_id").is_in(gone["party_id"].implode()))
        .then(pl.lit("removed"))
        .otherwise(pl.lit("changed"))
    )
    found = pl.concat(fields).unique(maintain_order=True)
    return (
        found.group_by("party_id", maintain_order=True)
        .agg(fields=pl.col("field").filter(pl.col("field") != _SOURCES))
        .with_columns(change=change)
        .sort("party_id")
    )


def _answers(opened: pl.DataFrame, closed: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """The answers that came back, or count so no longer, by what they do to what is held."""
    for outcome, name in (("confirmed", "confirmations"), ("corrected", "corrections")):
        for rows in (opened, closed):
            yield name, rows.filter(pl.col("outcome") == outcome)


def instant(now: datetime, old: Golden) -> datetime:
    """`now`, or just after the newest of what it replaces: no two versions begin at once."""
    frames = (old.values, old.lists, old.conflicts, old.returned)
    newest = [frame["recorded_from"].max() for frame in frames]
    after = [at + timedelta(microseconds=1) for at in newest if isinstance(at, datetime)]
    return max([now, *after])


def write(connection: Connection, bulk: Bulk, found: Changes, at: datetime) -> None:
    """Close what no longer holds and add what holds from now on."""
    moment = pl.lit(at, dtype=INSTANT)
    keys = ["party_id", "version"]
    bulk.update(connection, GOLDEN_PARTY, found.closed.with_columns(recorded_to=moment), keys)
    bulk.insert(connection, GOLDEN_PARTY, found.opened.with_columns(recorded_from=moment))
    answers, ended = found.returned
    keys_of_answers = ended.select(*returning.KEY, "recorded_from")
    pairs = (
        (GOLDEN_LIST, found.lists),
        (GOLDEN_CONFLICT, found.conflicts),
        (RETURNED_ANSWER, (answers, keys_of_answers)),
    )
    for table, (opened, closed) in pairs:
        bulk.update(connection, table, closed.with_columns(recorded_to=moment), closed.columns)
        bulk.insert(connection, table, opened.with_columns(recorded_from=moment))
