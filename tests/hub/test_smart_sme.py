"""The register of information-processing supporters, from its mock into the store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from unittest.mock import patch

import pytest

from base.errors import ReadError
from hub.options import SyncSummary
from mocks.faults import Fault
from mocks.smart_sme import flaws, lists, rows
from mocks.smart_sme.app import Register
from mocks.world import World
from tests.hub.systems import OneSystem, one_system

MANY = tuple(zip((0.3, 0.1, 0.03, 0.1), (group for _, group in flaws.SHARES), strict=True))
STREAMS = ("vendors", "tools")


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneSystem]:
    home = tmp_path_factory.mktemp("smart_sme")
    with (
        patch.object(flaws, "SHARES", MANY),
        patch.object(rows, "COMMA_SHARE", 0.02),
        patch.object(rows, "PRIVATE_SHARE", 0.05),
        patch.object(lists, "LISTED_TWICE", 0.05),
        one_system("smart_sme", World(4, 6000), home) as one,
    ):
        yield one


@pytest.fixture(scope="module")
def first(system: OneSystem) -> dict[str, SyncSummary]:
    return system.sync_all()


def shown(system: OneSystem, stream: str) -> set[str]:
    truth = system.servers.world.truth.business_of
    return {record.key for record in truth if record.stream == stream}


def register(system: OneSystem) -> Register:
    return system.servers.systems.mocks["smart_sme"].app.state.smart_sme  # type: ignore[union-attr,no-any-return]


def test_every_row_of_both_lists_is_read_once(
    system: OneSystem, first: dict[str, SyncSummary]
) -> None:
    for stream in STREAMS:
        number = system.hub.store.stream_id("smart_sme", stream)
        held = [key for keys in system.hub.store.live_keys(number) for key in keys]
        assert sorted(held) == sorted(shown(system, stream))
    vendors = first["vendors"].counts
    assert vendors["new"] + vendors["quarantined"] == len(shown(system, "vendors")) > 100
    assert vendors["duplicate"] >= 1


def test_exactly_what_the_truth_names_is_quarantined(
    system: OneSystem, first: dict[str, SyncSummary]
) -> None:
    expected = system.must_be_quarantined(STREAMS)
    assert system.quarantined() == expected
    assert {rule for _, _, _, rule, _ in expected} >= {
        "check_digit", "impossible_date", "unit_missing", "not_a_phone", "not_an_integer", "nul",
        "personal_number", "columns",
    }  # fmt: skip


def test_a_supporter_is_a_party_and_a_vendor(
    system: OneSystem, first: dict[str, SyncSummary]
) -> None:
    sound = shown(system, "vendors") - {key for _, key, *_ in system.quarantined()}
    claims = system.claims("vendors", min(sound))
    by_entity = {claim.entity: claim for claim in claims}
    assert {"party", "vendor", "contact"} <= by_entity.keys()
    assert by_entity["party"].role == "vendor"
    vendor = by_entity["vendor"].values
    assert vendor["certification_number"] == min(sound)
    assert (vendor["valid_until"] - vendor["certified_on"]).days in range(1094, 1097)


def test_a_tool_names_its_vendor(system: OneSystem, first: dict[str, SyncSummary]) -> None:
    sound = shown(system, "tools") - {key for _, key, *_ in system.quarantined()}
    by_entity = {c.entity: c.values for c in system.claims("tools", min(sound))}
    assert by_entity["tool"]["tool_key"] == min(sound)
    assert by_entity["vendor"]["certification_number"] in shown(system, "vendors")


def test_a_second_run_writes_nothing_and_reads_no_file_that_is_the_same(
    system: OneSystem, first: dict[str, SyncSummary]
) -> None:
    before = system.quarantined()
    again = system.sync_all()
    assert again["vendors"].counts["read"] == 0
    tools = again["tools"].counts  # rows of it were refused: it may have been spoilt on its way
    assert tools["read"] == tools["unchanged"] > 0
    assert system.quarantined() == before


def test_who_leaves_the_list_is_deleted(system: OneSystem, first: dict[str, SyncSummary]) -> None:
    world, files = system.servers.world, register(system).lists
    sound = shown(system, "vendors") - {key for _, key, *_ in system.quarantined()}
    gone = files.vendors[min(sound)]
    gone.left = world.today
    with system.servers.world.lock:
        files._write()
    counts = {name: one.counts for name, one in system.sync_all().items()}
    assert counts["vendors"]["deleted"] == 1
    assert not system.claims("vendors", gone.number)
    assert counts["tools"]["deleted"] >= 1


def test_a_list_that_says_that_everything_is_gone_waits_for_approval(
    system: OneSystem, first: dict[str, SyncSummary]
) -> None:
    files = register(system).lists.files
    files["vendors.csv"] = replace(files["vendors.csv"], etag='"emptied"')
    system.servers.faults.add(Fault("rows_gone", "smart_sme", count=2))
    before = shown(system, "vendors")
    with pytest.raises(ReadError, match="are missing from the snapshot"):
        system.sync("vendors")
    system.servers.faults.clear()
    assert system.sync("vendors").counts["deleted"] == 0
    assert shown(system, "vendors") == before
