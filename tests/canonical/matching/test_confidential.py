"""Confidential members join open parties and leave no trace on what all may know."""

from __future__ import annotations

import random
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from base.errors import StoreError
from canonical.golden.asof import business as golden_business
from canonical.matching import decisions, parties
from canonical.matching.counts import Counts
from canonical.matching.model import Model
from canonical.matching.review import pending
from canonical.store import Store
from canonical.store.party_tables import (
    CROSSWALK,
    EVENT,
    GOLDEN_PENDING,
    MATCH_EDGE,
    MATCH_MEMBER,
    PARTY,
)
from tests.canonical.matching.businesses import (
    STREAMS,
    Filled,
    Record,
    copied,
    corporation,
    current,
    drawn,
    number,
    partition,
    proprietor,
)

CROWDED_AT = 3
OPEN = [
    *(Record("register", f"r{of}", corporation(of)) for of in range(4)),
    *(Record("subsidy", f"s{of}", corporation(of, corporate_number=None)) for of in range(4)),
    Record("accounts", "p", proprietor(5)),
    Record("accounts", "q", proprietor(5, phone=None, address_block=None)),
]
CASES = [
    Record("succession", "c0", corporation(0)),
    Record("succession", "c1", corporation(1, corporate_number=None)),
    Record("succession", "c5", proprietor(5)),
    Record("succession", "alone", proprietor(7)),
    Record("yorozu", "karte", corporation(1, corporate_number=None)),
    Record("yorozu", "bridge", {**proprietor(5), "phone": "03-0007-0000"}),
]


def _told(store: Store) -> dict[str, Any]:
    """Everything that somebody without a scope may be told."""
    with store.database.read() as connection:
        crosswalk = connection.execute(select(CROSSWALK).where(CROSSWALK.c.scope == "")).all()
        found = {
            "crosswalk": {tuple(row) for row in crosswalk},
            "parties": {
                tuple(row) for row in connection.execute(select(PARTY).where(~PARTY.c.confidential))
            },
            "golden": set(connection.scalars(select(GOLDEN_PENDING.c.party_id))),
            "events": {
                tuple(row) for row in connection.execute(select(EVENT).where(EVENT.c.scope == ""))
            },
            "review": pending(connection, store.database.bulk).pairs.rows(),
        }
    found["partition"] = partition(store, scopes=[""])
    return found


@pytest.mark.parametrize("cases_first", [True, False])
def test_twins_with_and_without_a_case_look_alike(
    migrated_sqlite: Path, tmp_path: Path, cases_first: bool
) -> None:
    with (
        copied(migrated_sqlite, tmp_path, "with") as with_cases,
        copied(migrated_sqlite, tmp_path, "without") as without,
    ):
        for filled in (with_cases, without):
            for record in OPEN:  # the same numbers of streams and records in both
                filled._sync(record.stream)
        if cases_first:
            with_cases.write(CASES)
            assert with_cases.match().seen() == Counts()
        else:
            with_cases.clock.advance(3600)
        without.clock.advance(3600)
        counts = []
        for filled in (with_cases, without):
            filled.write(OPEN)
            counts.append(filled.match().seen())
        assert counts[0] == counts[1] != Counts()
        if not cases_first:
            with_cases.write(CASES)
            done = with_cases.match()
            assert done.seen() == Counts()
            assert done.seen(["succession"]).records == done.seen(["succession"]).moved > 0
        assert _told(with_cases.store) == _told(without.store)
        with_cases.delete("succession", [case.key for case in CASES if case.stream == "succession"])
        with_cases.match()
        assert _told(with_cases.store) == _told(without.store)


@settings(
    max_examples=2,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.integers(0, 10_000))
def test_no_case_makes_a_block_over_full(migrated_sqlite: Path, seed: int) -> None:
    chance = random.Random(seed)
    records = [drawn(chance, key) for key in range(40)]
    public = [record for record in records if not STREAMS[record.stream][1]]
    with TemporaryDirectory() as folder:
        place = Path(folder)
        with (
            copied(migrated_sqlite, place, "with") as with_cases,
            copied(migrated_sqlite, place, "without") as without,
        ):
            for filled in (with_cases, without):
                filled.take(Model.shipped().changed(cap=CROWDED_AT))
            for record in records:
                with_cases.write([record])
                if chance.random() < 0.2:
                    with_cases.match()
            without.write(public)
            with_cases.match()
            without.match()
            assert with_cases.match(full=True).seen() == without.match(full=True).seen()
            assert _open_edges(with_cases.store) == _open_edges(without.store)
            assert partition(with_cases.store, scopes=[""]) == partition(without.store)


def _open_edges(store: Store) -> set[tuple[Any, ...]]:
    with store.database.read() as connection:
        query = select(MATCH_MEMBER.c.member_id).where(MATCH_MEMBER.c.scope == "")
        public = set(connection.scalars(query))
        rows = connection.execute(select(MATCH_EDGE)).all()
    return {tuple(row) for row in rows if row.low in public and row.high in public}


def test_a_case_joins_its_business_and_none_bridges(store: Store) -> None:
    filled = Filled(store)
    filled.write(OPEN)
    filled.write(CASES)
    filled.match()
    with store.database.read() as connection:

        def party(name: str, *scopes: str) -> int:
            return parties.find(connection, name, scopes).party_id

        assert party("succession.records:c0", "succession") == party("register.records:r0")
        assert party("succession.records:c1", "succession") == party("register.records:r1")
        assert party("succession.records:c5", "succession") == party("accounts.records:p")
        alone = party("succession.records:alone", "succession")
        with pytest.raises(StoreError, match="no party"):
            party("succession.records:alone")
        with pytest.raises(StoreError, match="no party"):
            party(str(alone), "yorozu")
        with pytest.raises(StoreError, match="no party is matched"):
            party("succession.records:c0")
    assert {row.scope for row in current(store) if row.party_id == alone} == {"succession"}


def test_a_stream_that_nobody_described_counts_for_nothing(store: Store) -> None:
    filled = Filled(store)
    filled.write(OPEN[:1])
    store.database.engine.dispose()
    with store.database.write() as connection:
        connection.exec_driver_sql("UPDATE stream SET scope = NULL")
    assert filled.match().by_scope == {}
    store.describe_stream(filled.syncs["register"].stream_id, source_role="register", scope="")
    assert filled.match().seen().founded == 1


def test_a_stream_that_becomes_confidential_is_matched_anew(store: Store) -> None:
    filled = Filled(store)
    filled.write(OPEN)
    filled.match()
    stream = filled.syncs["subsidy"].stream_id
    store.describe_stream(stream, source_role="adviser", scope="succession")
    filled.match()
    scopes = {row.scope for row in current(store) if row.record_id >> 40 == stream}
    assert scopes == {"succession"}
    assert filled.match(full=True).seen(["succession"]).moved == 0


def test_the_id_of_a_case_that_joined_its_business_leads_there_under_its_scope_alone(
    store: Store,
) -> None:
    filled = Filled(store)
    filled.write(CASES[:1])
    filled.match()
    with store.database.read() as connection:
        case = str(connection.scalars(select(PARTY.c.party_id)).one())
    filled.write(OPEN[:1])
    filled.match()
    with store.database.read() as connection:
        business = parties.find(connection, "register.records:r0").party_id
        assert parties.find(connection, case, ["succession"]).party_id == business
        for scopes in ([], ["yorozu"]):
            with pytest.raises(StoreError, match="no party that is known"):
                parties.find(connection, case, scopes)
    assert golden_business(store.database, int(case), scopes=["yorozu"]) is None


def test_what_is_decided_about_a_case_takes_nothing_off_the_open_review(store: Store) -> None:
    filled = Filled(store)
    twins = [corporation(0), corporation(0, corporate_number=number(1))]
    filled.write(Record("register", f"r{of}", twin) for of, twin in enumerate(twins))
    filled.write([Record("subsidy", "unsure", corporation(0, corporate_number=None))])
    filled.write([Record("succession", "case", twins[0])])
    filled.match()
    with store.database.read() as connection:
        before = pending(connection, store.database.bulk).pairs
        one = parties.find(connection, "succession.records:case", ["succession"])
        other = parties.find(connection, "subsidy.records:unsure")
    assert before.height == 2
    decision = decisions.Decision("different", "made up", "test")
    decisions.decide(store.database, one, other, decision, filled.clock.now())
    filled.match()
    with store.database.read() as connection:
        assert pending(connection, store.database.bulk).pairs.equals(before)
        assert pending(connection, store.database.bulk, ["succession"]).pairs.height == 1
