"""The management plan system, from its mock into the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from base.errors import ReadError
from hub.options import SyncOptions, SyncSummary
from mocks.management_plan import filings
from mocks.management_plan.files import Day
from mocks.world import World, dirt
from tests.hub.systems import OneSystem, one_system

SHARES = ("REFUSED_SHARE", "NOTED_SHARE", "REVIEW_SHARE", "MASKED_SHARE")


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneSystem]:
    home = tmp_path_factory.mktemp("management_plan")
    with pytest.MonkeyPatch.context() as few, patch.object(filings, "SHARE", 0.6):
        for share in SHARES:
            few.setattr(dirt, share, 0.06)
        with one_system("management_plan", World(4, 700), home) as one:
            yield one


@pytest.fixture(scope="module")
def first(system: OneSystem) -> SyncSummary:
    return system.sync("plans")


def test_every_plan_is_held_once(system: OneSystem, first: SyncSummary) -> None:
    shown = {
        key.key for key in system.servers.world.truth.business_of if key.system == "management_plan"
    }
    stream = system.hub.store.stream_id("management_plan", "plans")
    held = [key for keys in system.hub.store.live_keys(stream) for key in keys]
    assert sorted(held) == sorted(shown)
    assert len(shown) > 300
    assert first.counts["read"] > len(shown)


def test_exactly_what_the_truth_names_is_quarantined(system: OneSystem, first: SyncSummary) -> None:
    expected = system.must_be_quarantined(["plans"])
    assert system.quarantined() == expected
    assert {rule for _, _, _, rule, _ in expected} == {
        "check_digit", "impossible_date", "unknown_code", "schema", "malformed", "encoding",
        "personal_number",
    }  # fmt: skip


def test_a_plan_has_its_money_its_equipment_and_the_answers_of_its_filing(
    system: OneSystem, first: SyncSummary
) -> None:
    truth = system.servers.world.truth
    key = next(
        record.key
        for record in truth.business_of
        if record.system == "management_plan" and record not in truth.flaws
    )
    claims = system.claims("plans", key)
    found: dict[str, list[dict[str, object]]] = {}
    for claim in claims:
        found.setdefault(claim.entity, []).append(dict(claim.values))
    assert set(found) >= {
        "plan", "party", "contact", "financial_statement", "consent", "plan_fund",
        "plan_equipment",
    }  # fmt: skip
    (plan,) = found["plan"]
    (consent,) = found["consent"]
    assert plan["plan_key"] == consent["consent_key"] == key
    assert (consent["state"] == "given") is plan["data_use_consent"]
    for line in found["plan_equipment"]:
        assert line["amount_jpy_unit"] == 1000
    funds = sum(int(str(line["amount_jpy"])) for line in found["plan_fund"])
    assert funds == sum(int(str(line["amount_jpy"])) for line in found["plan_equipment"])


def test_a_second_run_reads_no_file_again(system: OneSystem, first: SyncSummary) -> None:
    again = system.sync("plans").counts
    assert again["read"] == 0


@pytest.mark.parametrize("options", [None, SyncOptions(mode="full")], ids=["on", "full"])
def test_a_broken_file_is_quarantined_by_its_name_until_it_is_whole(
    system: OneSystem,
    first: SyncSummary,
    monkeypatch: pytest.MonkeyPatch,
    options: SyncOptions | None,
) -> None:
    files = system.servers.systems.mocks["management_plan"].app.state.management_plan.files  # type: ignore[union-attr]
    day = files.listed(None, system.servers.world.today)[-1]
    before, body = system.quarantined(), files.body(day)
    day.body, tag = body[:-40], Day.etag.fget  # type: ignore[attr-defined]
    monkeypatch.setattr(
        Day, "etag", property(lambda one: f'"{options}"' if one is day else tag(one))
    )
    for expected in ({"quarantined": 1}, {"unchanged": 1}):
        counts = system.sync("plans").counts
        assert {name: n for name, n in counts.items() if n} == {"read": 1, **expected}
        ((_, key, level, rule, _),) = system.quarantined() - before
        assert (key, level, rule) == (f"file:{day.name}", "record", "broken_file")
    day.body = body
    counts = system.sync("plans", options).counts
    assert counts["deleted"] == 1, "the file's own item"
    assert system.quarantined() == before


@pytest.mark.parametrize("content", [b"\x89PNG\r\n", b"<letter/>", b""])
def test_a_wrong_file_given_by_hand_is_an_error_and_leaves_nothing(
    system: OneSystem, first: SyncSummary, tmp_path: Path, content: bytes
) -> None:
    before = system.quarantined()
    path = tmp_path / "letter.xml"
    path.write_bytes(content)
    with pytest.raises(ReadError, match=r"management_plan\.plans: letter\.xml holds no record"):
        system.sync("plans", SyncOptions(mode="file", file=path))
    assert system.quarantined() == before


def test_a_day_that_goes_on_brings_what_changed(system: OneSystem, first: SyncSummary) -> None:
    with system.servers.world.lock:
        system.servers.world.advance(10)
    system.hub.clock.advance(10 * 86_400)
    later = system.sync("plans").counts
    assert later["changed"] > 0
    assert later["new"] > 0
    assert system.quarantined() == system.must_be_quarantined(["plans"])
