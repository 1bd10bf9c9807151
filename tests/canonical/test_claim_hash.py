"""The hash of a claim: stable, and different for what is different."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars._typing import PolarsDataType

from canonical.store.claims import hashes

texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00\x1e\x1f"), max_size=8)
claims = st.fixed_dictionaries(
    {
        "name": st.none() | texts,
        "capital_jpy": st.none() | st.integers(-(2**62), 2**62),
        "settled": st.none() | st.booleans(),
        "as_of": st.none() | st.dates(),
        "sent_at": st.none() | st.datetimes(timezones=st.just(UTC)),
    }
)
SCHEMA: dict[str, PolarsDataType] = {
    "name": pl.String,
    "capital_jpy": pl.Int64,
    "settled": pl.Boolean,
    "as_of": pl.Date,
    "sent_at": pl.Datetime("us", "UTC"),
}


def _hash(*rows: dict[str, Any]) -> list[bytes]:
    return hashes(pl.DataFrame(list(rows), schema=SCHEMA)).to_list()


def test_the_hash_of_a_known_claim_never_changes() -> None:
    """Written down once: another value here would rewrite every claim of every store."""
    claim = {
        "name": "株式会社いろは",
        "capital_jpy": 10_000_000,
        "settled": False,
        "as_of": date(2026, 4, 1),
        "sent_at": datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
    }
    assert _hash(claim)[0].hex() == "29f05791503d09525ede470e623807fd"


@settings(deadline=None)
@given(claims, claims)
def test_equal_claims_and_only_they_have_equal_hashes(one: dict[str, Any], other: Any) -> None:
    first, second = _hash(one, other)
    assert (first == second) == (one == other)


@settings(deadline=None)
@given(claims, claims)
def test_the_hash_does_not_depend_on_the_other_rows(one: dict[str, Any], other: Any) -> None:
    assert _hash(one, other)[0] == _hash(one)[0]


@settings(deadline=None)
@given(claims)
def test_order_of_columns_and_new_empty_columns_change_nothing(claim: dict[str, Any]) -> None:
    frame = pl.DataFrame([claim], schema=SCHEMA)
    turned = frame.select(reversed(frame.columns)).with_columns(
        new_field=pl.lit(None, dtype=pl.String), role=pl.lit("self"), ordinal=pl.lit(3)
    )
    assert hashes(turned).to_list() == hashes(frame).to_list()


def test_empty_text_is_not_absence() -> None:
    nothing: dict[str, Any] = dict.fromkeys(SCHEMA)
    assert len(set(_hash(nothing, nothing | {"name": ""}))) == 2
