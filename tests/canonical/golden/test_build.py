"""Golden records in the store: what is written, when, and what nobody may see."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update

from base.clock import ManualClock
from canonical.changes.kinds import BUSINESS
from canonical.golden import build, checks, sources
from canonical.golden.build import GoldenRun
from canonical.store import Store
from canonical.store.party_tables import (
    CROSSWALK,
    EVENT,
    GOLDEN_CONFLICT,
    GOLDEN_LIST,
    GOLDEN_PARTY,
    GOLDEN_PENDING,
    MATCH_STATE,
)
from tests.canonical.builders import T0
from tests.canonical.golden.claims import name
from tests.canonical.golden.parties import link, wait
from tests.canonical.golden.world import NEW, NUMBER, OLD, PARTY, World


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def _all(store: Store, table: Any) -> list[dict[str, Any]]:
    with store.database.read() as connection:
        rows = connection.execute(select(table)).mappings()
        return sorted((dict(row) for row in rows), key=repr)


def _golden_rows(store: Store) -> dict[str, list[dict[str, Any]]]:
    """What holds now, without the time at which each came to hold."""
    dropped = {"version", "recorded_from", "recorded_to"}
    return {
        table.name: [
            {key: value for key, value in row.items() if key not in dropped}
            for row in _all(store, table)
            if row["recorded_to"] is None
        ]
        for table in (GOLDEN_PARTY, GOLDEN_LIST, GOLDEN_CONFLICT)
    }


def test_a_golden_record_says_whose_each_value_is(world: World) -> None:
    world.say("registry", "r1", OLD, **name("旧商店"))
    world.say("grants", "g1", **name("新商店"), employees_regular=5)
    members = link(world.store)
    assert world.run() == GoldenRun(parties=1, changed=1, conflicts=1)
    golden = world.golden()
    assert golden is not None
    assert (golden["name"], golden["employees_regular"], golden["version"]) == ("旧商店", 5, 1)
    whose = sources.read(golden["sources"])
    assert whose["name"] == sources.Source(members["registry.corporations:r1"], OLD)
    assert whose["employees_regular"] == sources.Source(members["grants.applications:g1"], NEW)
    assert world.conflicts() == [("name", "unregistered")]


def test_nothing_changed_writes_nothing(world: World) -> None:
    world.say("registry", "r1", **name("商店"))
    world.say("grants", "g1", officer=[{"name": "甲"}], employees_regular=5)
    world.run()
    before = world.store.row_counts()
    assert world.run() == GoldenRun(parties=1)
    build.wait_all(world.store.database)
    assert world.run(linked=False) == GoldenRun(parties=1)
    assert world.store.row_counts() == before


def test_a_change_appends_a_version_and_tells_what_changed(world: World) -> None:
    world.say("grants", "g1", employees_regular=5, phone="03-1111-2222")
    world.run()
    first = world.clock.now()
    world.say("grants", "g1", employees_regular=6, phone="03-1111-2222")
    world.run()
    versions = _all(world.store, GOLDEN_PARTY)
    assert [(row["version"], row["employees_regular"]) for row in versions] == [(1, 5), (2, 6)]
    assert versions[0]["recorded_from"] == first
    assert versions[0]["recorded_to"] == versions[1]["recorded_from"] == world.clock.now()
    events = {row["kind"]: json.loads(row["data"]) for row in _all(world.store, EVENT)}
    assert events[f"{BUSINESS}.changed"] == {"fields": ["employees_regular"]}
    assert f"{BUSINESS}.created" in events


def test_a_value_that_changes_in_a_list_is_a_change(world: World) -> None:
    def year(sales: int) -> dict[str, Any]:
        return {"period_end": date(2020, 3, 31), "settled": True, "sales_jpy": sales}

    world.say("grants", "g1", officer=[{"name": "甲"}], financial_statement=[year(1), year(2)])
    world.run()
    world.say("grants", "g1", officer=[{"name": "乙"}], financial_statement=[year(1), year(2)])
    assert world.run().changed == 1
    world.say("grants", "g1", officer=[{"name": "乙"}], financial_statement=[year(3), year(2)])
    assert world.run().changed == 1
    world.say("grants", "g1", officer=[{"name": "乙"}], financial_statement=[year(3), year(4)])
    assert world.run().changed == 0
    told = [json.loads(row["data"]) for row in _all(world.store, EVENT)]
    assert sorted(one["fields"] for one in told if one) == [["financial_statement"], ["officer"]]


def test_a_deleted_record_s_values_go_and_what_was_there_before_is_back(world: World) -> None:
    world.say("grants", "g1", OLD, employees_regular=5)
    world.run()
    before = _golden_rows(world.store)
    world.say("grants", "g2", NEW, employees_regular=9, officer=[{"name": "甲"}])
    world.run()
    assert _golden_rows(world.store) != before
    world.forget("grants", "g2")
    world.run()
    assert _golden_rows(world.store) == before


def test_a_party_without_claims_has_no_golden_record_until_they_are_back(world: World) -> None:
    world.say("grants", "g1", employees_regular=5, officer=[{"name": "甲"}])
    world.run()
    world.forget("grants", "g1")
    world.run()
    assert world.golden() is None
    assert not any(_golden_rows(world.store).values())
    world.say("grants", "g1", employees_regular=5)
    world.run()
    golden = world.golden()
    assert golden is not None
    assert golden["version"] == 2


def test_two_versions_never_begin_at_one_instant(world: World) -> None:
    for number in (5, 6, 5):
        world.say("grants", "g1", employees_regular=number, officer=[{"name": str(number)}])
        link(world.store)
        build.run(world.store.database, clock=world.clock)
    began = [row["recorded_from"] for row in _all(world.store, GOLDEN_PARTY)]
    assert len(began) == len(set(began)) == 3


def test_of_two_rows_of_one_day_the_register_s_newest_holds(world: World) -> None:
    def row(key: str, text: str, day: date, *, latest: bool) -> None:
        sync = world.sync("registry")
        event = {"key": key, "registered_on": day, "latest": latest, "effective_on": NEW}
        party = {"key": key, "as_of": NEW, "corporate_number": NUMBER, **name(text)}
        sync.commit({key: key}, {"party": [party], "registration_event": [event]})

    row("r1", "先商店", date(2026, 4, 2), latest=False)
    row("r2", "後商店", date(2026, 4, 9), latest=True)
    row("r3", "中商店", date(2026, 4, 5), latest=False)
    world.run()
    golden = world.golden()
    assert golden is not None
    assert golden["name"] == "後商店"
    assert world.conflicts() == []


def test_officers_come_whole_from_one_record_and_fiscal_years_one_by_one(world: World) -> None:
    def year(last: int, sales: int) -> dict[str, Any]:
        return {"period_end": date(last, 3, 31), "settled": True, "sales_jpy": sales}

    world.say("grants", "g1", OLD, officer=[{"name": "甲"}, {"name": "乙"}],
              financial_statement=[year(2019, 1), year(2020, 2)])  # fmt: skip
    world.say("grants", "g2", NEW, officer=[{"name": "丙"}],
              financial_statement=[year(2020, 3), year(2021, 4)])  # fmt: skip
    members = link(world.store)
    world.run()
    with world.store.database.read() as connection:
        keys = dict(connection.execute(select(CROSSWALK.c.record_id, CROSSWALK.c.member_id)).all())
    held = {
        (row["entity"], row["item"]): (keys[row["record_id"]], row["ordinal"])
        for row in _all(world.store, GOLDEN_LIST)
    }
    one, two = members["grants.applications:g1"], members["grants.applications:g2"]
    assert held == {
        ("officer", ""): (two, -1),
        ("financial_statement", "2019-03-31"): (one, 0),
        ("financial_statement", "2020-03-31"): (two, 0),
        ("financial_statement", "2021-03-31"): (two, 1),
    }


def _twin(store: Store, number: str, *, secret: bool) -> None:
    world = World(store)
    world.say("registry", "r1", OLD, corporate_number=number, **name("商店"))
    world.say("grants", "g1", corporate_number=number, employees_regular=5)
    if secret:
        world.say("advice", "a1", corporate_number=number, employees_regular=5, **name("別商店"))
        world.say("advice", "a2", corporate_number=number, employees_regular=99)
    world.clock = ManualClock(T0 + timedelta(days=2))
    world.run()
    build.wait_all(store.database)
    world.run(linked=False)


def test_a_twin_with_a_confidential_case_is_told_apart_by_nothing(
    store: Store, tmp_path: Path
) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'twin.db'}") as plain:
        plain.upgrade()
        _twin(plain, NUMBER, secret=False)
        _twin(store, NUMBER, secret=True)
        told = (GOLDEN_PARTY, GOLDEN_LIST, GOLDEN_CONFLICT, EVENT)
        assert {t.name: _all(store, t) for t in told} == {t.name: _all(plain, t) for t in told}


def test_a_party_known_from_confidential_cases_alone_has_no_golden_record(world: World) -> None:
    world.say("advice", "a1", employees_regular=5)
    assert world.run() == GoldenRun(parties=1)
    assert world.golden() is None
    assert _all(world.store, EVENT) == []


def test_a_stream_that_nobody_described_counts_for_nothing(world: World) -> None:
    world.say("grants", "g1", employees_regular=5)
    link(world.store)
    with world.store.database.write() as connection:
        connection.execute(text("UPDATE stream SET source_role = NULL WHERE system = 'grants'"))
    world.run(linked=False)
    assert world.golden() is None


def test_parties_that_do_not_wait_are_left_alone(world: World) -> None:
    other = "9990001000002"
    world.say("grants", "g1", employees_regular=5)
    world.say("grants", "g2", corporate_number=other, employees_regular=7)
    link(world.store)
    with world.store.database.write() as connection:
        connection.execute(GOLDEN_PENDING.delete().where(GOLDEN_PENDING.c.party_id == int(other)))
    world.run(linked=False)
    assert world.golden() is not None
    assert world.golden(int(other)) is None


def test_what_matching_wrote_meanwhile_is_looked_at_again(world: World) -> None:
    store = world.store
    with store.database.write() as connection:
        row = {"only": 1, "revision": 7, "model_no": 1, "decision_no": 0}
        connection.execute(MATCH_STATE.insert().values(row))
    world.say("grants", "g1", employees_regular=5)
    link(store)
    meanwhile = iter([True])

    class Interrupting(ManualClock):
        """Matching writes between the reading and the writing of the first step."""

        def now(self) -> datetime:
            if next(meanwhile, False):
                world.say("grants", "g1", employees_regular=6)
                wait(store, [PARTY])
                with store.database.write() as connection:
                    connection.execute(update(MATCH_STATE).values(revision=8))
            return super().now()

    done = build.run(store.database, clock=Interrupting(T0 + timedelta(days=2)))
    assert done == GoldenRun(parties=1, changed=1)
    golden = world.golden()
    assert golden is not None
    assert golden["employees_regular"] == 6
    assert [row["version"] for row in _all(store, GOLDEN_PARTY)] == [1]


@pytest.mark.parametrize("seed", [1, 2])
def test_incremental_in_small_steps_equals_full_and_from_scratch(
    store: Store, tmp_path: Path, seed: int
) -> None:
    drawn = random.Random(seed)
    world = World(store)
    said: dict[tuple[str, str], dict[str, Any]] = {}
    numbers = [f"999000100000{digit}" for digit in range(4)]
    for _ in range(30):
        system = drawn.choice(list(world.syncs))
        key = f"{system}{drawn.randrange(6)}"
        if (system, key) in said and drawn.random() < 0.3:
            del said[system, key]
            world.forget(system, key)
        else:
            said[system, key] = {
                "as_of": drawn.choice([OLD, NEW]),
                "corporate_number": drawn.choice(numbers),
                "employees_regular": drawn.choice([5, 6]),
                "officer": [{"name": text} for text in drawn.sample("甲乙丙", drawn.randrange(3))],
                **name(drawn.choice(["商店", "工業"])),
            }
            world.say(system, key, **said[system, key])
        if drawn.random() < 0.5:
            world.run(at_once=drawn.choice([1, 2, 100]))
    world.run()
    incremental = _golden_rows(store)
    assert [finding.count for finding in checks.examine(store.database)] == [0, 0, 0]
    build.wait_all(store.database)
    assert world.run(linked=False).changed == 0
    with Store.open(f"sqlite:///{tmp_path / 'scratch.db'}") as other:
        other.upgrade()
        scratch = World(other)
        for system, key in drawn.sample(sorted(said), len(said)):
            scratch.say(system, key, **said[system, key])
        scratch.run()
        assert _without_numbers(_golden_rows(other)) == _without_numbers(incremental)


def _without_numbers(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Record numbers follow the order of arrival; members do not."""
    return {
        table: sorted(
            ({k: v for k, v in row.items() if k != "record_id"} for row in found), key=repr
        )
        for table, found in rows.items()
    }


ALWAYS = ("golden.told", "golden.done")
SECOND_RUN = """
import sys
from canonical.store import Store
from tests.canonical.golden.test_build import second_run

with Store.open(sys.argv[1]) as store:
    second_run(store)
"""


def second_run(store: Store) -> None:
    """Two parties in two steps, at an instant of its own."""
    clock = ManualClock(T0 + timedelta(days=30))
    build.run(store.database, clock=clock, at_once=1)


def _to_be_changed(store: Store) -> None:
    world = World(store)
    for number in (NUMBER, "9990001000002"):
        world.say("grants", number, corporate_number=number, employees_regular=5)
    world.run()
    for number in (NUMBER, "9990001000002"):
        world.say("grants", number, corporate_number=number, employees_regular=6,
                  officer=[{"name": "甲"}])  # fmt: skip
    link(store)


@pytest.mark.parametrize(
    "point",
    [
        pytest.param(point, marks=() if point in ALWAYS else pytest.mark.deep)
        for point in build.POINTS
    ],
)
def test_a_killed_step_leaves_all_or_nothing_and_the_next_run_ends_it(
    store: Store, tmp_path: Path, point: str
) -> None:
    _to_be_changed(store)
    url = store.database.engine.url.render_as_string(hide_password=False)
    tables = (GOLDEN_PARTY, GOLDEN_LIST, GOLDEN_CONFLICT, GOLDEN_PENDING, EVENT)
    before = {table.name: _all(store, table) for table in tables}
    killed = subprocess.run(
        [sys.executable, "-c", SECOND_RUN, url],
        env={**os.environ, "HUB_FAILPOINT": point},
        stderr=subprocess.PIPE,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    after = {table.name: _all(store, table) for table in tables}
    assert (after == before) == (point != "golden.done")
    second_run(store)
    with Store.open(f"sqlite:///{tmp_path / 'uninterrupted.db'}") as other:
        other.upgrade()
        _to_be_changed(other)
        second_run(other)
        wanted = {table.name: _all(other, table) for table in tables}
    assert {table.name: _all(store, table) for table in tables} == wanted


def test_the_checks_find_what_must_not_be(world: World) -> None:
    world.say("grants", "g1", employees_regular=5)
    world.run()
    with world.store.database.write() as connection:
        connection.execute(text("UPDATE golden_party SET employees_regular = 6"))
    assert [finding.count for finding in checks.examine(world.store.database)] == [0, 0, 1]
    with world.store.database.write() as connection:
        connection.execute(text("UPDATE crosswalk SET recorded_to = recorded_from"))
        connection.execute(text("DELETE FROM source_record"))
    assert [finding.count for finding in checks.examine(world.store.database)] == [1, 1, 1]
