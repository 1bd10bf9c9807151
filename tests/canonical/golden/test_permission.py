"""What may not be used for a purpose neither shows nor stands in the way of what may."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from canonical.golden import one
from canonical.golden.asof import business
from canonical.golden.permission import CONSENTS, PREFILL
from canonical.model.business import Business
from canonical.store import Store
from tests.canonical.golden.claims import name
from tests.canonical.golden.world import NUMBER, PARTY, STREAMS, World

OLD, MID, NEW = date(2020, 4, 1), date(2023, 4, 1), date(2026, 4, 1)


@pytest.fixture
def world(store: Store) -> World:
    """Streams whose data may be used for prefill."""
    made = World(store)
    for system, stream in STREAMS:
        _describe(made, system, stream, (PREFILL, "matching"))
    return made


def _describe(world: World, system: str, stream: str, purposes: tuple[str, ...]) -> None:
    role, scope = STREAMS[system, stream]
    number = world.syncs[system].stream_id
    world.store.describe_stream(number, source_role=role, scope=scope, purposes=purposes)


def _apply(world: World, key: str, as_of: date, consent: bool | None, **said: Any) -> None:
    """An application with the answer to its consent; None leaves the question unanswered."""
    world.versions += 1
    said.setdefault("role", "applicant")
    party = {"key": key, "as_of": as_of, "corporate_number": NUMBER, **said}
    project = {"key": key, "project_number": key, "data_use_consent": consent}
    world.sync("grants").commit(
        {key: f"v{world.versions}"}, {"party": [party], "project": [project]}
    )


def _told(world: World, **options: Any) -> Business | None:
    return business(world.store.database, PARTY, purpose=PREFILL, **options)


def _phone(world: World) -> tuple[Any, int]:
    found = _told(world)
    if found is None:
        return None, 0
    said = [one for unit in found.units if unit.name == "phone" for one in unit.said]
    return found.values.get("phone"), len(said)


@pytest.mark.parametrize(("consent", "phone"), [(True, "new"), (False, "old"), (None, "old")])
def test_without_a_yes_the_next_word_that_may_be_used_holds(
    world: World, consent: bool | None, phone: str
) -> None:
    _apply(world, "g1", MID, True, phone="old")
    _apply(world, "g2", NEW, consent, phone="new")
    world.run()

    assert _phone(world) == (phone, 2 if consent else 1)


def test_a_consent_that_is_withdrawn_ends_the_use_at_once(world: World) -> None:
    _apply(world, "g1", NEW, True, phone="said")
    world.run()
    assert _phone(world) == ("said", 1)

    _apply(world, "g1", NEW, False, phone="said")

    assert _phone(world) == (None, 0)


def test_an_application_that_has_no_consent_at_all_is_not_used(world: World) -> None:
    world.say("grants", "g1", NEW, role="applicant", phone="said")
    world.run()

    assert _told(world) is None


def test_a_stream_that_is_not_for_the_purpose_is_not_used(world: World) -> None:
    world.say("registry", "r1", OLD, phone="old")
    _apply(world, "g1", NEW, True, phone="new")
    world.run()
    assert _phone(world) == ("new", 2)

    _describe(world, "grants", "applications", ("matching",))

    assert _phone(world) == ("old", 1)
    found = _told(world)
    assert found is not None
    assert found.holders == ("registry.corporations",)
    assert {origin.system for origin in found.origins} == {"registry"}


def test_a_confidential_stream_takes_no_part_whatever_its_purposes_and_scopes(
    world: World,
) -> None:
    world.say("registry", "r1", OLD, phone="old")
    world.say("advice", "c1", NEW, role="client", phone="secret")
    world.run()

    for scopes in ((), ("advice",)):
        found = _told(world, scopes=scopes)
        assert found is not None
        assert found.values.get("phone") == "old"
        assert "advice" not in str(found)


def test_what_another_ones_application_says_is_not_used(world: World) -> None:
    world.say("registry", "r1", OLD, **name("標本商店"))
    _apply(world, "g1", NEW, True, role="vendor", phone="hearsay")
    world.run()

    found = _told(world)

    assert found is not None
    assert "phone" not in found.values
    assert {origin.system for origin in found.origins} == {"registry"}


def test_a_value_at_odds_with_what_may_not_be_used_is_at_odds_with_nothing(world: World) -> None:
    world.say("registry", "r1", OLD, **name("旧商店"))
    _apply(world, "g1", NEW, False, **name("新商店"))
    world.run()
    assert world.conflicts() == [("name", "unregistered")]

    found = _told(world)

    assert found is not None
    assert found.conflicts == ()


def test_row_by_row_it_is_what_the_frames_give(world: World) -> None:
    years = [{"period_end": MID, "settled": True, "sales_jpy": 1_000, "sales_jpy_unit": 1}]
    world.say("registry", "r1", OLD, kind="corporation", **name("旧商店"))
    world.say("registry", "r2", OLD, **name("商店"), officer=[{"name": "甲"}, {"name": "乙"}])
    world.say("registry", "r3", MID, financial_statement=years, capital_jpy=1_000_000)
    _apply(world, "g1", NEW, True, **name("新商店"), capital_jpy=1_000_001, capital_jpy_unit=1)
    _apply(world, "g2", NEW, True, phone="026-555-0101", representative_name="標本　花子")
    world.run()
    quick = _told(world)
    whole = business(world.store.database, PARTY, purpose=PREFILL, known_at=world.clock.now())

    assert quick is not None
    assert quick == whole


def test_every_forms_consent_is_one_that_is_asked_for() -> None:
    from mappings.forms import load_forms

    for form in load_forms().values():
        named = {each.consent for each in form.fields if each.consent}
        fields = {form.field(name).concept.field for name in named}
        assert fields <= {f"{entity}.{column}" for entity, column in CONSENTS.items()}
        assert len(fields) == 1


def test_a_form_filled_in_for_a_party_that_was_merged_counts_for_the_one_it_is_now(
    world: World,
) -> None:
    from sqlalchemy import insert

    from canonical.store.party_tables import PARTY as PARTIES
    from canonical.store.receipt_tables import RECEIPT
    from tests.canonical.builders import T0

    first, second, third = 11, 12, 13
    with world.store.database.write() as connection:
        for party, into in ((third, None), (second, third), (first, second)):
            connection.execute(
                insert(PARTIES).values(
                    party_id=party, since=T0, changed_at=T0, confidential=False,
                    status="merged" if into else "current", merged_into=into,
                )
            )  # fmt: skip
    with world.store.database.read() as connection:
        assert not one.filled_in(connection, third)
    with world.store.database.write() as connection:
        connection.execute(
            insert(RECEIPT).values(
                receipt_id="r", party_id=first, form="monozukuri", system="subsidy",
                stream="applications", day=NEW, at=T0, purpose=PREFILL,
            )
        )  # fmt: skip
    with world.store.database.read() as connection:
        assert one.filled_in(connection, third)
        assert one.filled_in(connection, first)
        assert not one.filled_in(connection, 14)
