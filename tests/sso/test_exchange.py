"""What tokens a running service gives out, and what they say."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
import requests

from sso.model import Rule
from tests.sso.doubles import AGENT, OWNER, PROVIDER
from tests.sso.running import ACCESS, API, OTHER, SUBSIDY, Running, claims_of

pytestmark = pytest.mark.network


def token_of(answer: requests.Response) -> str:
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.json()
    assert told["token_type"] == "Bearer"
    assert "refresh_token" not in told
    return str(told["access_token"])


def test_a_client_on_its_own_behalf(service: Running) -> None:
    form = {"grant_type": "client_credentials", "audience": API}
    for answer in (
        service.post(form, basic="desk"),
        service.post({**form, "client_id": "poster", "client_secret": service.secrets["poster"]}),
        service.post({**form, **service.assertion("portal")}),
        service.post({**form, **service.assertion("portal", aud=f"{service.issuer}/token")}),
    ):
        claims = claims_of(token_of(answer))
        assert claims["sub"] == claims["client_id"]
        assert (claims["aud"], claims["scope"]) == (API, "applications:read")
        assert claims["exp"] - claims["iat"] == 600
        assert "idp" not in claims


def test_a_sign_in_becomes_a_token_for_one_audience(service: Running) -> None:
    signed_in = service.signed_in("desk", "owner")
    answer = service.exchange(signed_in, resource=API, purpose="prefill")
    claims = claims_of(token_of(answer))
    assert answer.json()["issued_token_type"] == ACCESS
    assert (claims["idp"], claims["sub"]) == OWNER
    assert (claims["aud"], claims["client_id"]) == (API, "desk")
    assert (claims["scope"], claims["purpose"], claims["acr"]) == (
        "applications:read", "prefill", "ial2",
    )  # fmt: skip
    assert "act" not in claims


def test_an_agent_acts_for_the_delegator(service: Running) -> None:
    signed_in = service.signed_in("portal", "agent")
    claims = claims_of(token_of(service.exchange(signed_in, "portal")))
    assert (claims["idp"], claims["sub"]) == OWNER
    assert claims["act"] == {"iss": PROVIDER, "sub": AGENT[1]}
    assert claims["delegation"] == {"number": "D-K01", "system": "JGRTS", "category": "K01"}
    row = service.audited()[-1]
    assert (row.rule, row.allowed, row.party_id) == ("portal-agent", True, 17)
    assert row.actor == " ".join(AGENT)
    assert row.subject == " ".join(OWNER)


def test_a_token_ends_with_what_it_was_made_of(service: Running) -> None:
    claims = claims_of(token_of(service.exchange(service.signed_in("desk", "ending"))))
    assert claims["exp"] - claims["iat"] <= 100


def test_a_token_ends_with_the_token_it_was_made_of(service: Running) -> None:
    soon = int(time.time()) + 50
    signed_in = service.signed_in("desk", "owner", expires_at=soon)
    assert claims_of(token_of(service.exchange(signed_in)))["exp"] == soon


def test_what_is_taken_away_is_gone_at_once_at_every_worker(service: Running) -> None:
    form = {"grant_type": "client_credentials", "audience": OTHER}
    extra = Rule("extra", "desk", OTHER, frozenset({"other:read"}), frozenset({"p"}), "client")

    def statuses() -> set[int]:
        fresh = replace(service, session=requests.Session())
        answers = []
        for _ in range(8):
            fresh.session.close()
            answers.append(fresh.post(form, basic="desk").status_code)
        return set(answers)

    assert statuses() == {400}
    service.register.add_rule(extra)
    assert statuses() == {200}
    service.register.remove_rule("extra")
    assert statuses() == {400}
    service.register.enable("desk", enabled=False)
    assert statuses() == {401}
    service.register.enable("desk", enabled=True)
    assert statuses() == {400}


def test_a_disabled_clients_tokens_end(service: Running) -> None:
    token = token_of(
        service.post({"grant_type": "client_credentials", "audience": API}, basic="desk")
    )
    service.register.enable("desk", enabled=False)
    answer = service.post({"token": token}, path="/introspect", basic="api")
    service.register.enable("desk", enabled=True)
    assert answer.json() == {"active": False}


def test_a_system_exchanges_a_token_addressed_to_it(service: Running) -> None:
    first = token_of(
        service.exchange(service.signed_in("desk", "owner"), purpose="application_status")
    )
    second = token_of(service.exchange(first, "api", audience=SUBSIDY))
    claims = claims_of(second)
    assert claims["act"] == {"iss": service.issuer, "sub": "api"}
    assert (claims["scope"], claims["purpose"]) == ("applications:read", "application_status")
    assert claims["exp"] <= claims_of(first)["exp"]
    third = claims_of(token_of(service.exchange(second, "subsidy", audience=API)))
    assert third["act"] == {"iss": service.issuer, "sub": "subsidy", "act": claims["act"]}


def test_scopes_do_not_grow_on_the_way(service: Running) -> None:
    first = token_of(service.exchange(service.signed_in("desk", "owner")))
    answer = service.exchange(first, "api", audience=SUBSIDY, scope="applications:write")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_the_chain_is_bounded_and_never_cut(service: Running) -> None:
    token = token_of(
        service.exchange(service.signed_in("desk", "owner"), purpose="application_status")
    )
    for client_id, audience in (("api", SUBSIDY), ("subsidy", API), ("api", SUBSIDY)):
        token = token_of(service.exchange(token, client_id, audience=audience))
    answer = service.exchange(token, "subsidy", audience=API)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert service.audited()[-1].rule == "subject.chain"


def test_revoking_a_token_ends_what_was_derived_from_it(service: Running) -> None:
    signed_in = service.signed_in("desk", "owner")
    first = token_of(service.exchange(signed_in, purpose="application_status"))
    second = token_of(service.exchange(first, "api", audience=SUBSIDY))

    def active(token: str, by: str) -> bool:
        answer = service.post({"token": token}, path="/introspect", basic=by)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        return bool(answer.json()["active"])

    assert active(first, "api")
    assert active(second, "subsidy")
    assert service.post({"token": signed_in}, path="/revoke", basic="desk").status_code == 200
    assert not active(first, "api")
    assert not active(second, "subsidy")
    assert service.exchange(signed_in).json()["error"] == "invalid_request"
    assert service.exchange(first, "api", audience=SUBSIDY).json()["error"] == "invalid_request"


def test_introspection_tells_the_chain(service: Running) -> None:
    token = token_of(service.exchange(service.signed_in("portal", "agent"), "portal"))
    told = service.post({"token": token}, path="/introspect", basic="api").json()
    assert told["active"] is True
    assert told["act"] == {"iss": PROVIDER, "sub": AGENT[1]}
    assert told["delegation"]["category"] == "K01"
    assert told["iss"] == service.issuer


def test_every_answer_leaves_a_row_before_it_is_given(service: Running) -> None:
    before = len(service.audited())
    service.post({"grant_type": "client_credentials", "audience": API}, basic="desk")
    service.post({"grant_type": "password"}, basic="desk")
    service.post({}, path="/introspect", basic="desk")
    service.post("x=%00")
    rows = service.audited()[before:]
    assert [(row.allowed, row.rule) for row in rows] == [
        (True, "desk-own"), (False, "grant.unknown"),
        (False, "token.missing"), (False, "form.text"),
    ]  # fmt: skip
