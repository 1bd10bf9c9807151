"""Comparing is symmetric, knows no order, and says the same alone and in a crowd."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canonical.matching import engine
from canonical.matching.comparison import compare
from canonical.matching.explain import explain
from canonical.matching.levels import COMPARISONS
from canonical.matching.model import Model
from tests.canonical.matching.crowds import crowds, frame

SHIPPED = Model.shipped()
TOLD = [*(comparison.name for comparison in COMPARISONS), "weight", "probability", "outcome"]


def all_pairs(crowd: pl.DataFrame) -> pl.DataFrame:
    ids = crowd.select("member_id")
    both = ids.join(ids, how="cross", suffix="_high")
    pairs = both.filter(pl.col("member_id") < pl.col("member_id_high"))
    return pairs.rename({"member_id": "low", "member_id_high": "high"}).sort("low", "high")


@given(crowds(most=2))
@settings(max_examples=40, deadline=None)
def test_comparing_is_symmetric(crowd: pl.DataFrame) -> None:
    one, other = crowd["member_id"]
    swapped = crowd.with_columns(member_id=pl.Series([other, one]))
    pairs = all_pairs(crowd)
    told, turned = (compare(pairs, each, SHIPPED).select(TOLD) for each in (crowd, swapped))
    assert told.equals(turned)


@given(crowds())
@settings(max_examples=40, deadline=None)
def test_a_pair_is_judged_alike_alone_and_in_a_crowd(crowd: pl.DataFrame) -> None:
    pairs = all_pairs(crowd)
    whole = compare(pairs, crowd, SHIPPED)
    alone = [compare(pairs[row], crowd, SHIPPED) for row in range(min(len(pairs), 8))]
    assert whole.head(8).equals(pl.concat(alone))


@given(crowds(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_edges_do_not_depend_on_the_order(crowd: pl.DataFrame, chance: object) -> None:
    order = list(range(len(crowd)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    edges = engine.edges(crowd, SHIPPED)
    assert engine.edges(crowd[order], SHIPPED).equals(edges)
    kept = compare(edges.select("low", "high"), crowd, SHIPPED)
    assert kept.equals(edges)


def levels(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    crowd = frame([{"member_id": 1, **one}, {"member_id": 2, **other}])
    return compare(all_pairs(crowd), crowd, SHIPPED).row(0, named=True)


def _month(year: int, month: int) -> dict[str, Any]:
    return {"established_on": date(year, month, 1), "established_precision": "month"}


@pytest.mark.parametrize("comparison", ["birth", "begun"])
def test_the_same_month_says_less_than_the_same_day(comparison: str) -> None:
    (told,) = [each for each in COMPARISONS if each.name == comparison]
    for kinds in SHIPPED.kinds.values():
        weight = {
            level: kinds[0].levels[comparison][told.code(level)]
            / sum(kind.share * kind.levels[comparison][told.code(level)] for kind in kinds)
            for level in ("same", "month", "differs")
        }
        assert weight["same"] > weight["month"] > weight["differs"]


@pytest.mark.parametrize(
    ("comparison", "one", "other", "level"),
    [
        ("name", {"name_core": "鳴瀬精密"}, {"name_core": "鳴瀬精密"}, "same_rare"),
        ("name", {"name_core": "鳴瀬精密"}, {"name_core": "鳴瀬精機"}, "close"),
        ("name", {"name_core": "鳴瀬精密"}, {"name_core": "鳴瀬精密本舗"}, "part"),
        ("name", {"name_core": "鳴瀬精密"}, {"name_core": "蔵王商会"}, "differs"),
        ("name", {"name_core": "鳴瀬精密"}, {"name_core": None}, "unknown"),
        ("name", {"name_core": "樋口設備", "name_kana": "ヒグチセツビ"},
         {"name_core": "ヒグチセツビ"}, "same_reading"),
        ("person", {"person_name": "鵜川瑞樹"}, {"person_name": "鵜川瑞希"}, "close_given"),
        ("person", {"person_name": "鵜川瑞樹"}, {"person_name": "鵜川節子"}, "same_family"),
        ("person", {"person_name": "林直", "family_name": "林"}, {"person_name": "林節子"},
         "same_family"),
        ("person", {"person_name": "鵜川節子"}, {"person_name": "大沼節子"}, "same_given"),
        ("person", {"person_name": "鵜川瑞樹", "person_kana": "ウカワミズキ"},
         {"person_name": "ウカワミズキ"}, "same_reading"),
        ("birth", {"birth_on": date(1961, 3, 7)}, {"birth_on": date(1961, 7, 3)}, "close"),
        ("birth", {"birth_on": date(1961, 3, 7)}, {"birth_on": date(1961, 3, 1)}, "month"),
        ("birth", {"birth_on": date(1961, 3, 7)}, {"birth_on": date(1988, 9, 2)}, "differs"),
        ("begun", {"established_on": date(1999, 8, 2)}, {"established_on": date(1999, 1, 1)},
         "month"),
        ("begun", {"established_on": date(1999, 8, 2)}, _month(1999, 8), "month"),
        ("begun", _month(1999, 8), _month(1999, 8), "month"),
        ("begun", {"established_on": date(1999, 8, 1)}, _month(1999, 8), "month"),
        ("begun", _month(1999, 8), _month(1999, 9), "differs"),
        ("begun", _month(1999, 8), _month(1998, 8), "differs"),
        ("begun", _month(1999, 1), {"established_on": date(1999, 8, 1)}, "differs"),
        ("begun", _month(1999, 8), {}, "unknown"),
        ("begun", {"established_on": date(1999, 8, 1)}, {"established_on": date(1999, 8, 1)},
         "same"),
        ("birth", {"birth_on": date(1961, 3, 1), "birth_precision": "month"},
         {"birth_on": date(1961, 3, 7)}, "month"),
        ("form", {"legal_form": "301", "legal_form_position": "prefix"},
         {"legal_form": "301", "legal_form_position": "suffix"}, "other_side"),
        ("phone", {"phone": "0221234567"}, {"phone": "0221234576"}, "close"),
        ("email", {"email": "a@x.example.jp"}, {"email": "info@x.example.jp"}, "same_domain"),
        ("email", {"email": "a@x.example.jp"}, {"email": "info@y.example.jp"}, "differs"),
    ],
)  # fmt: skip
def test_levels(comparison: str, one: dict[str, Any], other: dict[str, Any], level: str) -> None:
    assert levels(one, other)[comparison] == level


@pytest.mark.parametrize(
    ("changed", "level"),
    [
        ({}, "block"),
        ({"building": "第1ビル2"}, "block"),
        ({"block": "1-24-301"}, "block"),
        ({"block": "1-24-3"}, "close"),
        ({"town": "愛ノ森"}, "close"),
        ({"block": "5-3"}, "town"),
        ({"town": "増田"}, "city"),
        ({"municipality_code": "04101"}, "prefecture"),
        ({"municipality_code": "13101", "prefecture_code": "13"}, "differs"),
        ({"municipality_code": None, "prefecture_code": None}, "unknown"),
    ],
)
def test_levels_of_a_place(changed: dict[str, Any], level: str) -> None:
    place = {"prefecture_code": "04", "municipality_code": "04207", "town": "愛ノ杜",
             "block": "1-24"}  # fmt: skip
    assert levels(place, place | changed)["place"] == level


HAMAMATSU = {"municipality_code": "22138", "city": "浜松市中央区", "town": "板屋町"}
SHIZUOKA = {"municipality_code": "22101", "city": "静岡市葵区", "town": "板屋町"}


@pytest.mark.parametrize(
    ("changed", "level"),
    [
        ({}, "block"),
        ({"town": "浜松市東区板屋町"}, "prefecture"),
        ({"block": "5-3"}, "prefecture"),
        (HAMAMATSU, "block"),
        (HAMAMATSU | {"block": "5-3"}, "prefecture"),
        (SHIZUOKA, "close"),
        (SHIZUOKA | {"prefecture_code": "13"}, "differs"),
        (SHIZUOKA | {"town": "浜松市中区板屋町一番"}, "prefecture"),
    ],
)
def test_a_municipality_that_is_no_more_stands_in_the_town(
    changed: dict[str, Any], level: str
) -> None:
    old = {"prefecture_code": "22", "town": "浜松市中区板屋町", "block": "111-2"}
    assert levels(old, old | changed)["place"] == level


def test_a_town_without_a_municipality_is_no_place() -> None:
    bare = {"prefecture_code": "22", "town": "板屋町", "block": "111-2"}
    assert levels(bare, bare)["place"] == "prefecture"
    assert levels(bare, bare | HAMAMATSU)["place"] == "prefecture"


def test_rooms_of_a_building() -> None:
    place = {"municipality_code": "04207", "town": "愛ノ杜", "block": "1-24"}
    room = place | {"building": "第1ビル201"}
    assert levels(room, room)["place"] == "room"
    assert levels(room, place | {"building": "201"})["place"] == "block"
    assert levels(room, place | {"building": "第1ビル305"})["place"] == "other_room"
    assert levels(room, place | {"block": "1-24-201"})["place"] == "block"
    assert levels(room, place | {"block": "1-24-305"})["place"] == "other_room"
    assert (
        levels(place | {"building": "第1ビル"}, place | {"block": "1-24-305"})["place"] == "block"
    )


def test_what_is_not_known_weighs_nothing() -> None:
    crowd = frame(
        [{"member_id": 1, "name_core": "鳴瀬精密"}, {"member_id": 2, "name_core": "鳴瀬精密"}]
    )
    told = explain(2, 1, crowd, SHIPPED)
    weights = dict(told.select("comparison", "weight").iter_rows())
    assert weights.pop("name") > 0
    assert set(weights.values()) == {0.0}


def test_an_explanation_shows_both_values_in_the_order_asked() -> None:
    crowd = frame(
        [{"member_id": 1, "phone": "0221234567"}, {"member_id": 2, "phone": "0221234568"}]
    )
    row = explain(2, 1, crowd, SHIPPED).row(
        by_predicate=pl.col("comparison") == "phone", named=True
    )
    assert (row["value_a"], row["value_b"], row["level"]) == ("0221234568", "0221234567", "close")


def test_a_pair_of_somebody_unknown_is_an_error() -> None:
    crowd = frame([{"member_id": 1}, {"member_id": 2}])
    pairs = pl.DataFrame({"low": [1], "high": [3]})
    with pytest.raises(KeyError, match="features are not given"):
        compare(pairs, crowd, SHIPPED)
