"""Merges, unmerges and deletions in any number leave what surviving claims make from scratch."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select

from base.errors import StoreError
from canonical.matching import decisions, parties
from canonical.matching.decisions import Decision
from canonical.matching.identity import CORPORATE_NUMBER
from canonical.store import Store
from canonical.store.party_tables import CROSSWALK, MATCH_IDENTIFIER, PARTY
from tests.canonical.matching.businesses import (
    STREAMS,
    Filled,
    copied,
    copy_decisions,
    current,
    drawn,
    standing,
)

SCOPES = [scope for _, scope in STREAMS.values() if scope]
BETWEEN_RUNS = 40


class Churn:
    """Random operations on a store; most of them between two runs of matching."""

    def __init__(self, filled: Filled, random_: random.Random) -> None:
        self.filled = filled
        self.random = random_
        self.done = dict.fromkeys(("merge", "unmerge", "delete", "write", "withdraw"), 0)
        self.next_key = 0

    def step(self) -> None:
        kinds = list(self.done)
        kind = self.random.choices(kinds, weights=[4, 3, 2, 3, 1])[0]
        try:
            getattr(self, kind)()
        except StoreError:
            return
        self.done[kind] += 1

    def counted(self) -> int:
        return self.done["merge"] + self.done["unmerge"] + self.done["delete"]

    def write(self) -> None:
        if self.filled.held and self.random.random() < 0.3:
            stream, key = self.random.choice(sorted(self.filled.held))
            record = drawn(self.random, int(key[1:]))
            if record.stream != stream:
                return
        else:
            self.next_key += 1
            record = drawn(self.random, self.next_key)
        self.filled.write([record])

    def delete(self) -> None:
        if self.filled.held:
            stream, key = self.random.choice(sorted(self.filled.held))
            self.filled.delete(stream, [key])

    def merge(self) -> None:
        one, other = self._two()
        self._decide(one, other, Decision("same", "made up", "test"))

    def withdraw(self) -> None:
        one, other = self._two()
        self._decide(one, other, Decision("withdrawn", "made up", "test"))

    def unmerge(self) -> None:
        name = self._any()
        database = self.filled.store.database
        with database.read() as connection:
            leaving = parties.find(connection, name, SCOPES)
            whole = parties.find(connection, str(leaving.party_id), SCOPES)
        decision = Decision("different", "made up", "test", leaves=True)
        decisions.part(database, whole, leaving, decision, self.filled.clock.now())

    def _decide(self, one: str, other: str, decision: Decision) -> None:
        database = self.filled.store.database
        with database.read() as connection:
            mine, its = (parties.find(connection, name, SCOPES) for name in (one, other))
        decisions.decide(database, mine, its, decision, self.filled.clock.now())

    def _two(self) -> Sequence[str]:
        return self._any(), self._any()

    def _any(self) -> str:
        if not self.filled.held:
            raise StoreError("there is no record")
        stream, key = self.random.choice(sorted(self.filled.held))
        return f"{stream}.records:{key}"


@pytest.mark.parametrize(
    ("seed", "operations"), [(11, 200), pytest.param(11, 1_000, marks=pytest.mark.deep)]
)
def test_operations_leave_what_survives(
    store: Store, migrated_sqlite: Path, tmp_path: Path, seed: int, operations: int
) -> None:
    """Merges, unmerges and deletions that came about; what is refused does not count."""
    random_ = random.Random(seed)
    filled = Filled(store)
    filled.write(drawn(random_, key) for key in range(1_000_000, 1_000_040))
    churn = Churn(filled, random_)
    while churn.counted() < operations:
        for _ in range(BETWEEN_RUNS):
            churn.step()
        filled.match(chunk=10 + random_.randrange(30))
        _holds(store)
    assert min(churn.done.values()) > 0
    with copied(migrated_sqlite, tmp_path, "survivors") as anew:
        anew.write(filled.held.values())
        copy_decisions(store, anew.store)
        anew.match()
        assert standing(store) == standing(anew.store)


def _holds(store: Store) -> None:
    """What is true after every run."""
    rows = current(store)
    held = {row.member_id: row.party_id for row in rows}
    assert len(held) == len(rows)
    with store.database.read() as connection:
        known = {row.party_id: row for row in connection.execute(select(PARTY))}
        numbers = connection.execute(
            select(MATCH_IDENTIFIER.c.value, MATCH_IDENTIFIER.c.member_id).where(
                MATCH_IDENTIFIER.c.kind == CORPORATE_NUMBER
            )
        )
        of_party: dict[int, set[str]] = {}
        for row in numbers:
            of_party.setdefault(held[row.member_id], set()).add(row.value)
        versions = connection.execute(
            select(CROSSWALK).order_by(CROSSWALK.c.member_id, CROSSWALK.c.recorded_from)
        ).all()
        borne = {row.party_id for row in versions}
        ends = {party_id: parties.resolve(connection, party_id, SCOPES) for party_id in borne}
    open_parties = {row.party_id for row in rows if row.scope == ""}
    assert {p for p, row in known.items() if row.status == "current"} == set(held.values())
    assert {
        p for p, row in known.items() if row.status == "current" and not row.confidential
    } == open_parties
    assert all(known[end].status != "merged" for end in ends.values())
    assert all(len(found) == 1 for found in of_party.values())
    for before, after in pairwise(versions):
        if before.member_id == after.member_id:
            assert before.recorded_to is not None
            assert before.recorded_from < before.recorded_to <= after.recorded_from
