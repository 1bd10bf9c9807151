"""Who may act for whom: every way of acting for somebody without, or beyond, a delegation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mocks.corporate_auth.accounts import Account
from mocks.corporate_auth.delegations import Category, Delegation
from mocks.faults import Fault
from tests.sso.attacks.test_client_and_form import refused
from tests.sso.running import API, claims_of
from tests.sso.signing import AGENTS, BARRED, Signing

pytestmark = pytest.mark.network


@pytest.fixture
def made(asking: Signing) -> Iterator[Delegation]:
    """A delegation for all of K01 at JGRTS, in force; as it was again after the test."""
    found, _ = asking.lasting()
    before = {name: getattr(found, name) for name in found.__slots__}
    found.system, found.categories = "JGRTS", (Category("K01", "申請", active=True),)
    yield found
    for name, value in before.items():
        setattr(found, name, value)


def ended(s: Signing, made: Delegation) -> None:
    made.end = s.gbizid.system.register.today - timedelta(days=1)


CHANGES: dict[str, Callable[[Signing, Delegation], None]] = {
    "withdrawn": lambda s, made: setattr(made, "withdrawn_on", s.gbizid.system.register.today),
    "expired": ended,
    "not started": lambda s, made: setattr(
        made, "start", s.gbizid.system.register.today + timedelta(days=400)
    ),
    "for another system": lambda s, made: setattr(made, "system", "ITSUB"),
    "for another category": lambda s, made: setattr(
        made, "categories", (Category("K02", "実績報告", active=True),)
    ),
    "category out of force": lambda s, made: setattr(
        made, "categories", (Category("K01", "申請", active=False),)
    ),
    "for one procedure alone": lambda s, made: setattr(
        made, "categories", (Category("K01", "申請", True, ("P0101", "公募申請")),)
    ),
    "by another delegator": lambda s, made: setattr(
        made, "delegator", s.gbizid.account("prime", "sole_proprietor").sub
    ),
}  # fmt: skip


def test_an_agent_acts_within_the_delegation(asking: Signing, made: Delegation) -> None:
    answer = asking.act(asking.agent(made), "JGRTS", "K01")
    claims = claims_of(answer.json()["access_token"])
    issuer = f"{asking.gbizid.oauth}/"
    assert (claims["idp"], claims["sub"]) == (issuer, made.delegator)
    assert claims["act"] == {"iss": issuer, "sub": made.delegate}
    assert claims["delegation"] == {"number": made.number, "system": "JGRTS", "category": "K01"}
    row = asking.service.audited()[-1]
    assert (row.subject, row.actor) == (f"{issuer} {made.delegator}", f"{issuer} {made.delegate}")
    assert made.number in str(row.details)


@pytest.mark.parametrize("name", CHANGES)
def test_what_changed_since_the_sign_in_counts(
    asking: Signing, made: Delegation, name: str
) -> None:
    token = asking.agent(made)
    assert asking.act(token, "JGRTS", "K01").status_code == 200
    CHANGES[name](asking, made)
    refused(asking.act(token, "JGRTS", "K01"), 400, "invalid_target")


def test_each_category_and_system_for_itself(asking: Signing, made: Delegation) -> None:
    token = asking.agent(made)
    for system, category in (("JGRTS", "K02"), ("ITSUB", "K01"), ("SMEPF", "K01")):
        refused(asking.act(token, system, category), 400, "invalid_target")


def test_an_agent_is_never_its_own_business_meanwhile(asking: Signing, made: Delegation) -> None:
    """A client that may only serve people for themselves gets nothing for an agent's sign-in."""
    token = asking.agent(made)
    refused(asking.act(token, "JGRTS", "K01", audience=API), 400, "invalid_target")
    own = asking.redeem(asking.arrive(made.delegate, client_id=AGENTS)["code"], AGENTS).json()
    refused(asking.act(own["access_token"], "JGRTS", "K01"), 400, "invalid_target")


def test_some_programmes_allow_no_agent(asking: Signing, made: Delegation) -> None:
    token = asking.agent(made)
    for programme in (BARRED, None):
        refused(asking.act(token, "JGRTS", "K01", programme=programme), 400, "invalid_target")


def test_an_account_that_ended_acts_no_more(asking: Signing, made: Delegation) -> None:
    token = asking.agent(made)
    with suspended(asking, made.delegate):
        refused(asking.act(token, "JGRTS", "K01"), 400, "invalid_request")
    assert asking.act(token, "JGRTS", "K01").status_code == 200


@contextmanager
def suspended(s: Signing, sub: str) -> Iterator[None]:
    register = s.gbizid.system.register
    held = register.held[sub]
    account: Account = replace(held.account, suspended=True)
    register.held[sub] = replace(held, account=account)
    try:
        yield
    finally:
        register.held[sub] = held


@pytest.mark.parametrize("path", ["/oauth/userinfo", "/api/delegation/list"])
@pytest.mark.parametrize("fault", ["server_error", "unavailable", "reset", "html", "truncated"])
def test_no_answer_is_neither_yes_nor_no(
    asking: Signing, made: Delegation, path: str, fault: str
) -> None:
    token = asking.agent(made)
    assert asking.act(token, "JGRTS", "K01").status_code == 200
    asking.gbizid.servers.faults.add(Fault(fault, path=path))
    answer = asking.act(token, "JGRTS", "K01")
    refused(answer, 503, "temporarily_unavailable")
    assert int(answer.headers["Retry-After"]) >= 1
    asking.gbizid.servers.faults.clear()
    assert asking.act(token, "JGRTS", "K01").status_code == 200


def test_parameters_do_not_choose_who_is_represented(asking: Signing, made: Delegation) -> None:
    other: dict[str, Any] = {"sub": "gbiz-999999999", "act": "{}", "delegation": "D-other"}
    claims = claims_of(
        asking.act(asking.agent(made), "JGRTS", "K01", **other).json()["access_token"]
    )
    assert claims["sub"] == made.delegator
    assert claims["delegation"]["number"] == made.number


def test_what_an_agent_got_ends_with_the_sign_in(asking: Signing, made: Delegation) -> None:
    token = asking.agent(made)
    derived = asking.act(token, "JGRTS", "K01").json()["access_token"]
    sent = {"token": token, **asking.assertion()}
    assert asking.service.post(sent, path="/revoke").status_code == 200
    told = asking.service.post({"token": derived, **asking.assertion()}, path="/introspect").json()
    assert told == {"active": False}
