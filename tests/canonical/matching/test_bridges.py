"""What a rule keeps apart, no third member brings together: in memory as in the store."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from canonical.matching import clustering, engine
from canonical.matching.identity import IDENTIFIER_SCHEMA
from canonical.matching.model import Model
from canonical.matching.tables import DECISION_SCHEMA
from canonical.store import Store
from tests.canonical.matching.businesses import Filled, Record, partition
from tests.canonical.matching.members import company, made, person

SHOP = person(name="鵜川堂", representative_name=None)
FATHER = SHOP | {"representative_name": "鵜川 太一郎", "representative_birth_on": date(1931, 3, 7)}
SON = SHOP | {"representative_name": "鵜川 瑞希", "representative_birth_on": date(1961, 9, 2)}
BEFORE = company(representative_name="鵜川 瑞樹", phone="022-123-4567")
BEHIND = BEFORE | {"name": "鳴瀬精密株式会社", "legal_form_position": "suffix"}
WITHOUT_FORM = BEFORE | {"name": "鳴瀬精密", "legal_form": None, "legal_form_position": "none",
                         "as_of": None}  # fmt: skip

TRIOS = pytest.mark.parametrize(
    "trio",
    [(FATHER, SON, SHOP), (BEFORE, BEHIND, WITHOUT_FORM)],
    ids=["relatives", "twins by form"],
)


@TRIOS
def test_a_third_like_both_is_no_bridge_in_memory(trio: tuple[dict[str, Any], ...]) -> None:
    compared = made(*trio)
    edges = engine.edges(compared, Model.shipped())
    outcomes = edges.select("low", "high", "outcome").rows()
    assert outcomes == [(1, 2, "different"), (1, 3, "same"), (2, 3, "same")]
    evidence = clustering.Evidence(
        compared.select("member_id", "kind", scope=pl.lit("")),
        pl.DataFrame(schema=IDENTIFIER_SCHEMA),
        edges,
        pl.DataFrame(schema=DECISION_SCHEMA),
    )
    assert clustering.partition(evidence)["cluster"].to_list() == [1, 2, 3]


@TRIOS
def test_a_third_like_both_is_no_bridge_in_the_store(
    store: Store, trio: tuple[dict[str, Any], ...]
) -> None:
    filled = Filled(store)
    records = [Record("subsidy", f"r{place}", party) for place, party in enumerate(trio)]
    filled.write(records)
    filled.match()
    assert len(partition(store)) == 3


@TRIOS
def test_a_third_that_comes_later_is_no_bridge_either(
    store: Store, trio: tuple[dict[str, Any], ...]
) -> None:
    filled = Filled(store)
    for place, party in enumerate(trio):
        filled.write([Record("subsidy", f"r{place}", party)])
        filled.match()
    parties = partition(store)
    assert len(parties) == 3
    filled.match(full=True)
    assert partition(store) == parties
