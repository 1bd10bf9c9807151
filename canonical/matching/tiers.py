"""Who is compared with whom, tier by tier: confidential members change nothing for open ones.

Whether a block is over-full, and what is then compared in it, is decided for open members as if
there were no others; for the members of a scope among the open ones and their own. Members of two
scopes are never compared: nobody may join them.
"""

from __future__ import annotations

import polars as pl

from canonical.matching import blocking
from canonical.matching.features import FEATURE_SCHEMA
from canonical.matching.model import Model


def pairs(keys: pl.DataFrame, rows: pl.DataFrame, model: Model) -> pl.DataFrame:
    """The pairs of members that share a key: `low` < `high`, each once.

    Args:
        keys: whole blocks, as `blocking.keys` gives them.
        rows: rows of match_member, of all members in `keys` at least.
        model: its `cap`.
    """
    scopes = _scopes(rows)
    if not scopes:
        return blocking.pairs(keys, rows.select(FEATURE_SCHEMA.keys()).sort("member_id"), model)
    found = [_pairs(keys, rows.filter(pl.col("scope") == ""), model)]
    for scope in scopes:
        own, blocks = _blocks(keys, rows, scope)
        near = _pairs(blocks, rows.filter(pl.col("scope").is_in(["", scope])), model)
        ids = own["member_id"].implode()
        found.append(near.filter(pl.col("low").is_in(ids) | pl.col("high").is_in(ids)))
    return pl.concat(found)


def crowded(
    keys: pl.DataFrame, rows: pl.DataFrame, changed: pl.DataFrame, model: Model
) -> pl.DataFrame:
    """The members whose pairs may move where `changed` came or went: `member_id`, each once.

    Args:
        keys: whole blocks.
        rows: rows of match_member, of all members in `keys` at least.
        changed: those of `keys` that are new, or are about to go.
        model: its `cap`.
    """
    public = rows.filter(pl.col("scope") == "")
    told = _in_blocks_of(keys, changed.join(public, on="member_id", how="semi"))
    found = [blocking.crowded(told.join(public, on="member_id", how="semi"), model)]
    for scope in _scopes(rows):
        seen = rows.filter(pl.col("scope").is_in(["", scope]))
        own, blocks = _blocks(keys, rows, scope)
        told = _in_blocks_of(blocks, changed.join(seen, on="member_id", how="semi"))
        full = blocking.crowded(told.join(seen, on="member_id", how="semi"), model)
        found.append(full.join(own, on="member_id", how="semi"))
    return pl.concat(found).select("member_id").unique()


def _scopes(rows: pl.DataFrame) -> list[str]:
    return sorted(scope for scope in rows["scope"].unique().to_list() if scope)


def _blocks(
    keys: pl.DataFrame, rows: pl.DataFrame, scope: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The members of a scope, and the blocks in which there are any."""
    own = rows.filter(pl.col("scope") == scope)
    return own, _in_blocks_of(keys, keys.join(own, on="member_id", how="semi"))


def _in_blocks_of(keys: pl.DataFrame, some: pl.DataFrame) -> pl.DataFrame:
    return keys.join(some, on="key", how="semi")


def _pairs(keys: pl.DataFrame, rows: pl.DataFrame, model: Model) -> pl.DataFrame:
    """The pairs of some members, as if there were no others."""
    told = keys.join(rows, on="member_id", how="semi")
    members = rows.join(told, on="member_id", how="semi").select(FEATURE_SCHEMA.keys())
    return blocking.pairs(told, members.sort("member_id"), model)
