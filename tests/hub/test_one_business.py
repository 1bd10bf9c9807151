"""Ten systems, one business: what the hub joins and relates, held against the world's truth."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from mocks.world import World
from mocks.world.truth import Related
from tests.hub.ten_systems import Judged, TenSystems, ten_systems

pytestmark = pytest.mark.network

EVENTS = (
    "incorporated",
    "merged",
    "split",
    "renamed",
    "moved",
    "representative_changed",
    "died",
    "succeeded",
    "ownership_changed",
)
ROUNDS = 5
LATE = 140
"""Days after which every system has heard of what it ever hears."""


@pytest.fixture(scope="module")
def before_and_after(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Judged, TenSystems]]:
    """A world of 500 businesses as it was, and after some of everything happened to it."""
    with ten_systems(World(7, 500), tmp_path_factory.mktemp("ten")) as ten:
        ten.sync()
        before = ten.judged()
        ten.world.apply({"kind": "place_renamed"})
        for _ in range(ROUNDS):
            for kind in EVENTS:
                ten.world.apply({"kind": kind})
            ten.advance(1)
        ten.advance(LATE)
        ten.sync()
        yield before, ten


@pytest.fixture(scope="module")
def before(before_and_after: tuple[Judged, TenSystems]) -> Judged:
    return before_and_after[0]


@pytest.fixture(scope="module")
def ten(before_and_after: tuple[Judged, TenSystems]) -> TenSystems:
    return before_and_after[1]


@pytest.fixture(scope="module")
def after(ten: TenSystems) -> Judged:
    return ten.judged()


def test_no_two_businesses_are_joined(before: Judged, after: Judged) -> None:
    assert (before.false, after.false) == ({}, {})
    assert len(before.claims) > 800


def test_nearly_all_that_belongs_together_is_joined(before: Judged, after: Judged) -> None:
    assert before.recall >= 0.985
    assert after.recall >= 0.985


def test_what_is_no_secret_is_joined_but_for_a_few(after: Judged) -> None:
    several = {name for name in after.parties if len(after.open_parties(name)) > 1}
    assert len(several) <= 0.005 * len(after.parties), several


def test_who_moved_or_was_renamed_is_the_same_business(ten: TenSystems, after: Judged) -> None:
    changed = [
        event["business"]
        for event in ten.world.truth.events
        if event["kind"] in {"renamed", "moved", "representative_changed"}
    ]
    corporations = [b for b in changed if ten.world.businesses[b].kind == "corporation"]
    assert len(corporations) > 2 * ROUNDS
    assert {len(after.open_parties(business)) for business in corporations} == {1}


def _between(ten: TenSystems, after: Judged, one: Related) -> list[Any]:
    ends = (after.open_parties(one.of), after.open_parties(one.to))
    return [
        row
        for row in ten.relations()
        if (row.from_party in ends[0] and row.to_party in ends[1])
        or (row.from_party in ends[1] and row.to_party in ends[0])
    ]


def test_every_merger_is_confirmed_by_the_register(ten: TenSystems, after: Judged) -> None:
    mergers = ten.truly_related("merged_into")
    assert len(mergers) == ROUNDS
    for merger in mergers:
        (row,) = [r for r in _between(ten, after, merger) if r.kind == "successor_of"]
        assert (row.cause, row.status, row.scope) == ("merger", "confirmed", "")
        assert row.from_party in after.open_parties(merger.to)
        assert date.fromisoformat(str(row.since_on)) == merger.since


def test_who_incorporated_is_found_once_the_head_is_known(ten: TenSystems, after: Judged) -> None:
    found = 0
    for one in ten.truly_related("incorporated_as"):
        heads = after.told(one.to, "person_name") & after.told(one.of, "person_name")
        rows = _between(ten, after, one)
        assert bool(rows) == bool(heads), one
        for row in rows:
            found += 1
            assert (row.kind, row.cause, row.status) == (
                "successor_of",
                "incorporation",
                "candidate",
            )
            assert row.from_party in after.open_parties(one.to)
    assert found >= ROUNDS // 2


def test_heirs_and_split_off_companies_are_found_where_anything_tells(
    ten: TenSystems, after: Judged
) -> None:
    shared = {"succeeded_by": "trade_name", "split_from": "birth_on"}
    told = [
        one
        for relation, column in shared.items()
        for one in ten.truly_related(relation)
        if after.told(one.of, column) & after.told(one.to, column)
    ]
    assert len(told) >= 3
    assert [one for one in told if not _between(ten, after, one)] == []


def test_nobody_else_is_related(ten: TenSystems, after: Judged) -> None:
    truth = {frozenset((one.of, one.to)) for one in ten.world.truth.related}
    wrong = [
        row
        for row in ten.relations()
        if not any(
            frozenset((one, other)) in truth
            for one in after.claims[row.from_party]
            for other in after.claims[row.to_party]
        )
    ]
    assert wrong == []
