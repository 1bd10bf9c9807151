"""What was true on a day, what was believed on a day, and what may be told of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from canonical.golden import finding
from canonical.golden.asof import business
from canonical.model.business import Business
from canonical.store import Store
from canonical.store.party_tables import CROSSWALK, GOLDEN_PARTY, PARTY, RELATION
from tests.canonical.builders import T0
from tests.canonical.golden.claims import name
from tests.canonical.golden.parties import link
from tests.canonical.golden.world import NUMBER, World
from tests.canonical.golden.world import PARTY as ONE

OLD, MID, NEW = date(2020, 4, 1), date(2023, 4, 1), date(2026, 4, 1)
OTHER = "9990001000002"


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def _at(world: World, party: int = ONE, **when: Any) -> Business:
    found = business(world.store.database, party, **when)
    assert found is not None
    return found


def _value(world: World, field: str, **when: Any) -> Any:
    return _at(world, **when).values.get(field)


def test_now_it_is_the_golden_record_with_every_losing_value(world: World) -> None:
    world.say("registry", "r1", OLD, **name("旧商店"))
    world.say("grants", "g1", MID, **name("新商店"), employees_regular=5)
    world.say("grants", "g2", NEW, **name("旧商店"), officer=[{"name": "甲"}])
    world.run()
    found = _at(world)
    golden = world.golden()
    assert golden is not None
    assert {k: v for k, v in golden.items() if k in found.values} == found.values
    (unit,) = [unit for unit in found.units if unit.name == "name"]
    told = [(one.origin.record_key, one.values["name"], one.holds, one.agrees) for one in unit.said]
    assert told == [
        ("r1", "旧商店", True, True),
        ("g2", "旧商店", False, True),
        ("g1", "新商店", False, False),
    ]
    assert [(i.entity, i.values["name"], i.origin.record_key) for i in found.items] == [
        ("officer", "甲", "g2")
    ]


def test_a_day_is_answered_by_the_newest_word_up_to_it(world: World) -> None:
    world.say("registry", "r1", OLD, **name("旧商店"))
    world.say("registry", "r2", MID, **name("新商店"))
    world.run()
    assert _value(world, "name") == "新商店"
    assert _value(world, "name", as_of=date(2022, 1, 1)) == "旧商店"
    assert business(world.store.database, ONE, as_of=date(2019, 1, 1)) is None


def test_a_day_is_answered_by_a_word_that_was_replaced_since(world: World) -> None:
    world.say("grants", "g1", OLD, employees_regular=5, officer=[{"name": "甲"}])
    world.say("grants", "g1", NEW, employees_regular=9, officer=[{"name": "乙"}])
    world.run()
    then = _at(world, as_of=MID)
    assert then.values["employees_regular"] == 5
    assert [item.values["name"] for item in then.items] == ["甲"]
    assert [item.values["name"] for item in _at(world).items] == ["乙"]


def test_a_correction_of_the_same_day_holds_for_that_day_too(world: World) -> None:
    world.say("grants", "g1", OLD, employees_regular=50)
    world.say("grants", "g1", OLD, employees_regular=5)
    world.run()
    assert _value(world, "employees_regular", as_of=MID) == 5


def test_what_a_deleted_record_said_was_never_true_but_was_believed(world: World) -> None:
    world.say("grants", "g1", OLD, employees_regular=5)
    world.say("grants", "g2", MID, employees_regular=9)
    world.run()
    believed = world.clock.now()
    world.forget("grants", "g2")
    world.run()
    assert _value(world, "employees_regular", as_of=NEW) == 5
    assert _value(world, "employees_regular", known_at=believed) == 9
    assert _value(world, "employees_regular", known_at=believed, as_of=date(2021, 1, 1)) == 5


def test_what_was_believed_goes_by_the_members_of_that_instant(world: World) -> None:
    world.say("grants", "g1", OLD, employees_regular=5)
    world.say("grants", "g2", NEW, employees_regular=9)
    world.run()
    believed = world.clock.now()
    world.clock.sleep(3600)
    link(
        world.store,
        lambda row: int(OTHER) if row.record_key == "g2" else ONE,
        at=world.clock.now(),
    )
    world.run(linked=False)
    assert _value(world, "employees_regular") == 5
    assert _value(world, "employees_regular", known_at=believed) == 9
    assert business(world.store.database, int(OTHER), known_at=believed) is None


def test_before_the_hub_knew_a_business_it_believed_nothing(world: World) -> None:
    world.say("grants", "g1", OLD, employees_regular=5)
    world.run()
    assert business(world.store.database, ONE, known_at=T0.replace(year=2020)) is None


def test_a_merged_id_leads_to_its_party_and_a_confidential_one_only_under_a_scope(
    world: World,
) -> None:
    world.say("grants", "g1", OLD, employees_regular=5)
    world.run()
    with world.store.database.write() as connection:
        values = {
            "party_id": 5, "since": T0, "status": "merged", "merged_into": ONE,
            "changed_at": T0, "confidential": False,
        }  # fmt: skip
        connection.execute(PARTY.insert().values(values))
    found = _at(world, 5)
    assert (found.party_id, found.asked) == (ONE, 5)
    with world.store.database.write() as connection:
        connection.execute(update(PARTY).where(PARTY.c.party_id == 5).values(confidential=True))
        had = {
            "member_id": 5, "party_id": 5, "record_id": 5, "role": "client", "ordinal": 0,
            "basis": "alone", "model_no": 1, "scope": "advice", "recorded_from": T0,
            "recorded_to": T0 + timedelta(hours=1),
        }  # fmt: skip
        connection.execute(CROSSWALK.insert().values(had))
    assert business(world.store.database, 5) is None
    assert business(world.store.database, 5, scopes=["another"]) is None
    assert _at(world, 5, scopes=["advice"]).party_id == ONE


def test_a_confidential_case_takes_part_under_its_scope_alone(world: World) -> None:
    world.say("grants", "g1", OLD, employees_regular=5)
    world.run()
    plain = _at(world)
    world.say("advice", "a1", NEW, employees_regular=9, **name("別商店"))
    world.run()
    assert _at(world) == plain
    assert _at(world, scopes=["another"]) == plain
    told = _at(world, scopes=["advice"])
    assert told.values["employees_regular"] == 9
    assert {origin.system for origin in told.origins} == {"grants", "advice"}


def test_a_business_known_from_cases_alone_is_unknown_without_their_scope(world: World) -> None:
    world.say("advice", "a1", employees_regular=9)
    world.run()
    database = world.store.database
    assert business(database, ONE) is None
    assert business(database, ONE, scopes=["advice"]) is not None
    assert finding.resolve(database, "advice.cases:a1") == []
    assert finding.resolve(database, "advice.cases:a1", ["advice"]) == [ONE]
    assert finding.resolve(database, NUMBER, []) in ([], [ONE])


def test_golden_records_are_what_is_computed_on_the_fly(world: World) -> None:
    for place in range(6):
        number = [NUMBER, OTHER][place % 2]
        system = ["grants", "registry", "grants"][place % 3]
        day = [OLD, MID, NEW][place % 3]
        said = {"employees_regular": place, **name(f"商店{place % 3}")}
        world.say(system, f"k{place}", day, corporate_number=number, **said)
    world.run()
    with world.store.database.read() as connection:
        rows = connection.execute(select(GOLDEN_PARTY)).mappings().all()
    assert len(rows) == 2
    for row in rows:
        found = _at(world, row["party_id"])
        assert {k: v for k, v in row.items() if k in found.values} == found.values
        assert [(c.field, c.kind) for c in found.conflicts] == world.conflicts(row["party_id"])


def test_parties_are_found_by_id_record_and_name(world: World) -> None:
    world.say("registry", "r1", OLD, **name("髙﨑商店"))
    world.run()
    database = world.store.database
    assert finding.resolve(database, NUMBER) == [ONE]
    assert finding.resolve(database, "registry.corporations:r1") == [ONE]
    assert finding.resolve(database, "registry.corporations:r9") == []
    assert finding.resolve(database, "no such thing") == []
    rows, total = finding.by_name(database, "商店", 10)
    assert ([row.party_id for row in rows], total) == ([ONE], 1)
    assert finding.by_name(database, "%", 10) == ([], 0)


def test_relations_show_under_all_their_scopes_alone(world: World) -> None:
    row: dict[str, Any] = {
        "from_party": ONE, "to_party": int(OTHER), "recorded_from": T0, "status": "confirmed",
        "evidence": "{}",
    }  # fmt: skip
    with world.store.database.write() as connection:
        for kind, scope in (("group_of", ""), ("successor_of", "advice"), ("branch_of", "a b")):
            connection.execute(RELATION.insert().values(row | {"kind": kind, "scope": scope}))
    database = world.store.database

    def kinds(*scopes: str, at: datetime | None = None) -> list[str]:
        return [one.kind for one in finding.relations(database, ONE, scopes, at)]

    assert kinds() == ["group_of"]
    assert kinds("advice") == ["group_of", "successor_of"]
    assert kinds("a") == ["group_of"]
    assert kinds("a", "b", "advice") == ["branch_of", "group_of", "successor_of"]
    with world.store.database.write() as connection:
        connection.execute(update(RELATION).values(recorded_to=world.clock.now()))
    assert kinds() == []
    assert kinds(at=T0) == ["group_of"]


def test_an_application_is_its_applicant_s_not_its_vendor_s(world: World) -> None:
    said = {"as_of": NEW, "key": "g1"}
    parties = [
        {**said, "role": "applicant", "corporate_number": NUMBER},
        {**said, "role": "vendor", "corporate_number": OTHER},
    ]
    project = {**said, "project_number": "P1", "status": "selected"}
    world.sync("grants").commit({"g1": "1"}, {"party": parties, "project": [project]})
    world.run()
    database = world.store.database
    (row,) = finding.proceedings(database, _at(world))
    assert (row.entity, row.record_key, row.values["status"]) == ("project", "g1", "selected")
    assert finding.proceedings(database, _at(world, int(OTHER))) == []


def test_of_a_day_a_procedure_has_the_state_of_that_day(world: World) -> None:
    def state(day: date, raw: str, status: str) -> None:
        said = {"as_of": day, "key": "g1"}
        party = {**said, "role": "applicant", "corporate_number": NUMBER}
        project = {**said, "project_number": "P1", "status": status}
        world.sync("grants").commit({"g1": raw}, {"party": [party], "project": [project]})
        world.run()

    state(OLD, "1", "submitted")
    first = world.clock.now()
    state(NEW, "2", "selected")

    def told(known_at: datetime | None = None, as_of: date | None = None) -> list[Any]:
        rows = finding.proceedings(world.store.database, _at(world), known_at, as_of)
        return [row.values["status"] for row in rows]

    assert told() == told(as_of=NEW) == ["selected"]
    assert told(as_of=MID) == told(first) == told(first, NEW) == ["submitted"]
    assert told(as_of=date(2019, 1, 1)) == []
    world.forget("grants", "g1")
    world.say("grants", "g2", NEW)
    world.run()
    assert told(as_of=MID) == []


def test_of_a_day_no_relation_shows_that_began_later(world: World) -> None:
    row = {
        "from_party": ONE, "to_party": int(OTHER), "recorded_from": T0, "status": "confirmed",
        "evidence": "{}", "kind": "group_of", "scope": "", "since_on": MID,
    }  # fmt: skip
    with world.store.database.write() as connection:
        connection.execute(RELATION.insert().values(row))
    database = world.store.database
    assert len(finding.relations(database, ONE, as_of=MID)) == 1
    assert finding.relations(database, ONE, as_of=OLD) == []
