"""What identifies members exactly, and what only looks as if it did."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.identifiers import complete_corporate_number, is_corporate_number
from canonical.matching.identity import anchors, identifiers
from tests.canonical.matching.businesses import number

_PARTY = {
    "member_id": pl.Int64,
    "record_id": pl.Int64,
    "role": pl.String,
    "ordinal": pl.Int32,
    "kind": pl.String,
    "corporate_number": pl.String,
    "sole_proprietor_number": pl.String,
}
_CORPORATE, _SOLE = "corporate_number", "sole_proprietor_number"


def parties(*rows: dict[str, Any]) -> pl.DataFrame:
    """Party claims, each of a record of its own unless it says otherwise; their ids are 1, 2, …"""
    usual = dict.fromkeys(_PARTY) | {"role": "applicant", "ordinal": 0}
    return pl.DataFrame(
        [usual | {"member_id": n, "record_id": n} | row for n, row in enumerate(rows, 1)],
        schema=_PARTY,
    )


def held(found: pl.DataFrame) -> set[tuple[Any, ...]]:
    return set(found.select("member_id", "kind", "value").iter_rows())


@given(st.integers(0, 10**12 - 1), st.sampled_from("0123456789"))
def test_a_number_counts_when_its_check_digit_is_good(rest: int, check: str) -> None:
    value = f"{check}{rest:012}"
    found = held(identifiers(parties({_CORPORATE: value}), {}))
    filler = len(set(value)) == 1
    assert found == (
        {(1, _CORPORATE, value)} if is_corporate_number(value) and not filler else set()
    )


@pytest.mark.parametrize("digit", "0123456789")
def test_one_digit_over_and_over_is_nobodys_number(digit: str) -> None:
    filler = digit * 13
    claims = parties({_CORPORATE: filler}, {_SOLE: filler, "kind": "sole_proprietor"})
    listed = pl.DataFrame(
        {"record_id": [1, 2], "role": ["applicant"] * 2, "kind": ["source", "invoice_number"],
         "value": [digit * 5, digit * 6], "issued_by": ["a system", None]}
    )  # fmt: skip
    accounts = pl.DataFrame(
        {"record_id": [1], "role": ["applicant"], "account_key": [digit * 9],
         "parent_account": ["-"]}
    )  # fmt: skip
    found = identifiers(claims, {"party_identifier": listed, "account": accounts})
    assert found.is_empty()
    assert anchors(claims, found)["number"].null_count() == 2


def test_a_number_of_the_other_kind_of_party_counts_for_nothing() -> None:
    found = identifiers(
        parties(
            {_CORPORATE: number(1), "kind": "sole_proprietor"},
            {_SOLE: "3000000000003", "kind": "corporation"},
            {_SOLE: "3000000000003", "kind": "sole_proprietor"},
        ),
        {},
    )
    assert held(found) == {(3, _SOLE, "3000000000003")}


def test_who_carries_two_numbers_is_identified_by_neither() -> None:
    listed = pl.DataFrame(
        {"record_id": [1, 1], "role": ["applicant"] * 2, "kind": [_CORPORATE] * 2,
         "value": [number(1), number(2)], "issued_by": [None, None]},
        schema_overrides={"issued_by": pl.String},
    )  # fmt: skip
    assert identifiers(parties({}), {"party_identifier": listed}).is_empty()


def test_what_a_record_lists_is_of_the_party_in_the_same_role() -> None:
    claims = parties({"role": "applicant"}, {"record_id": 1, "role": "vendor"}, {"record_id": 3})
    accounts = pl.DataFrame(
        {"record_id": [1, 3, 1], "role": ["vendor", "holder", "holder"],
         "account_key": ["gbiz-1", "gbiz-3", "gbiz-4"], "parent_account": [None, None, None]},
        schema_overrides={"parent_account": pl.String},
    )  # fmt: skip
    found = identifiers(claims, {"account": accounts})
    assert held(found) == {(2, "gbizid_account", "gbiz-1"), (3, "gbizid_account", "gbiz-3")}


def test_one_value_of_two_issuers_is_two_identifiers() -> None:
    listed = pl.DataFrame(
        {"record_id": [1, 2], "role": ["applicant"] * 2, "kind": ["source"] * 2,
         "value": ["11", "11"], "issued_by": ["one", "other"]}
    )  # fmt: skip
    found = identifiers(parties({}, {}), {"party_identifier": listed})
    assert found["value"].n_unique() == 2


def test_a_completed_number_is_a_good_one() -> None:
    value = complete_corporate_number("010001000123")
    assert held(identifiers(parties({_CORPORATE: f" {value} "}), {})) == {(1, _CORPORATE, value)}
