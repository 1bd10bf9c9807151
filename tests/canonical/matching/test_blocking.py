"""Keys are a member's own, blocks are bounded, and nobody in an over-full block is left out."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canonical.matching import blocking
from canonical.matching.hashing import text_hashes
from canonical.matching.model import Model
from canonical.matching.training import untrained
from tests.canonical.matching.crowds import crowds, frame

SMALL = untrained().changed(cap=3)


def paired(features: pl.DataFrame, model: Model) -> pl.DataFrame:
    return blocking.pairs(blocking.keys(features, model), features, model)


@given(crowds(), st.randoms())
@settings(max_examples=20, deadline=None)
def test_keys_depend_on_the_member_alone(crowd: pl.DataFrame, chance: object) -> None:
    together = blocking.keys(crowd, SMALL)
    alone = [blocking.keys(crowd[row], SMALL) for row in range(len(crowd))]
    assert together.equals(pl.concat(alone).sort("key", "member_id"))


@given(crowds(), st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_pairs_do_not_depend_on_the_order(crowd: pl.DataFrame, chance: object) -> None:
    order = list(range(len(crowd)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    shuffled = crowd[order]
    keys = blocking.keys(crowd, SMALL)
    assert blocking.keys(shuffled, SMALL).equals(keys)
    other = blocking.pairs(keys.reverse(), shuffled, SMALL)
    assert other.equals(blocking.pairs(keys, crowd, SMALL))


@given(crowds(most=30))
@settings(max_examples=20, deadline=None)
def test_a_split_is_a_function_of_the_block_alone(crowd: pl.DataFrame) -> None:
    keys = blocking.keys(crowd, SMALL)
    blocks = [
        blocking.pairs(block, crowd.filter(pl.col("member_id").is_in(block["member_id"].implode())),
                       SMALL)
        for block in keys.partition_by("key")
    ]  # fmt: skip
    assert (
        pl.concat(blocks)
        .unique()
        .sort("low", "high")
        .equals(blocking.pairs(keys, crowd, SMALL).sort("low", "high"))
    )


@given(crowds())
@settings(max_examples=30, deadline=None)
def test_each_pair_stands_once_the_lower_id_first(crowd: pl.DataFrame) -> None:
    pairs = paired(crowd, SMALL)
    assert pairs.n_unique() == len(pairs)
    assert (pairs["low"] < pairs["high"]).all()


def test_members_that_share_nothing_are_not_compared() -> None:
    apart = frame([
        {"member_id": 1, "name_core": "鳴瀬精密"}, {"member_id": 2, "name_core": "蔵王商会"},
    ])  # fmt: skip
    assert paired(apart, SMALL).is_empty()


def test_everybody_in_an_over_full_block_is_compared_with_somebody() -> None:
    crowd = frame([{"member_id": n, "name_core": "鳴瀬精密"} for n in range(1, 500)])
    pairs = paired(crowd, untrained())
    met = pl.concat([pairs["low"], pairs["high"]]).n_unique()
    assert met == len(crowd)
    assert len(pairs) < len(crowd) * 10


def test_an_over_full_block_is_split_where_its_members_differ() -> None:
    rows = [
        {"member_id": n, "name_core": "鳴瀬精密", "municipality_code": f"{n % 100:05}"}
        for n in range(1, 501)
    ]
    crowd = frame(rows)
    pairs = set(paired(crowd, untrained()).iter_rows())
    assert (1, 101) in pairs
    assert (1, 2) not in pairs


def test_what_the_model_knows_to_be_crowded_is_split_at_once() -> None:
    crowd = frame([
        {"member_id": n, "name_core": "鳴瀬精密", "prefecture_code": f"{n:02}"} for n in (1, 2)
    ])  # fmt: skip
    plain = untrained()
    common = frozenset(
        blocking.keys(crowd, plain).group_by("key").len().filter(pl.col("len") > 1)["key"]
    )
    assert not paired(crowd, plain).is_empty()
    assert paired(crowd, plain.changed(crowded=common)).is_empty()


def test_crowded_blocks_are_told_with_their_members() -> None:
    crowd = frame([{"member_id": n, "phone": "0221234567"} for n in range(1, 6)])
    keys = blocking.keys(crowd, SMALL)
    assert blocking.crowded(keys, SMALL).equals(keys)
    assert blocking.crowded(keys, untrained()).is_empty()


def test_hashes_are_the_same_on_every_machine() -> None:
    """Keys are kept in stores: a change of this figure means that members are matched anew."""
    assert text_hashes(pl.Series(["鳴瀬精密", None, ""])).tolist() == [17938365746784817896, 0, 0]


@given(st.lists(st.text(max_size=12) | st.none(), min_size=1, max_size=40))
@settings(max_examples=20, deadline=None)
def test_equal_texts_have_equal_hashes_and_others_do_not(texts: list[str | None]) -> None:
    hashes = text_hashes(pl.Series(texts, dtype=pl.String)).tolist()
    known = {(text or "", value) for text, value in zip(texts, hashes, strict=True)}
    assert len(known) == len({text for text, _ in known}) == len({value for _, value in known})


def test_blocks_made_up_in_turns_give_the_same_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = frame([{"member_id": number, "phone": f"02{number % 7:08d}"} for number in range(40)])
    at_once = paired(crowd, SMALL)
    monkeypatch.setattr(blocking, "_AT_ONCE", 3)
    assert paired(crowd, SMALL).equals(at_once)
