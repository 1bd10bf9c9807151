"""The partition of members, link by link: what joins, what is kept apart, what nobody takes."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.matching.clustering import Evidence, partition
from canonical.matching.identity import IDENTIFIER_SCHEMA
from canonical.matching.tables import DECISION_SCHEMA, EDGE_SCHEMA
from tests.canonical.matching.businesses import number

MEMBER_SCHEMA = {"member_id": pl.Int64, "scope": pl.String, "kind": pl.String}


def evidence(
    members: dict[int, str | None],
    *,
    numbers: dict[int, int] | None = None,
    accounts: dict[int, str] | None = None,
    edges: list[tuple[Any, ...]] | None = None,
    decisions: list[tuple[int, int, str]] | None = None,
    scopes: dict[int, str] | None = None,
) -> Evidence:
    """Members by id with their kind; a decision's number is its place in the list."""
    held = [("corporate_number", number(of), m) for m, of in (numbers or {}).items()]
    held += [("gbizid_account", value, m) for m, value in (accounts or {}).items()]
    decided = [
        (no, min(a, b), max(a, b), verdict, None)
        for no, (a, b, verdict) in enumerate(decisions or [], start=1)
    ]
    rows = [(m, (scopes or {}).get(m, ""), kind) for m, kind in members.items()]
    return Evidence(
        pl.DataFrame(rows, schema=MEMBER_SCHEMA, orient="row"),
        pl.DataFrame(held, schema=IDENTIFIER_SCHEMA, orient="row"),
        pl.DataFrame(edges or [], schema=EDGE_SCHEMA, orient="row"),
        pl.DataFrame(decided, schema=DECISION_SCHEMA, orient="row"),
    )


def parties(found: Evidence) -> set[tuple[int, ...]]:
    groups = partition(found).group_by("cluster").agg(pl.col("member_id").sort())
    return {tuple(members) for members in groups["member_id"].to_list()}


def members(*ids: int, kind: str | None = None) -> dict[int, str | None]:
    return dict.fromkeys(ids, kind)


def test_an_edge_joins_and_its_probability_is_told() -> None:
    found = evidence(members(1, 2, 3), edges=[(1, 2, 0.97, "same"), (2, 3, 0.6, "review")])
    assert parties(found) == {(1, 2), (3,)}
    told = partition(found).select("basis", "probability").rows()
    assert told == [("match", 0.97), ("match", 0.97), ("alone", None)]


def test_two_numbers_are_never_joined_whatever_links_them() -> None:
    found = evidence(
        members(1, 2, 3, 4),
        numbers={1: 1, 2: 1, 3: 2},
        accounts={1: "g", 3: "g", 4: "g"},
        edges=[(2, 3, 0.9999, "same")],
        decisions=[(1, 3, "same")],
    )
    assert parties(found) == {(1, 2), (3,), (4,)}


@pytest.mark.parametrize(
    ("other", "expected"),
    [(0.999, {(1,), (2,), (3,)}), (0.9, {(1, 3), (2,)})],
)
def test_of_two_candidates_about_as_good_none_is_taken(
    other: float, expected: set[tuple[int, ...]]
) -> None:
    found = evidence(
        members(1, 2, 3),
        numbers={1: 1, 2: 2},
        edges=[(1, 3, 0.9999, "same"), (2, 3, other, "same")],
    )
    assert parties(found) == expected


def test_a_third_does_not_bring_relatives_together() -> None:
    found = evidence(
        members(1, 2, 3, kind="sole_proprietor"),
        edges=[(1, 3, 0.99999, "same"), (2, 3, 0.9, "same"), (1, 2, 0.4, "different")],
    )
    assert parties(found) == {(1, 3), (2,)}


def test_of_two_relatives_about_as_good_none_is_taken() -> None:
    found = evidence(
        members(1, 2, 3, kind="sole_proprietor"),
        edges=[(1, 3, 0.9999, "same"), (2, 3, 0.999, "same"), (1, 2, 0.4, "different")],
    )
    assert parties(found) == {(1,), (2,), (3,)}


def test_who_is_kept_from_a_party_by_a_rule_is_no_rival_of_who_is_not() -> None:
    found = evidence(
        members(1, 2, 3, 4, kind="sole_proprietor"),
        edges=[
            (1, 2, 0.999999, "same"),
            (1, 3, 0.999, "same"),
            (1, 4, 0.995, "same"),
            (2, 4, 0.3, "different"),
            (3, 4, 0.3, "different"),
        ],
    )
    assert parties(found) == {(1, 2, 3), (4,)}


def test_a_person_and_a_corporation_are_never_one() -> None:
    found = evidence(
        {1: "sole_proprietor", 2: "corporation"},
        accounts={1: "g", 2: "g"},
        edges=[(1, 2, 0.9999, "same")],
        decisions=[(1, 2, "same")],
    )
    assert parties(found) == {(1,), (2,)}


def test_a_person_keeps_apart_what_an_identifier_joins() -> None:
    found = evidence(
        members(1, 2, 3),
        numbers={1: 1, 2: 1, 3: 1},
        decisions=[(1, 2, "different"), (1, 3, "different")],
    )
    assert parties(found) == {(1,), (2, 3)}


def test_of_contradictory_decisions_the_newer_link_holds() -> None:
    found = evidence(
        members(1, 2, 3),
        decisions=[(1, 3, "different"), (1, 2, "same"), (2, 3, "same")],
    )
    assert parties(found) == {(1,), (2, 3)}


def test_a_confidential_member_takes_none_of_two_and_bridges_nothing() -> None:
    found = evidence(
        members(1, 2, 3),
        edges=[(1, 3, 0.99, "same"), (2, 3, 0.99, "same")],
        scopes={3: "succession"},
    )
    assert parties(found) == {(1,), (2,), (3,)}


def test_those_left_make_a_party_of_their_own_scope() -> None:
    found = evidence(
        members(1, 2, 3, 4),
        edges=[(2, 3, 0.99, "same"), (3, 4, 0.99, "same")],
        scopes={2: "succession", 3: "succession", 4: "yorozu"},
    )
    assert parties(found) == {(1,), (2, 3), (4,)}


_PAIRS = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)).filter(lambda p: p[0] < p[1]))


@given(
    st.permutations(range(1, 10)),
    st.dictionaries(st.integers(1, 9), st.integers(1, 3)),
    st.dictionaries(st.integers(1, 9), st.sampled_from("gh")),
    _PAIRS,
    _PAIRS,
    st.dictionaries(st.integers(1, 9), st.sampled_from(["succession", "yorozu"])),
    st.randoms(use_true_random=False),
)
def test_the_order_of_rows_says_nothing_and_open_members_hear_of_no_other(
    order: list[int],
    numbers: dict[int, int],
    accounts: dict[int, str],
    linked: list[tuple[int, int]],
    apart: list[tuple[int, int]],
    scopes: dict[int, str],
    random_: Any,
) -> None:
    edges = {pair: (*pair, 0.9 + 0.01 * (sum(pair) % 9), "same") for pair in linked}
    edges |= {pair: (*pair, 0.3, "different") for pair in apart}

    def given_in(ids: list[int], rows: list[Any], seen: dict[int, str]) -> Evidence:
        return evidence(members(*ids), numbers=numbers, accounts=accounts, edges=rows, scopes=seen)

    rows = list(edges.values())
    first = partition(given_in(sorted(order), rows, scopes))
    random_.shuffle(rows)
    assert partition(given_in(order, rows, scopes)).equals(first)
    is_open = pl.col("scope") == ""
    open_ids = [m for m in order if m not in scopes]
    whole = given_in(open_ids, rows, {})
    alone = partition(whole.among(whole.members))
    assert first.filter(is_open).equals(alone)
