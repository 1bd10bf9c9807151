"""Compared pairs: all of them, or those that some changed members touch."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from canonical.matching import blocking, engine, tiers
from canonical.matching.coding import coded
from canonical.matching.features import FEATURE_SCHEMA
from canonical.matching.identity import CORPORATE_NUMBER, SOLE_PROPRIETOR_NUMBER
from canonical.matching.model import Model
from canonical.matching.sources import Members
from canonical.matching.tables import EDGE_SCHEMA, Tables

_NUMBERS = [CORPORATE_NUMBER, SOLE_PROPRIETOR_NUMBER]


@dataclass(frozen=True, slots=True)
class Compared:
    """What comparing changed.

    `keys` are those of the members that were compared anew, `old_keys` those that they and the
    members that are gone had before, `around` the other members whose edges were compared anew
    with them.
    """

    keys: pl.DataFrame
    old_keys: pl.DataFrame
    edges: pl.DataFrame
    around: pl.Series


def keys_of(rows: pl.DataFrame, model: Model) -> pl.DataFrame:
    """The blocking keys of rows of match_member."""
    return blocking.keys(rows.select(FEATURE_SCHEMA.keys()), model)


def compare_all(members: Members, model: Model) -> Compared:
    """All edges among these members."""
    features = members.rows.select(FEATURE_SCHEMA.keys())
    keys = blocking.keys(features, model)
    pairs = _unsettled(tiers.pairs(keys, members.rows, model), members.identifiers)
    return Compared(keys, keys.clear(), _edges(pairs, features, model), keys["member_id"].clear())


def compare_changed(tables: Tables, gone: pl.DataFrame, fresh: Members, model: Model) -> Compared:
    """The edges of `fresh` members, and of those whose over-full blocks they change.

    Args:
        tables: the store as it was before.
        gone: rows of match_member that are gone, or are replaced by those in `fresh`.
        fresh: the members to compare.
        model: the version that decides.
    """
    old_keys = keys_of(gone, model)
    keys = keys_of(fresh.rows, model)
    touched = pl.concat([old_keys["key"], keys["key"]]).unique()
    before = tables.blocks(touched)
    changed = pl.concat([gone.select("member_id"), fresh.rows.select("member_id")]).unique()
    after = pl.concat([before.join(changed, on="member_id", how="anti"), keys])
    stored = _stored(tables, after, fresh.rows)
    moved = [
        tiers.crowded(before, pl.concat([stored, gone]), old_keys, model),
        tiers.crowded(after, pl.concat([stored, fresh.rows]), keys, model),
    ]
    others = stored.join(pl.concat(moved), on="member_id", how="semi")
    blocks = after
    if others.height:
        more = keys_of(others, model).join(after, on="key", how="anti")
        blocks = pl.concat([after, tables.blocks(more["key"].unique())])
    rows = pl.concat([fresh.rows, stored])
    rows = pl.concat([rows, _stored(tables, blocks, rows)]).sort("member_id")
    focus = pl.concat([fresh.rows["member_id"], others["member_id"]])
    pairs = tiers.pairs(blocks, rows, model)
    inside = pl.col("low").is_in(focus.implode()) | pl.col("high").is_in(focus.implode())
    pairs = pairs.filter(inside)
    known = rows.join(fresh.rows, on="member_id", how="anti")["member_id"]
    held = pl.concat([fresh.identifiers, tables.identifiers(known)])
    edges = _edges(_unsettled(pairs, held), rows.select(FEATURE_SCHEMA.keys()), model)
    return Compared(keys, old_keys, edges, others["member_id"])


def _stored(tables: Tables, blocks: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Rows of match_member of those in these blocks that are not known yet."""
    missing = blocks.join(known, on="member_id", how="anti")["member_id"].unique()
    return tables.members("member_id", missing)


def _unsettled(pairs: pl.DataFrame, identifiers: pl.DataFrame) -> pl.DataFrame:
    """Without pairs of which both have a number: that says more than any comparison."""
    numbered = identifiers.filter(pl.col("kind").is_in(_NUMBERS)).select("member_id").unique()
    low = pairs.join(numbered.rename({"member_id": "low"}), on="low", how="semi")
    both = low.join(numbered.rename({"member_id": "high"}), on="high", how="semi")
    return pairs.join(both, on=["low", "high"], how="anti")


def _edges(pairs: pl.DataFrame, features: pl.DataFrame, model: Model) -> pl.DataFrame:
    """The pairs that are not simply different, and those that a rule keeps apart."""
    members = coded(features)
    low, high = members.positions(pairs["low"]), members.positions(pairs["high"])
    found = engine.kept(members, low, high, model)
    return found.select(EDGE_SCHEMA.keys()).cast(EDGE_SCHEMA)  # type: ignore[arg-type]
