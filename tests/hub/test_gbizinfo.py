"""gBizINFO, from its mock into the store."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

import pytest

from hub.options import SyncSummary
from mocks.gbizinfo import index, spelling
from mocks.world import World
from tests.hub.systems import OneSystem, one_system

Summaries = dict[str, SyncSummary]
BY_HAND = {"patents"}


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneSystem]:
    home = tmp_path_factory.mktemp("gbizinfo")
    with (
        patch.object(spelling, "FLAWED", 0.2),
        patch.object(index, "ROWS", 40),
        one_system("gbizinfo", World(3, 1200), home) as one,
    ):
        yield one


@pytest.fixture(scope="module")
def first(system: OneSystem) -> Summaries:
    return system.sync_all()


def test_every_stream_but_patents_has_a_schedule(first: Summaries) -> None:
    assert set(first) == set(index.KINDS.values()) - BY_HAND


def test_every_record_is_read_and_copies_are_one(system: OneSystem, first: Summaries) -> None:
    shown: dict[str, set[str]] = {}
    for record in system.servers.world.truth.business_of:
        if record.system == "gbizinfo":
            shown.setdefault(record.stream, set()).add(record.key)
    store = system.hub.store
    for stream, summary in first.items():
        held = [k for keys in store.live_keys(store.stream_id("gbizinfo", stream)) for k in keys]
        assert sorted(held) == sorted(shown[stream]), stream
        assert summary.counts["read"] - summary.counts["duplicate"] == len(held), stream
    assert first["procurements"].counts["duplicate"] > 10


def test_exactly_what_the_truth_names_is_quarantined(system: OneSystem, first: Summaries) -> None:
    expected = system.must_be_quarantined(first)
    assert system.quarantined() == expected
    assert {rule for _, _, _, rule, _ in expected} == {
        "impossible_date", "not_a_url", "not_an_amount", "currency", "out_of_range",
    }  # fmt: skip


def test_nothing_drifts(first: Summaries) -> None:
    assert {stream: summary.findings for stream, summary in first.items()} == dict.fromkeys(
        first, 0
    )


def test_the_years_of_a_report_are_dated(system: OneSystem, first: Summaries) -> None:
    world = system.servers.world
    key = next(
        r.key for r in world.truth.business_of if r.stream == "finances" and r.key.endswith("-1")
    )
    by_entity = {claim.entity: claim.values for claim in system.claims("finances", key)}
    year = by_entity["financial_statement"]
    assert by_entity["party"]["corporate_number"] == key.partition("-")[0]
    assert (year["settled"], year["months"], year["sales_jpy"] > 0) == (True, 12, True)
    newer = {c.entity: c.values for c in system.claims("finances", f"{key[:-1]}0")}
    assert newer["financial_statement"]["period_start"] > year["period_end"]


def test_a_second_run_writes_nothing(system: OneSystem, first: Summaries) -> None:
    for stream, summary in system.sync_all().items():
        counts = summary.counts
        assert counts["new"] == counts["changed"] == counts["quarantined"] == 0, stream
        assert summary.written is not None
        assert summary.written.claims_written == summary.written.quarantine_opened == 0, stream
