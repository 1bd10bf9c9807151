"""Live look-ups: the traps made good, and no silence, refusal or nonsense mistaken for a no."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.clock import ManualClock, SystemClock
from base.connection import Connection
from base.errors import AuthenticationError, ContractError
from connectors.contracts.openapi import OpenApiContract
from connectors.corporate_auth.identity import (
    Delegation,
    UserInfo,
    account_of,
    meti_id_of,
    read_delegation,
    read_userinfo,
)
from connectors.corporate_auth.live import (
    DELEGATIONS,
    USERINFO,
    LiveLookups,
    ProviderUnreachable,
    ScopeMissing,
    TokenRefused,
)
from connectors.corporate_auth.prefectures import BY_NAME
from mappings.transforms.places import prefectures
from mocks.credentials import ClientCredentials
from mocks.faults import Fault
from mocks.serve import serve
from mocks.world import World
from tests.connectors.test_corporate_auth import NOW
from tests.mocks.gbizid import Gbizid

pytestmark = pytest.mark.network

CONTRACTS = Path(__file__).resolve().parents[2] / "connectors" / "corporate_auth"


@pytest.fixture(scope="module")
def running() -> Iterator[Gbizid]:
    credentials = ClientCredentials.generate()
    with serve(World(7, 400), credentials=credentials, only=["corporate_auth"]) as servers:
        yield Gbizid(servers)


@pytest.fixture
def gbizid(running: Gbizid) -> Iterator[Gbizid]:
    running.servers.faults.clear()
    yield running
    running.servers.faults.clear()


def connection(gbizid: Gbizid, **changed: object) -> Connection:
    settings = {**gbizid.servers.connections()["corporate_auth"], **changed}
    return Connection.from_mapping("corporate_auth", settings)


@pytest.fixture
def live(gbizid: Gbizid) -> Iterator[LiveLookups]:
    made = LiveLookups(connection(gbizid), ManualClock(NOW))
    yield made
    made.close()


def told(gbizid: Gbizid, live: LiveLookups, account: str, scope: str | None = None) -> UserInfo:
    given = {} if scope is None else {"scope": scope}
    return live.userinfo(gbizid.access_token(account, **given))


def test_a_corporation(gbizid: Gbizid, live: LiveLookups) -> None:
    account = gbizid.account("prime")
    found = told(gbizid, live, account.sub)
    business, place = account.business, account.business.address.place
    holder = found.holder
    assert (found.sub, found.account_type, found.checked) == (account.sub, "prime", True)
    assert (holder.kind, holder.corporate_number, holder.sole_proprietor_number) == (
        "corporation", business.corporate_number, None,
    )  # fmt: skip
    assert (holder.address.prefecture_code, holder.address.prefecture, holder.address.city) == (
        place.code5[:2], place.prefecture, place.city,
    )  # fmt: skip
    assert holder.representative.born_on == account.representative.born_on
    assert found.user.born_on == account.user.born_on
    assert (found.assurance_level, found.rights) == ("ial2", "prime")
    assert found.email is not None
    assert found.delegation is None
    assert found.branches == (business.display_name,)


def test_a_sole_proprietors_number_is_never_a_corporate_number(
    gbizid: Gbizid, live: LiveLookups
) -> None:
    account = gbizid.account("prime", "sole_proprietor")
    holder = told(gbizid, live, account.sub).holder
    assert (holder.kind, holder.corporate_number, holder.sole_proprietor_number) == (
        "sole_proprietor", None, account.business.individual_number,
    )  # fmt: skip


def test_a_member_and_an_entry(gbizid: Gbizid, live: LiveLookups) -> None:
    account = gbizid.account("member")
    member = told(gbizid, live, account.sub)
    assert (member.account_type, member.parent) == ("member", account.parent)
    assert member.holder.corporate_number == account.business.corporate_number
    assert set(member.mandates) <= {"hub", "plain-portal", "subsidy-portal"}
    entry = told(gbizid, live, gbizid.account("entry").sub)
    assert (entry.account_type, entry.checked, entry.assurance_level) == ("entry", False, "ial1")
    assert (entry.holder.representative.born_on, entry.rights, entry.branches) == (None, None, ())


def test_a_narrow_scope_leaves_the_rest_unknown(gbizid: Gbizid, live: LiveLookups) -> None:
    found = told(gbizid, live, gbizid.account("prime").sub, "openid")
    assert (found.account_type, found.holder.kind, found.email, found.checked) == (
        None, None, None, False,
    )  # fmt: skip


def test_an_agent_and_the_business_represented(gbizid: Gbizid, live: LiveLookups) -> None:
    made = gbizid.delegation()
    found = told(gbizid, live, f"{made.delegate}#{made.number}")
    delegator = gbizid.system.register.held[made.delegator].account
    assert found.delegation is not None
    assert (found.sub, found.delegation.account) == (made.delegate, made.delegator)
    assert found.delegation.delegator.corporate_number == delegator.business.corporate_number
    assert (
        found.delegation.delegator.address.prefecture == delegator.business.address.place.prefecture
    )
    assert found.delegation.ends_on == made.end
    assert found.holder.corporate_number != found.delegation.delegator.corporate_number


def test_delegations_of_a_delegate(gbizid: Gbizid, live: LiveLookups) -> None:
    made = gbizid.delegation()
    delegate = gbizid.system.register.held[made.delegate].account
    found = live.delegations(made.system, account=made.delegate)
    assert {one.number for one in found} >= {made.number}
    assert found == [
        one for one in live.delegations(made.system, number=delegate.business.corporate_number)
        if one.number in {one.number for one in found}
    ]  # fmt: skip
    assert live.delegations(made.system, number="0" * 13) == []
    for wrong in ({}, {"number": "1", "account": "gbiz-000000001"}, {"account": "nobody"}):
        with pytest.raises(ValueError, match=r"account|number"):
            live.delegations(made.system, **wrong)


def test_a_delegation_covers_its_categories_on_its_days(gbizid: Gbizid, live: LiveLookups) -> None:
    register = gbizid.system.register
    made = next(
        d for d in register.delegations.values()
        if d.in_force(register.today) and any(c.active for c in d.categories)
    )  # fmt: skip
    found = next(
        one for one in live.delegations(made.system, account=made.delegate)
        if one.number == made.number
    )  # fmt: skip
    category = next(c for c in made.categories if c.active)
    procedure = category.procedure[0] if category.procedure else None
    day = register.today
    assert found.covers(category.code, day, procedure)
    assert not found.covers(category.code, found.starts_on - timedelta(days=1), procedure)
    assert not found.covers("K99", day, procedure)
    ended = replace(found, ends_on=day)
    assert ended.covers(category.code, day, procedure)
    assert not ended.covers(category.code, day + timedelta(days=1), procedure)
    off = replace(found, categories=tuple(replace(c, active=False) for c in found.categories))
    assert not off.covers(category.code, day, procedure)


def test_one_procedure_is_not_the_whole_category() -> None:
    info = delegation_info(
        category_info=[{"category_cd": "K01", "active_flg": True, "procedure_cd": "P1"}]
    )
    found = read_delegation(info)
    assert found is not None
    day = date(2026, 11, 20)
    assert found.covers("K01", day, "P1")
    assert not found.covers("K01", day, "P2")
    assert not found.covers("K01", day)


def test_a_refused_token_is_no_answer_about_the_user(gbizid: Gbizid, live: LiveLookups) -> None:
    for token in ("nothing", "a b", "日本", "x\r\ny"):
        with pytest.raises(TokenRefused) as caught:
            live.userinfo(token)
        assert token not in str(caught.value)
    with pytest.raises(ScopeMissing):
        told(gbizid, live, gbizid.account("prime").sub, "profile")


@pytest.mark.parametrize("fault", ["rate_limited", "server_error", "unavailable", "not_found",
                                   "reset", "truncated"])  # fmt: skip
@pytest.mark.parametrize("path", [USERINFO, DELEGATIONS])
def test_silence_is_not_a_no_and_is_not_repeated(
    gbizid: Gbizid, live: LiveLookups, fault: str, path: str
) -> None:
    token = gbizid.access_token(gbizid.account("prime").sub)
    gbizid.servers.faults.add(Fault(fault, path=path, retry_after="1"))
    with pytest.raises(ProviderUnreachable) as caught:
        ask(live, path, token)
    assert not gbizid.servers.faults.waiting()
    assert token not in str(caught.value)
    if fault in ("rate_limited", "unavailable"):
        assert caught.value.retry_after == 1
    ask(live, path, token)


@pytest.mark.parametrize("path", [USERINFO, DELEGATIONS])
def test_nonsense_is_not_a_no(gbizid: Gbizid, live: LiveLookups, path: str) -> None:
    token = gbizid.access_token(gbizid.account("prime").sub)
    gbizid.servers.faults.add(Fault("html", path=path))
    with pytest.raises(ContractError):
        ask(live, path, token)


def ask(live: LiveLookups, path: str, token: str) -> None:
    if path == USERINFO:
        live.userinfo(token)
    else:
        live.delegations("JGRTS", number="0" * 13)


def test_the_hubs_own_credentials_refused_are_not_an_empty_list(gbizid: Gbizid) -> None:
    live = LiveLookups(connection(gbizid, client_token="wrong"), ManualClock(NOW))
    with pytest.raises(AuthenticationError):
        live.delegations("JGRTS", number="0" * 13)


def test_a_system_that_drips_is_given_up(gbizid: Gbizid) -> None:
    token = gbizid.access_token(gbizid.account("prime").sub)
    gbizid.servers.faults.add(Fault("slow_drip", path=USERINFO))
    live = LiveLookups(connection(gbizid), SystemClock(), seconds=0.3)
    with pytest.raises(ProviderUnreachable):
        live.userinfo(token)
    assert live.userinfo(token).sub


def test_nobody_listening_and_then_the_breaker() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        live = LiveLookups(Connection("corporate_auth", address), ManualClock(NOW))
        for _ in range(5):
            with pytest.raises(ProviderUnreachable):
                live.userinfo("token")
        with pytest.raises(ProviderUnreachable, match="left in peace") as caught:
            live.userinfo("token")
    assert caught.value.retry_after


def test_no_personal_value_shows(gbizid: Gbizid, live: LiveLookups) -> None:
    made = gbizid.delegation()
    found = told(gbizid, live, f"{made.delegate}#{made.number}")
    account = gbizid.system.register.held[made.delegate].account
    shown = repr(found)
    for value in (
        account.user.family, account.business.corporate_number, account.business.display_name,
        found.email, found.phone,
    ):  # fmt: skip
        assert str(value) not in shown


def test_the_paths_are_the_contracts() -> None:
    oidc = OpenApiContract(CONTRACTS / "oidc.openapi.yaml")
    delegations = OpenApiContract(CONTRACTS / "delegations.openapi.yaml")
    assert oidc.operation("getUserInfo").path == USERINFO
    assert delegations.operation("listDelegations").path == DELEGATIONS


def test_the_prefectures_are_those_of_the_municipalities() -> None:
    assert prefectures() == BY_NAME


def test_an_account_has_one_key_and_one_number() -> None:
    assert account_of("7001") == "gbiz-000007001"
    assert meti_id_of("gbiz-000007001") == 7001


def delegation_info(**more: Any) -> dict[str, Any]:
    return {
        "delegation_no": "D1", "system_cd": "JGRTS", "delegation_start": "20260401",
        "delegation_end": "20990101", "category_info": [], "meti_id": 7001,
        "business_type": "法人", "corp_no": "7000012050002", **more,
    }  # fmt: skip


def test_days_are_read_in_both_spellings_and_an_open_end_is_none() -> None:
    found = read_delegation(delegation_info(delegation_start="2026-04-01"))
    assert isinstance(found, Delegation)
    assert (found.starts_on, found.ends_on) == (date(2026, 4, 1), None)
    assert read_delegation({}) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"delegation_start": "20260231"}, {"delegation_end": None}, {"meti_id": "x"},
        {"category_info": [{"category_cd": "K01"}]}, {"category_info": {}},
        {"corp_no": "3000000000003"}, {"business_type": "3"}, {"delegation_no": ""},
    ],
)  # fmt: skip
def test_a_delegation_outside_the_contract_is_never_read_as_one(wrong: dict[str, Any]) -> None:
    with pytest.raises(ContractError) as caught:
        read_delegation(delegation_info(**wrong))
    assert "3000000000003" not in str(caught.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=15),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["verification", "permission", "role", "applies_to",
                                       "levels", "client_id", "category_cd", "active_flg",
                                       "delegation_no", "assurance_level"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
FIELDS = (
    "sub", "account_type", "corp_type", "parent_id", "corporate_number", "birthday_ymd",
    "prefecture_name", "mandate_info", "verified_claims", "role", "delegation_info",
)  # fmt: skip


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, JSON)))
def test_whatever_is_answered_is_read_or_refused(answer: dict[str, Any]) -> None:
    try:
        found = read_userinfo(json.loads(json.dumps(answer)))
    except ContractError:
        return
    assert found.sub
