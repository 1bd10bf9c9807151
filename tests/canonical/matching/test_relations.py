"""Parties that hang together: who says so, from when, and who may know of it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from canonical.matching import decisions, parties
from canonical.matching.decisions import Decision, Verdict
from canonical.matching.related import standing
from canonical.matching.relations import Related, relate
from canonical.store import Store
from canonical.store.party_tables import EVENT, RELATION, RELATION_PENDING
from tests.canonical.matching.businesses import (
    Claims,
    Filled,
    Record,
    corporation,
    drawn,
    in_batches,
    number,
    proprietor,
)

SINCE = date(2026, 4, 1)


@dataclass(frozen=True, slots=True)
class Telling(Record):
    """A record with claims of more kinds; all of it made up."""

    more: Claims = field(default_factory=dict)

    def claims(self) -> Claims:
        found = Record.claims(self)
        for entity, rows in self.more.items():
            found[entity] = [
                {"key": self.key, "role": "applicant", "ordinal": place, **row}
                for place, row in enumerate(rows)
            ]
        return found


def merged(of: int, into: int, key: str = "gone", stream: str = "register") -> Telling:
    """A register's row: a corporation was merged into another."""
    event = {
        "kind": "closed",
        "effective_on": SINCE,
        "effective_on_precision": "day",
        "closing_cause": "merger",
        "successor_number": number(into),
    }
    return Telling(stream, key, corporation(of), more={"registration_event": [event]})


def undone(of: int, kind: str, text: str | None = None) -> Telling:
    """A register's row that takes a merger back."""
    event = {
        "kind": kind,
        "effective_on": date(2026, 5, 1),
        "effective_on_precision": "day",
        "cause_text": text,
    }
    return Telling("register", f"{kind}{of}", corporation(of), more={"registration_event": [event]})


def settled(filled: Filled) -> Related:
    filled.match()
    return relate(filled.store, filled.clock)


def relations(store: Store, *scopes: str) -> list[Any]:
    with store.database.read() as connection:
        return standing(connection, None, scopes=scopes, limit=1000)[0]


def party(store: Store, key: str) -> int:
    with store.database.read() as connection:
        return parties.find(connection, key, ("succession", "yorozu")).party_id


def decide(filled: Filled, one: str, other: str, verdict: Verdict, **more: Any) -> None:
    store = filled.store
    with store.database.read() as connection:
        mine, its = (parties.find(connection, name, ("succession",)) for name in (one, other))
    decision = Decision(verdict, "for the test", "tester", **more)
    decisions.decide(store.database, mine, its, decision, filled.clock.now())
    settled(filled)


def told(store: Store) -> list[tuple[str, str]]:
    """The events about relations: kind and scope."""
    with store.database.read() as connection:
        query = select(EVENT.c.kind, EVENT.c.scope).where(EVENT.c.kind.like("relation.%"))
        return sorted((row.kind, row.scope) for row in connection.execute(query))


def one_head() -> list[Record]:
    """A shop, and a company at its place under its keeper."""
    shop = proprietor(1)
    company = corporation(
        2,
        representative_name=shop["representative_name"],
        address_block=shop["address_block"],
        address_town=shop["address_town"],
        phone="03-9999-0000",
    )
    return [Record("subsidy", "shop", shop), Record("subsidy", "company", company)]


def test_a_merger_in_the_register_is_confirmed_and_told(store: Store) -> None:
    filled = Filled(store)
    filled.write([merged(1, 2), Record("register", "stays", corporation(2))])
    settled(filled)
    (row,) = relations(store)
    assert (row.kind, row.cause, row.status, row.since_on) == (
        "successor_of",
        "merger",
        "confirmed",
        SINCE,
    )
    assert row.from_party == party(store, "register.records:stays")
    assert row.to_party == party(store, "register.records:gone")
    assert told(store) == [("relation.confirmed", "")] * 2


@pytest.mark.parametrize(
    "back", [undone(1, "revived"), undone(2, "merger_void", f"（{number(1)}）との合併無効")]
)
def test_a_merger_that_came_to_nothing_is_ended(store: Store, back: Telling) -> None:
    filled = Filled(store)
    filled.write([merged(1, 2), Record("register", "stays", corporation(2))])
    settled(filled)
    filled.write([back])
    settled(filled)
    assert relations(store) == []
    assert [kind for kind, _ in told(store)] == ["relation.confirmed"] * 2 + ["relation.ended"] * 2


def test_a_survivor_that_comes_later_is_found_by_its_number(store: Store) -> None:
    filled = Filled(store)
    filled.write([merged(1, 2)])
    settled(filled)
    assert relations(store) == []
    filled.write([Record("register", "stays", corporation(2))])
    settled(filled)
    assert [row.kind for row in relations(store)] == ["successor_of"]


def test_another_source_than_a_register_makes_a_candidate(store: Store) -> None:
    filled = Filled(store)
    filled.write([merged(1, 2, stream="subsidy"), Record("register", "stays", corporation(2))])
    settled(filled)
    assert [(row.kind, row.status) for row in relations(store)] == [("successor_of", "candidate")]


def test_half_the_shares_make_a_group(store: Store) -> None:
    filled = Filled(store)
    holders = [
        {"name": "親", "corporate_number": number(2), "share_percent": "50.0"},
        {"name": "他", "corporate_number": number(3), "share_percent": "9.5"},
    ]
    daughter = Telling("subsidy", "daughter", corporation(1), more={"shareholder": holders})
    filled.write([daughter, *(Record("register", f"p{n}", corporation(n)) for n in (2, 3))])
    settled(filled)
    (row,) = relations(store)
    assert (row.kind, row.status) == ("group_of", "candidate")
    assert row.from_party == party(store, "subsidy.records:daughter")
    assert row.to_party == party(store, "register.records:p2")


def test_a_company_under_the_keeper_of_a_shop_may_have_come_from_it(store: Store) -> None:
    filled = Filled(store)
    filled.write(one_head())
    settled(filled)
    (row,) = relations(store)
    assert (row.kind, row.cause, row.status) == ("successor_of", "incorporation", "candidate")
    assert row.from_party == party(store, "subsidy.records:company")
    assert told(store) == []


def test_relatives_and_tenants_are_not_related(store: Store) -> None:
    filled = Filled(store)
    place = {"address_block": "1-2-3", "address_town": "青葉", "phone": None}
    filled.write(
        [
            Record("subsidy", "father", proprietor(0, **place)),
            Record("subsidy", "daughter", proprietor(1, **place)),
            Record("subsidy", "tenant", corporation(2, **place)),
            Record("subsidy", "other", corporation(3, **place)),
        ]
    )
    settled(filled)
    assert relations(store) == []


def test_an_heir_goes_on_under_the_trade_name(store: Store) -> None:
    filled = Filled(store)
    place = {"address_block": "1-2-3", "address_town": "青葉", "phone": "03-0001-0000"}
    begun = date(2026, 3, 1)
    filled.write(
        [
            Record("subsidy", "father", proprietor(0, **place), trade_name="田中商店"),
            Record(
                "subsidy",
                "heir",
                proprietor(1, **place, established_on=begun),
                trade_name="田中商店",
            ),
        ]
    )
    settled(filled)
    (row,) = relations(store)
    assert (row.kind, row.cause, row.since_on) == ("successor_of", "inheritance", begun)
    assert row.from_party == party(store, "subsidy.records:heir")


def test_a_branch_without_a_number_belongs_to_its_head(store: Store) -> None:
    filled = Filled(store)
    head = corporation(1)
    name = f"{head['name_core']}大阪支店"
    branch = corporation(1, corporate_number=None, name=name, name_core=name, established_on=None)
    filled.write([Record("register", "head", head), Record("subsidy", "branch", branch)])
    settled(filled)
    assert [(row.kind, row.status) for row in relations(store)] == [("branch_of", "candidate")]


def test_a_person_decides_and_the_guess_gives_way(store: Store) -> None:
    filled = Filled(store)
    filled.write(one_head())
    settled(filled)
    one, other = "subsidy.records:shop", "subsidy.records:company"
    decide(filled, one, other, "related", relation="succeeded_by", cause="transfer", since_on=SINCE)
    (row,) = relations(store)
    assert (row.kind, row.cause, row.status, row.since_on) == (
        "successor_of",
        "transfer",
        "confirmed",
        SINCE,
    )
    assert row.from_party == party(store, "subsidy.records:company")
    assert json.loads(row.evidence)["because"] == "decision"
    decide(filled, one, other, "different")
    assert [row.status for row in relations(store)] == ["rejected"]
    decide(filled, one, other, "withdrawn")
    assert [row.status for row in relations(store)] == ["candidate"]


@pytest.mark.parametrize("kind", ["group_of", "branch_of", "successor_of", "trade_name_of"])
@pytest.mark.parametrize("turned", [False, True])
def test_who_is_named_first_is_where_the_relation_starts(
    store: Store, kind: str, turned: bool
) -> None:
    filled = Filled(store)
    filled.write([Record("register", f"p{n}", corporation(n)) for n in (1, 2)])
    settled(filled)
    one, other = (f"register.records:p{n}" for n in ((2, 1) if turned else (1, 2)))
    decide(filled, one, other, "related", relation=kind)
    (row,) = relations(store)
    assert (row.from_party, row.to_party) == (party(store, one), party(store, other))


def test_what_was_once_believed_stays_to_be_seen(store: Store) -> None:
    filled = Filled(store)
    filled.write([merged(1, 2), Record("register", "stays", corporation(2))])
    settled(filled)
    filled.delete("register", ["gone"])
    settled(filled)
    assert relations(store) == []
    with store.database.read() as connection:
        (row,) = connection.execute(select(RELATION)).all()
    assert row.recorded_from < row.recorded_to


def test_a_relation_that_a_case_tells_takes_its_scope(store: Store) -> None:
    filled = Filled(store)
    shop, company = one_head()
    filled.write([Record("succession", "case", shop.party), company])
    settled(filled)
    assert relations(store) == []
    (row,) = relations(store, "succession")
    assert (row.kind, row.scope) == ("successor_of", "succession")
    decide(
        filled, "succession.records:case", "subsidy.records:company", "related",
        relation="succeeded_by",
    )  # fmt: skip
    assert relations(store) == []
    assert [row.status for row in relations(store, "succession")] == ["confirmed"]
    assert set(told(store)) == {("relation.confirmed", "succession")}


def test_a_case_changes_nothing_about_what_all_know(store: Store) -> None:
    filled = Filled(store)
    filled.write(one_head())
    settled(filled)
    before = relations(store)
    shop, company = one_head()
    filled.write(
        [Record("succession", "case", shop.party), Record("yorozu", "karte", company.party)]
    )
    settled(filled)
    assert relations(store) == before
    decide(
        filled, "succession.records:case", "subsidy.records:company", "related",
        relation="succeeded_by",
    )  # fmt: skip
    assert relations(store) == before
    assert [row.status for row in relations(store, "succession")] == ["confirmed", "candidate"]


def test_what_everybody_shares_says_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("canonical.matching.kin_reading.MOST_PARTIES", 3)
    filled = Filled(store)
    one = {"representative_name": "田中 一郎", "phone": "03-1111-1111"}
    few = [Record("register", f"p{n}", corporation(n, **one)) for n in range(3)]
    filled.write(few)
    settled(filled)
    assert len(relations(store)) == 3
    filled.write([Record("register", "p4", corporation(4, **one))])
    settled(filled)
    assert relations(store) == []


def test_nothing_new_writes_nothing(store: Store) -> None:
    filled = Filled(store)
    filled.write([*one_head(), merged(3, 4), Record("register", "stays", corporation(4))])
    settled(filled)
    counts = store.row_counts()
    assert relate(store, filled.clock, full=True).found == 0
    assert store.row_counts() == counts


def _random_record(random_: random.Random, key: int) -> Record:
    record = drawn(random_, key)
    trade = random_.choice([None, None, "丸の内屋"])
    more: Claims = {}
    if random_.random() < 0.2:
        more["registration_event"] = merged(1, random_.randrange(8)).more["registration_event"]
    return Telling(
        record.stream, record.key, record.party, record.account, trade_name=trade, more=more
    )


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.deep) for n in (1, 2, 3))])
def test_any_order_and_any_step_give_what_a_full_run_gives(store: Store, seed: int) -> None:
    random_ = random.Random(seed)
    filled = Filled(store)
    for batch in in_batches([_random_record(random_, key) for key in range(60)], random_.randrange):
        filled.write(batch)
        if random_.random() < 0.3:
            filled.match()
            relate(store, filled.clock, parties=1 + random_.randrange(5))
    filled.delete("subsidy", [key for stream, key in list(filled.held) if stream == "subsidy"][:9])
    filled.match()
    relate(store, filled.clock, parties=3)
    before = relations(store, "succession", "yorozu")
    assert len(before) > 3
    again = relate(store, filled.clock, full=True)
    assert (again.found, again.ended) == (0, 0)
    assert relations(store, "succession", "yorozu") == before


def test_a_write_of_matching_meanwhile_begins_the_step_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from canonical.matching import relations as steps

    filled = Filled(store)
    filled.write(one_head())
    filled.match()
    looked_at: Callable[..., Any] = steps._looked_at
    calls = []

    def disturbed(*given: Any) -> Any:
        found = looked_at(*given)
        calls.append(1)
        if len(calls) == 1:
            filled.delete("subsidy", ["shop"])
            filled.match()
        return found

    monkeypatch.setattr(steps, "_looked_at", disturbed)
    relate(store, filled.clock)
    assert len(calls) == 2
    assert relations(store) == []
    with store.database.read() as connection:
        assert connection.execute(select(RELATION_PENDING)).all() == []
