"""The truth says exactly what is wrong in which record, and nothing else is."""

from __future__ import annotations

import re
from typing import Any

import pytest
from stdnum.jp import cn, in_

from mocks.subsidy.index import ApplicationIndex
from mocks.world import World, dirt
from mocks.world.truth import RecordKey

Records = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def dirty() -> tuple[World, Records]:
    """A world in which one record in three is flawed."""
    import json

    shares = ("REFUSED_SHARE", "NOTED_SHARE", "REVIEW_SHARE", "MASKED_SHARE")
    with pytest.MonkeyPatch.context() as patch:
        for name in shares:
            patch.setattr(dirt, name, 0.08)
        world = World(5, 700)
        index = ApplicationIndex(world)
    pairs = zip(index.snapshot.positions, index.snapshot.bodies, strict=True)
    return world, {key: json.loads(body) for (_, key), body in pairs}


def flaws_of(world: World, key: str) -> set[str]:
    flaws = world.truth.flaws.get(RecordKey("subsidy", "applications", key), ())
    return {flaw.rule for flaw in flaws}


def digits(text: str | None) -> str:
    import unicodedata

    return "".join(c for c in unicodedata.normalize("NFKC", text or "") if c.isdigit())


def found_rules(world: World, record: dict[str, Any]) -> set[str]:
    """What is wrong with a record, read from the record alone (and the business's kind)."""
    answers = record["answers"]
    number = digits(answers["法人番号"])
    found = set()
    if len(number) == 12:
        found.add("twelve_digits")
    elif number and not cn.is_valid(number):
        found.add("check_digit")
    elif not number and record["applicant"]["kind"] == "法人":
        found.add("number_missing")
    if answers.get("創業・設立日") == "平成13年2月30日":
        found.add("impossible_date")
    if (answers.get("資本金") or "円")[-1] != "円":
        found.add("unit_missing")
    if answers.get("主たる業種") == "宇宙開拓業":
        found.add("unknown_code")
    summary = answers.get("事業計画の概要") or ""
    if "\0" in summary:
        found.add("nul")
    if in_.is_valid(digits(summary)[-12:]):
        found.add("personal_number")
    if len(digits(answers["郵便番号"])) < 7:
        found.add("lost_zeros")
    if re.match("(府中市|伊達市)", answers["補助事業の実施場所"]):
        found.add("municipality_unknown")
    years = [entry["決算年月"] for entry in answers["決算"]]
    if any(y.startswith("平成") and int(digits(y.partition("年")[0])) > 31 for y in years):
        found.add("era_out_of_range")
    return found


def test_the_truth_names_each_flaw_and_no_other(dirty: tuple[World, Records]) -> None:
    world, records = dirty
    assert {k: found_rules(world, r) for k, r in records.items()} == {
        k: flaws_of(world, k) for k in records
    }


def test_every_flaw_of_the_catalogue_occurs(dirty: tuple[World, Records]) -> None:
    world, _ = dirty
    rules = {flaw.rule for flaws in world.truth.flaws.values() for flaw in flaws}
    drawn = {f.rule for f in (*dirt.REFUSED, *dirt.NOTED, dirt.REVIEW, dirt.MASKED)}
    assert drawn <= rules <= drawn | {"lost_zeros", "municipality_unknown"}


def test_a_default_world_is_mostly_clean() -> None:
    world = World(1, 4000)
    ApplicationIndex(world)
    records = len(world.truth.business_of)
    refused = len(world.truth.with_outcome("refused"))
    noted = len(world.truth.with_outcome("noted"))
    assert 0.002 < refused / records < 0.008
    assert 0.015 < noted / records < 0.04


def test_each_record_belongs_to_its_business(still_world: World, still_records: Records) -> None:
    truth = still_world.truth
    for key, record in still_records.items():
        business = still_world.businesses[
            truth.business_of[RecordKey("subsidy", "applications", key)]
        ]
        assert record["applicant"]["gbizAccountId"] == business.account_id
        number = digits(record["answers"]["法人番号"])
        if cn.is_valid(number):
            assert number == business.corporate_number


def test_who_applies_twice_is_asked_twice(still_world: World) -> None:
    truth = still_world.truth
    twice = truth.asked_twice()
    several = {name for name, keys in truth.same().items() if len(_applications(keys)) > 1}
    assert several
    assert several <= set(twice)
    assert all(twice[name]["商号又は名称"] > 1 for name in several)


def test_one_business_is_spelled_in_several_ways(
    still_world: World, still_records: Records
) -> None:
    spellings = [
        {still_records[key.key]["answers"]["本店所在地"] for key in _applications(keys)}
        for keys in still_world.truth.same().values()
        if len(_applications(keys)) > 2
    ]
    assert any(len(found) > 1 for found in spellings)


def _applications(keys: list[RecordKey]) -> list[RecordKey]:
    """Those of the subsidy system: other systems may show the same world."""
    return [key for key in keys if key.system == "subsidy"]
