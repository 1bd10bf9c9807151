"""The register shows the world late, dated and in its own spelling, within its contract."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from jsonschema import Draft202012Validator

from mocks.corporate_auth.accounts import STEP, Account
from mocks.corporate_auth.api import client_key
from mocks.corporate_auth.register import Register
from mocks.credentials import ClientCredentials
from mocks.serve import serve
from mocks.world import START, World
from mocks.world.numbers import is_corporate_number
from mocks.world.truth import RecordKey
from tests.mocks.gbizid import Gbizid, error_of

CONTRACTS = Path(__file__).resolve().parents[2] / "connectors" / "corporate_auth"


@cache
def checker(contract: str, schema: str) -> Draft202012Validator:
    document = yaml.safe_load((CONTRACTS / contract).read_text(encoding="utf-8"))
    reference = {"$ref": f"#/components/schemas/{schema}", "components": document["components"]}
    return Draft202012Validator(reference)


def faults(contract: str, schema: str, value: Any) -> list[str]:
    found = checker(f"{contract}.openapi.yaml", schema).iter_errors(value)
    return [f"{e.json_path}: {e.message}" for e in found]


@pytest.fixture(scope="module")
def register() -> Register:
    """Not to be changed by tests."""
    return Register(World(3, 1200))


@pytest.fixture
def moving() -> Register:
    return Register(World(3, 300))


@pytest.fixture(scope="module")
def gbizid(credentials: ClientCredentials) -> Iterator[Gbizid]:
    with serve(World(7, 300), credentials=credentials, only=["corporate_auth"]) as servers:
        yield Gbizid(servers)


def lead(register: Register) -> Account:
    """A corporation's プライム; one that has delegated nothing and to which nothing is."""
    busy = {d.delegator for d in register.delegations.values()}
    busy |= {d.delegate for d in register.delegations.values()}
    return next(
        held.account for held in register.held.values()
        if held.account.type == "prime" and held.account.business.kind == "corporation"
        and held.account.valid(register.today) and held.account.sub not in busy
        and not held.account.business.past
    )  # fmt: skip


def test_every_record_fits_the_contract(register: Register) -> None:
    for record in register.accounts_stream.decoded().values():
        assert faults("accounts", "Account", record) == []
    for record in register.delegations_stream.decoded().values():
        assert faults("delegations", "Delegation", record) == []
    assert len(register.delegations) > 50


def test_the_same_world_has_the_same_register(register: Register) -> None:
    again = Register(World(3, 1200))
    assert again.accounts_stream.rows == register.accounts_stream.rows
    assert again.delegations_stream.rows == register.delegations_stream.rows


def test_accounts_and_businesses_are_many_to_many(register: Register) -> None:
    accounts = [held.account for held in register.held.values()]
    assert {a.type for a in accounts} == {"entry", "prime", "member"}
    primes = Counter(a.business.id for a in accounts if a.type == "prime")
    assert max(primes.values()) > 1
    several_open = Counter(
        a.business.id for a in accounts if a.type == "prime" and a.valid(register.today)
    )
    assert max(several_open.values()) > 1
    assert any(a.branch for a in accounts)
    agents = Counter(a.user for a in accounts if a.agent)
    assert max(agents.values()) > 1
    assert any(a.ended_on for a in accounts)
    assert any(a.suspended for a in accounts)
    assert len({a.number for a in accounts}) == len(accounts)


def test_the_account_in_the_applications_is_the_first(register: Register) -> None:
    users = {a.business for a in register.world.applications.values()}
    for key in users:
        business = register.world.businesses[key]
        assert register.account(business.account_id) is not None
    assert (
        max(int(b.account_id.removeprefix("gbiz-")) for b in register.world.businesses.values())
        < STEP
    )


def test_numbers_are_of_the_kind_that_corp_type_says(register: Register) -> None:
    flawed = {k.key for k, fs in register.world.truth.flaws.items() for f in fs
              if f.rule == "check_digit"}  # fmt: skip
    seen = Counter[str]()
    for key, record in register.accounts_stream.decoded().items():
        number = record["corporate_number"]
        if number is None:
            assert record["account_type"] == "1"
        elif record["corp_type"] == "2":
            assert len(number) == 13
            assert not is_corporate_number(number)
        else:
            assert is_corporate_number(number) == (key not in flawed)
        seen[record["corp_type"]] += 1
    assert min(seen["1"], seen["2"]) > 50


def test_delegations_are_running_ended_withdrawn_and_to_come(register: Register) -> None:
    today, made = register.today, list(register.delegations.values())
    assert any(d.start > today for d in made)
    assert any(d.end and d.end < today for d in made)
    assert any(not d.active(today) for d in made)
    assert any(d.end is None for d in made)
    assert {d.kind for d in made} == {"1", "2"}
    categories = [c for d in made for c in d.categories]
    assert {c.active for c in categories} == {True, False}
    assert any(c.procedure for c in categories)
    records = register.delegations_stream.decoded()
    assert {r["delegation_end"] for r in records.values()} >= {"20990101"}
    related = {(r.of, r.to) for r in register.world.truth.related if r.relation == "delegate_of"}
    for d in made:
        pair = (register.held[d.delegate].account.business.id,
                register.held[d.delegator].account.business.id)  # fmt: skip
        if d.in_force(today) and pair[0] != pair[1]:
            assert pair in related


def test_the_truth_names_the_business_of_every_record(register: Register) -> None:
    for stream, records in (
        ("accounts", register.accounts_stream), ("delegations", register.delegations_stream)
    ):  # fmt: skip
        for key in records.rows:
            assert RecordKey("corporate_auth", stream, key) in register.world.truth.business_of


def test_a_new_representative_is_a_new_account_weeks_later(moving: Register) -> None:
    account = lead(moving)
    world, business = moving.world, account.business.id
    before = set(moving.by_business[business])
    world.apply({"kind": "representative_changed", "business": business})
    world.advance(13)
    assert set(moving.by_business[business]) == before
    world.advance(50)
    new = set(moving.by_business[business]) - before
    (made,) = (moving.held[sub].account for sub in new)
    person = world.businesses[business].representative
    assert (made.user, made.type) == (person, "prime")
    assert made.opened_on > START
    old = moving.held[account.sub].account
    assert old.user == account.user
    assert old.ended_on in (None, made.opened_on)
    shown = moving.accounts_stream.decoded()
    assert shown[made.sub]["rep_last_nm"] == person.family
    assert shown[account.sub]["rep_last_nm"] == account.user.family
    stamps = [shown[made.sub]["updated_at"], shown[account.sub]["updated_at"]]
    assert max(stamps) < world.now.isoformat()
    assert min(stamps) > "2026-11-20"


def test_a_move_is_told_weeks_later_or_never(moving: Register) -> None:
    world = moving.world
    moved = [
        key for key, subs in moving.by_business.items()
        if subs and not world.businesses[key].past and world.businesses[key].kind != "pre_founder"
    ][:30]  # fmt: skip
    before = moving.accounts_stream.decoded()
    for business in moved:
        world.apply({"kind": "moved", "business": business})
    world.advance(10)
    assert moving.accounts_stream.decoded() == before
    world.advance(120)
    after = moving.accounts_stream.decoded()
    told = [b for b in moved if after[moving.by_business[b][0]] != before[moving.by_business[b][0]]]
    assert 0 < len(told) < len(moved)


def test_a_delegation_given_and_withdrawn_is_seen_some_days_later(moving: Register) -> None:
    delegator = lead(moving)
    delegate = next(
        held.account for held in moving.held.values()
        if held.account.type == "prime" and held.account.business.id != delegator.business.id
        and held.account.valid(moving.today)
    )  # fmt: skip
    world = moving.world
    before = set(moving.delegations)
    event = {"business": delegator.business.id, "to": delegate.business.id}
    given = {"kind": "delegation_given", "system": "JGRTS", "category": "K02", **event}
    world.apply(given)
    assert set(moving.delegations) == before
    world.advance(5)
    (number,) = set(moving.delegations) - before
    record = moving.delegations_stream.decoded()[number]
    assert faults("delegations", "Delegation", record) == []
    assert (record["delegator_id"], record["delegate_id"], record["system_cd"]) == (
        delegator.sub, delegate.sub, "JGRTS",
    )  # fmt: skip
    assert [c["category_cd"] for c in record["category_info"]] == ["K02"]
    world.apply({"kind": "delegation_withdrawn", **event})
    world.advance(5)
    again = moving.delegations_stream.decoded()[number]
    assert (record["active_flg"], again["active_flg"]) == (True, False)
    assert date.fromisoformat(again["withdrawn_on"]) > START
    assert again["updated_at"] > record["updated_at"]


def test_new_businesses_and_closed_ones_are_seen_late(moving: Register) -> None:
    world = moving.world
    founded = [world.apply({"kind": "founded"})["business"] for _ in range(20)]
    gone = lead(moving).business.id
    world.apply({"kind": "merged", "business": gone})
    world.advance(15)
    assert not any(moving.by_business.get(business) for business in founded)
    assert all(moving.held[sub].account.ended_on is None for sub in moving.by_business[gone])
    world.advance(60)
    shown = [sub for business in founded for sub in moving.by_business[business]]
    assert shown
    assert all(moving.held[sub].account.opened_on > START for sub in shown)


def test_a_renamed_place_is_noticed_though_no_change_names_its_businesses(
    moving: Register,
) -> None:
    city = lead(moving).business.address.place.city
    before = moving.accounts_stream.decoded()
    moving.world.apply({"kind": "place_renamed", "city": city})
    moving.world.advance(130)
    after = moving.accounts_stream.decoded()
    changed = [k for k in before if after[k]["address1"] != before[k]["address1"]]
    assert changed
    assert {after[key]["address1"] for key in changed} == {f"新{city}"}


def test_updates_of_a_live_world_carry_the_time_at_which_they_are_revealed() -> None:
    now = World(3, 200).now + timedelta(days=400)
    register = Register(World(3, 200, wall_clock=lambda: now))
    business = lead(register).business.id
    register.world.apply({"kind": "representative_changed", "business": business})
    register.world.advance(61)
    stamps = {r["updated_at"][:10] for r in register.accounts_stream.decoded().values()}
    assert now.date().isoformat() in stamps


def accounts(gbizid: Gbizid, token: str | None = None, **query: str) -> requests.Response:
    given = gbizid.servers.credentials.client_secret if token is None else token
    return requests.get(
        f"{gbizid.address}/api/accounts", params=query, headers={"X-Api-Token": given}, timeout=10
    )


def ask(gbizid: Gbizid, operation: str, **question: Any) -> requests.Response:
    secret = gbizid.servers.credentials.client_secret
    credentials = {"client_key": client_key(secret), "client_token": secret}
    return requests.post(
        f"{gbizid.address}/api/delegation/{operation}", json={**credentials, **question}, timeout=10
    )


def test_accounts_come_in_pages_of_their_update(gbizid: Gbizid) -> None:
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = accounts(gbizid, limit="70", **({"cursor": cursor} if cursor else {})).json()
        assert faults("accounts", "AccountPage", page) == []
        found += [item["sub"] for item in page["items"]]
        cursor = page["next_cursor"]
    records = gbizid.system.register.accounts_stream
    assert found == [key for _, key in records.pages.snapshot.positions]
    assert len(found) == len(set(found)) == page["total"] > 140
    assert error_of(accounts(gbizid, token="wrong")) == (401, "unauthorized")
    for query in ({"limit": "0"}, {"limit": "x"}, {"cursor": "x"}, {"updated_from": "2026-01-01"}):
        assert accounts(gbizid, **query).status_code == 400


def test_changes_of_delegations_come_in_pages_and_by_system(gbizid: Gbizid) -> None:
    first = ask(gbizid, "changes", limit=5).json()
    assert faults("delegations", "DelegationPage", first) == []
    rest = ask(gbizid, "changes", limit=1000, cursor=first["next_cursor"]).json()
    found = [item["delegation_no"] for item in [*first["items"], *rest["items"]]]
    assert sorted(found) == sorted(gbizid.system.register.delegations)
    one = ask(gbizid, "changes", limit=1000, system_cd="JGRTS").json()
    assert {item["system_cd"] for item in one["items"]} == {"JGRTS"}
    assert 0 < one["total"] < first["total"]
    nothing = ask(gbizid, "changes", system_cd="nothing").json()
    assert nothing == {"items": [], "next_cursor": None, "total": 0}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ({"client_token": "wrong"}, (401, "unauthorized")),
        ({"client_key": None}, (401, "unauthorized")),
        ({}, (400, "invalid_request")),
        ({"system_cd": "JGRTS"}, (400, "invalid_request")),
        ({"system_cd": "JGRTS", "corp_no": "1", "meti_id": 1}, (400, "invalid_request")),
        ({"system_cd": "JGRTS", "meti_id": "1"}, (400, "invalid_request")),
        ({"system_cd": "JGRTS", "corp_no": "1", "else": 1}, (400, "invalid_request")),
    ],
)
def test_questions_are_refused(
    gbizid: Gbizid, question: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert error_of(ask(gbizid, "list", **question)) == expected


def test_delegations_of_a_delegate(gbizid: Gbizid) -> None:
    register = gbizid.system.register
    made = gbizid.delegation()
    delegate = register.held[made.delegate].account
    for who in (
        {"meti_id": delegate.number}, {"corp_no": delegate.business.corporate_number}
    ):  # fmt: skip
        answer = ask(gbizid, "list", system_cd=made.system, **who)
        assert answer.status_code == 200
        for item in answer.json():
            assert faults("delegations", "DelegationInfo", item) == []
            assert item["system_cd"] == made.system
        assert made.number in {item["delegation_no"] for item in answer.json()}
    assert ask(gbizid, "list", system_cd="ITSUB", meti_id=1).json() == []
    assert ask(gbizid, "list", system_cd="ITSUB", corp_no="0" * 13).json() == []
