"""Survivorship as laws: order, neighbours and what was taken away make no difference."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from canonical.golden.agreement import agree
from canonical.golden.order import ordered
from canonical.golden.survivorship import Survival, survive
from canonical.golden.units import COLUMNS, UNITS, Likeness
from tests.canonical.golden.claims import frame

_DAYS = st.sampled_from([None, date(2019, 3, 31), date(2023, 4, 1), date(2026, 1, 5)])
_ROLES = st.sampled_from(
    ["base_registry", "register", "identity_provider", "aggregator", "procedure", "adviser"]
)


@st.composite
def _claims(draw: st.DrawFn) -> dict[str, Any]:
    some = st.none() | st.sampled_from(["あ", "い"])
    money = draw(st.sampled_from([None, (1_000_000, 1_000), (1_000_001, 1), (2_000_000, 10_000)]))
    day = draw(
        st.sampled_from(
            [None, (date(1998, 1, 1), "year"), (date(1998, 4, 1), "month"),
             (date(1998, 4, 17), "day"), (date(1997, 4, 17), "day")]
        )
    )  # fmt: skip
    reduced = draw(some)
    return {
        "party_id": draw(st.integers(1, 3)),
        "source_role": draw(_ROLES),
        "role": draw(st.sampled_from(["self", "applicant", "vendor"])),
        "as_of": draw(_DAYS),
        "precedence": draw(st.sampled_from([0, 0, 1])),
        "name": reduced,
        "name_reduced": reduced,
        "legal_form": draw(st.sampled_from([None, "301", "302"])),
        "name_kana": draw(some),
        "address_city": draw(some),
        "address_town": draw(some),
        "representative_name": draw(some),
        "representative_birth_on": draw(_DAYS),
        "capital_jpy": money and money[0],
        "capital_jpy_unit": money and money[1],
        "founded_on": day and day[0],
        "founded_on_precision": day and day[1],
        "activity_status": draw(st.sampled_from([None, "active", "closed"])),
        "employees_regular": draw(st.none() | st.integers(1, 3)),
    }


_FEW = settings(deadline=None, max_examples=12)
_SETS = st.lists(_claims(), min_size=1, max_size=9)


def _same(one: Survival, other: Survival) -> None:
    for mine, theirs, key in (
        (one.values, other.values, ["party_id"]),
        (one.winners, other.winners, ["party_id", "unit"]),
        (one.conflicts, other.conflicts, ["party_id", "field"]),
    ):
        assert_frame_equal(mine.sort(key), theirs.sort(key))


@_FEW
@given(_SETS, st.randoms(use_true_random=False))
def test_the_order_of_claims_makes_no_difference(claims: list[dict[str, Any]], random: Any) -> None:
    whole = frame(claims)
    places = list(range(whole.height))
    random.shuffle(places)
    _same(survive(whole), survive(whole[places]))


@_FEW
@given(_SETS, _claims())
def test_taking_a_claim_away_restores_what_was_there_before(
    claims: list[dict[str, Any]], one_more: dict[str, Any]
) -> None:
    before = frame(claims)
    after = frame([*claims, one_more])
    _same(survive(before), survive(after.head(-1)))
    unsaid = after.with_columns(
        source_role=pl.when(pl.col("member_id") < after.height).then("source_role")
    )
    _same(survive(before), survive(unsaid))


@_FEW
@given(_SETS)
def test_a_party_is_the_same_alone_and_among_others(claims: list[dict[str, Any]]) -> None:
    whole = frame(claims)
    alone = [survive(part) for part in whole.partition_by("party_id")]
    _same(
        survive(whole),
        Survival(
            pl.concat([found.values for found in alone]),
            pl.concat([found.winners for found in alone]),
            pl.concat([found.conflicts for found in alone]),
        ),
    )


@_FEW
@given(_SETS)
def test_every_value_is_some_claim_s_own_and_groups_are_never_mixed(
    claims: list[dict[str, Any]],
) -> None:
    whole = frame(claims)
    found = survive(whole)
    said = {row["member_id"]: row for row in whole.iter_rows(named=True)}
    values = {row["party_id"]: row for row in found.values.iter_rows(named=True)}
    winners = {
        (row["party_id"], row["unit"]): said[row["member_id"]]
        for row in found.winners.iter_rows(named=True)
    }
    for party, row in values.items():
        for name, columns in COLUMNS.items():
            winner = winners.get((party, name))
            assert {column: row[column] for column in columns} == {
                column: winner and winner[column] for column in columns
            }
            assert winner is None or winner["party_id"] == party


@_FEW
@given(_SETS)
def test_no_claim_agrees_with_the_winner_and_is_finer(claims: list[dict[str, Any]]) -> None:
    whole = ordered(frame(claims))
    rows = whole.rows
    found = survive(frame(claims))
    places = dict(rows.select("member_id", "#row").iter_rows())
    (unit,) = [unit for unit in UNITS if unit.name == "capital_jpy"]
    assert unit.likeness is Likeness.MONEY
    for party, member in (
        found.winners.filter(pl.col("unit") == unit.name)
        .select("party_id", "member_id")
        .iter_rows()
    ):
        winner = places[member]
        others = rows.filter(
            pl.col("party_id") == party,
            pl.col("capital_jpy_unit") < rows["capital_jpy_unit"][winner],
        )["#row"]
        holder = pl.Series([winner], dtype=pl.UInt32).new_from_index(0, others.len())
        assert not agree(unit, rows, others, holder).any()
