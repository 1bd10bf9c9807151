"""Which members are compared at all: those that share a key.

A key is a hash of a rule and of a member's own values, so it depends on nothing else. A block
that holds more than `Model.cap` members is not compared in full and never dropped: it is split by
further values of its members, and what is alike even then is compared with its neighbours in
order of name and id. That split is a function of the block alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from canonical.matching import hashing
from canonical.matching.coding import NO_DAY, Coded, Index, coded
from canonical.matching.hashing import EMPTY, Hashes
from canonical.matching.model import Model


@dataclass(frozen=True, slots=True)
class Rule:
    """Members whose `columns` all have a value, and the same one, share a block."""

    name: str
    columns: tuple[str, ...]
    splits: tuple[str, ...]


RULES = (
    Rule("name", ("name_core",), ("prefecture_code", "municipality_code", "town", "phone")),
    Rule("reading", ("reading",), ("prefecture_code", "municipality_code", "town", "birth_on")),
    Rule("person", ("person_name",), ("prefecture_code", "municipality_code", "birth_on")),
    Rule("phone", ("phone",), ("label", "reading", "town")),
    Rule("email", ("email",), ("label", "reading", "town")),
    Rule("place", ("municipality_code", "town", "block"), ("initial", "label", "reading")),
    Rule("birth", ("birth_on", "municipality_code"), ("initial", "label", "town")),
    Rule("begun", ("established_on", "municipality_code"), ("initial", "label", "town")),
    Rule("trade", ("trade_name",), ("prefecture_code", "municipality_code", "town")),
)
"""`label` is the name of a corporation or else of the person, `initial` its first character,
`reading` the kana of either, or else that name: some claims have nothing but a reading for a
name."""

_WINDOW = 8
_AT_ONCE = 1_000_000
"""Keys whose blocks are made up together: what lies between takes memory."""


def keys(features: pl.DataFrame, model: Model) -> pl.DataFrame:
    """The keys of each member: `key` (Int64) and `member_id`, each pair once, sorted."""
    members = coded(features)
    found, owners = key_arrays(members, model)
    frame = pl.DataFrame({"key": found.view(np.int64), "member_id": members.ids[owners]})
    return frame.unique().sort("key", "member_id")


def key_arrays(members: Coded, model: Model) -> tuple[Hashes, Index]:
    """The keys and the positions of the members that have them."""
    values = _values(members)
    found, owners = [], []
    everyone = np.arange(len(members))
    for number, rule in enumerate(RULES):
        key = hashing.combined(number + 1, *(values[name] for name in rule.columns))
        for split in rule.splits:
            crowded = model.is_crowded(key)
            if not crowded.any():
                break
            key = np.where(crowded, hashing.stirred(key ^ values[split]), key)
        has = key != EMPTY
        found.append(key[has])
        owners.append(everyone[has])
    return np.concatenate(found), np.concatenate(owners)


def _values(members: Coded) -> dict[str, Hashes]:
    """The columns that rules speak of, as hashes."""
    values = dict(members.hashes)
    for name, days in members.days.items():
        values[name] = hashing.number_hashes(days, NO_DAY)
    texts = members.texts
    label = texts["name_core"].fill_null(texts["person_name"])
    values["initial"] = hashing.text_hashes(label.str.slice(0, 1))
    values["label"] = _either(values["name_core"], values["person_name"])
    values["reading"] = _either(
        _either(values["name_kana"], values["person_kana"]), values["label"]
    )
    return values


def _either(first: Hashes, second: Hashes) -> Hashes:
    return np.where(first == EMPTY, second, first)


def pairs(keys: pl.DataFrame, features: pl.DataFrame, model: Model) -> pl.DataFrame:
    """The pairs of members that share a key: `low` < `high`, each once, sorted.

    Args:
        keys: whole blocks, as `keys` gives them: every member of each key that stands in it.
        features: of all members in `keys`; decides how an over-full block is split.
        model: its `cap`.
    """
    members = coded(features)
    low, high = pair_arrays(
        keys["key"].to_numpy().view(np.uint64), members.positions(keys["member_id"]), members, model
    )
    return pl.DataFrame({"low": members.ids[low], "high": members.ids[high]})


def crowded(keys: pl.DataFrame, model: Model) -> pl.DataFrame:
    """The members of `keys`' over-full blocks: one that comes or goes there may move all."""
    full = keys.group_by("key").len().filter(pl.col("len") > model.cap)
    return keys.join(full, on="key", how="semi").sort("key", "member_id")


def pair_arrays(found: Hashes, owners: Index, members: Coded, model: Model) -> tuple[Index, Index]:
    """Positions of the pairs that share a key, each once, ordered."""
    several = np.uint64(1 + len(found) // _AT_ONCE)
    parts: list[Index] = []
    for turn in range(int(several)):
        some = found % several == turn
        parts.extend(_packed_pairs(found[some], owners[some], members, model))
    packed = np.concatenate(parts or [_NOBODY])
    parts.clear()
    packed.sort()
    packed = packed[np.append(True, packed[1:] != packed[:-1])[: len(packed)]]
    return packed // max(len(members), 1), packed % max(len(members), 1)


def _packed_pairs(found: Hashes, owners: Index, members: Coded, model: Model) -> list[Index]:
    """The pairs of whole blocks, packed as `_all_pairs` says; those of several keys repeatedly."""
    found, owners = _in_blocks(found, owners)
    parts: list[Index] = []
    values: dict[str, Hashes] | None = None
    for split in (*_SPLITS, None):
        sizes, starts = _blocks(found)
        full = sizes > model.cap
        parts.extend(_all_pairs(owners, starts[~full], sizes[~full], len(members)))
        if not full.any():
            break
        inside = np.repeat(full, sizes)
        found, owners = found[inside], owners[inside]
        if split is None:
            parts.append(_neighbours(found, owners, members))
            break
        values = values or _values(members)
        found, owners = _in_blocks(hashing.stirred(found ^ values[split][owners]), owners)
    return parts


def _in_blocks(found: Hashes, owners: Index) -> tuple[Hashes, Index]:
    """Keys that several have, with their owners, in order of both."""
    whole = pl.DataFrame({"key": found, "owner": owners})
    shared = whole.filter(pl.col("key").is_duplicated()).sort("key", "owner")
    return shared["key"].to_numpy(), shared["owner"].to_numpy()


_NOBODY: Index = np.empty(0, dtype=np.int64)
_SPLITS = ("municipality_code", "label", "town", "birth_on")


def _blocks(found: Hashes) -> tuple[Index, Index]:
    """Sizes and starts of the runs of equal keys."""
    if not len(found):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    edges: Index = np.flatnonzero(found[1:] != found[:-1]) + 1
    starts = np.concatenate(([0], edges))
    return np.diff(np.concatenate((starts, [len(found)]))), starts


def _all_pairs(owners: Index, starts: Index, sizes: Index, count: int) -> list[Index]:
    """All pairs inside each block, packed as `low * count + high`; blocks of a size together."""
    parts = []
    for size in np.unique(sizes[sizes > 1]):
        rows = owners[starts[sizes == size][:, None] + np.arange(size)]
        first, second = np.triu_indices(size, 1)
        low, high = rows[:, first].ravel(), rows[:, second].ravel()
        apart = low != high
        parts.append(low[apart] * count + high[apart])
    return parts


def _neighbours(found: Hashes, owners: Index, members: Coded) -> Index:
    """Pairs of those that stand close by in the order of key, name, place and id."""
    texts = members.texts[owners].select(
        pl.coalesce("name_core", "person_name").fill_null(""), pl.col("block").fill_null("")
    )
    ranked = texts.with_columns(
        pl.Series("key", found), pl.Series("owner", owners), pl.Series("at", np.arange(len(owners)))
    ).sort("key", "name_core", "block", "owner")
    order = ranked["at"].to_numpy()
    found, owners = found[order], owners[order]
    parts = []
    for step in range(1, _WINDOW + 1):
        same = found[step:] == found[:-step]
        one, other = owners[:-step][same], owners[step:][same]
        low, high = np.minimum(one, other), np.maximum(one, other)
        parts.append((low * len(members) + high)[low != high])
    return np.concatenate(parts)
