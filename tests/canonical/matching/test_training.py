"""Learning without labels finds who is who, and people's decisions are heard."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import polars as pl
import pytest

from base.errors import StoreError
from canonical.matching import engine
from canonical.matching.comparison import compare
from canonical.matching.explain import verdict
from canonical.matching.model import Model
from canonical.matching.training import train, untrained
from tests.canonical.matching.crowds import frame


def town(businesses: int, seed: int = 4) -> tuple[pl.DataFrame, set[tuple[int, int]]]:
    """Companies of a prefecture, a third of them stated twice, and who is the same."""
    rng = Random(seed)
    rows: list[dict[str, Any]] = []
    same: set[tuple[int, int]] = set()
    letters = "鳴瀬蔵王愛杜増田精密商会工業設備建設食品運送電機"
    for _ in range(businesses):
        row = {
            "kind": "corporation", "name_core": "".join(rng.choices(letters, k=5)),
            "legal_form": rng.choice(("301", "302")), "legal_form_position": "prefix",
            "person_name": "".join(rng.choices(letters, k=4)), "prefecture_code": "04",
            "municipality_code": f"042{rng.randrange(9):02}", "town": rng.choice(letters),
            "block": f"{rng.randrange(9)}-{rng.randrange(40)}",
            "phone": f"022{rng.randrange(10**7):07}",
            "established_on": date(1960, 1, 1) + timedelta(days=rng.randrange(20000)),
        }  # fmt: skip
        rows.append({"member_id": len(rows) + 1, **row})
        if rng.random() < 0.33:
            lost = rng.choice(("phone", "person_name", "established_on", "town"))
            rows.append({"member_id": len(rows) + 1, **row, lost: None})
            same.add((len(rows) - 1, len(rows)))
    return frame(rows), same


def joined(features: pl.DataFrame, model: Model) -> set[tuple[int, int]]:
    edges = engine.edges(features, model).filter(pl.col("outcome") == "same")
    return set(edges.select("low", "high").iter_rows())


def test_it_learns_who_is_who_without_labels() -> None:
    features, same = town(600)
    found = joined(features, train(features))
    assert len(found & same) >= 0.97 * len(same)
    assert len(found - same) <= 0.01 * len(same)


def test_the_same_members_in_another_order_give_the_same_model() -> None:
    features, _ = town(200)
    assert train(features.reverse()).to_json() == train(features).to_json()


def test_nobody_to_learn_from() -> None:
    model = train(frame([]))
    assert model.trained_on == {"members": 0, "pairs": 0, "decisions": 0}
    assert model.kinds == untrained().kinds


def weights(pairs: pl.DataFrame, features: pl.DataFrame, model: Model) -> pl.Series:
    return compare(pairs, features, model)["weight"]


def test_decisions_are_heard_and_few_change_little() -> None:
    features, same = town(600)
    plain = train(features)
    pairs = engine.edges(features, plain).select("low", "high")
    told = pairs.with_columns(verdict=pl.lit("different"))
    taught = train(features, told)
    assert (weights(pairs, features, taught) < weights(pairs, features, plain) - 5).all()
    one = train(features, told.head(1))
    assert len(joined(features, one) & same) >= 0.95 * len(joined(features, plain) & same)


def test_decisions_about_others_are_left_out() -> None:
    features, _ = town(100)
    others = pl.DataFrame({"low": [10**6], "high": [10**6 + 1], "verdict": ["same"]})
    taught = train(features, others)
    assert taught.changed(trained_on={}) == train(features).changed(trained_on={})


def test_a_rare_name_weighs_more_than_a_common_one() -> None:
    rows = [
        {"member_id": n, "name_core": "鳴瀬精密", "municipality_code": f"{n:05}"}
        for n in range(1, 60)
    ]
    rows += [{"member_id": 100 + n, "name_core": f"蔵王{n}商会"} for n in range(200)]
    rows += [{"member_id": 1000 + n, "name_core": "愛杜工業", "municipality_code": "04207"}
             for n in (0, 1)]  # fmt: skip
    features = frame(rows)
    model = train(features)
    assert verdict(1, 2, features, model)["name"].to_list() == ["same_common"]
    assert verdict(1000, 1001, features, model)["name"].to_list() == ["same_rare"]


def test_a_model_survives_as_text() -> None:
    features, _ = town(100)
    model = train(features).changed(corrections={"name": (0.5,) * 8}, slope=0.9)
    assert Model.from_json(model.to_json()) == model
    assert Model.from_json(model.to_json()).to_json() == model.to_json()


def test_a_model_of_another_format_is_refused() -> None:
    text = untrained().to_json().replace('"format":', '"format":9')
    with pytest.raises(StoreError, match="another version"):
        Model.from_json(text)


def test_the_model_that_ships_knows_no_name() -> None:
    """Frequencies are kept by hash: the file holds no letter of any member's values."""
    assert Model.shipped().to_json().isascii()
