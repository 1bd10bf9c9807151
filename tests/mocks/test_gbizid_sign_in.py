"""A real OpenID client signs in; codes, tokens and refusals are as GビズID documents them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from joserfc import jwt
from joserfc.jwk import KeySet
from jsonschema import Draft202012Validator

from mocks.corporate_auth.parties import RelyingParty
from mocks.credentials import ClientCredentials
from mocks.serve import serve
from mocks.world import World
from tests.mocks.gbizid import CALLBACK, EVERY_SCOPE, Gbizid, error_of, sent_back

CONTRACTS = Path(__file__).resolve().parents[2] / "connectors" / "corporate_auth"


@pytest.fixture(scope="module")
def gbizid(credentials: ClientCredentials) -> Iterator[Gbizid]:
    with serve(World(7, 300), credentials=credentials, only=["corporate_auth"]) as servers:
        yield Gbizid(servers)


@cache
def checker(schema: str, contract: str) -> Draft202012Validator:
    path = CONTRACTS / f"{contract}.openapi.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    reference = {"$ref": f"#/components/schemas/{schema}", "components": document["components"]}
    return Draft202012Validator(reference)


def faults(schema: str, value: Any, contract: str = "oidc") -> list[str]:
    return [f"{e.json_path}: {e.message}" for e in checker(schema, contract).iter_errors(value)]


def claims(gbizid: Gbizid, token: str) -> dict[str, Any]:
    keys = requests.get(f"{gbizid.oauth}/.well-known/jwks.json", timeout=10).json()
    return dict(jwt.decode(token, KeySet.import_key_set(keys), algorithms=["RS256"]).claims)


def test_a_client_library_signs_somebody_in(gbizid: Gbizid) -> None:
    metadata = requests.get(f"{gbizid.oauth}/.well-known/openid-configuration", timeout=10).json()
    assert faults("Configuration", metadata) == []
    assert metadata["issuer"] == f"{gbizid.oauth}/"
    account = gbizid.account("prime")
    token = gbizid.sign_in(account.sub)
    answer = {name: value for name, value in token.items() if name != "expires_at"}
    assert faults("Token", answer) == []
    access, identity = (claims(gbizid, token[name]) for name in ("access_token", "id_token"))
    assert faults("AccessTokenClaims", access) == []
    assert faults("IdTokenClaims", identity) == []
    assert (access["sub"], access["azp"], access["iss"]) == (
        account.sub, "hub", metadata["issuer"],
    )  # fmt: skip
    assert (identity["aud"], identity["nonce"]) == ("hub", "n-1")
    told = gbizid.userinfo(token["access_token"])
    assert told.json()["sub"] == account.sub
    assert told.headers["X-Synthetic-Data"] == "true"


def test_an_edited_token_says_nothing(gbizid: Gbizid) -> None:
    head, _, tail = gbizid.access_token(gbizid.account("prime").sub).split(".")
    forged = base64.urlsafe_b64encode(json.dumps({"sub": "x", "jti": "y"}).encode()).decode()
    assert error_of(gbizid.userinfo(f"{head}.{forged.rstrip('=')}.{tail}")) == (
        401, "invalid_token",
    )  # fmt: skip
    assert error_of(gbizid.userinfo("nothing")) == (401, "invalid_token")
    assert "WWW-Authenticate" in gbizid.userinfo("nothing").headers


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": ""}, "invalid_request"),
        ({"scope": "openid everything"}, "invalid_scope"),
        ({"code_challenge": "x" * 43, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "x" * 43}, "invalid_request"),
        ({"prompt": "none"}, "invalid_request"),
    ],
)
def test_faults_are_sent_back_with_the_state(
    gbizid: Gbizid, query: dict[str, str], error: str
) -> None:
    answer = gbizid.authorize(state="s-1", **query)
    assert answer.status_code == 302
    assert sent_back(answer) == {"error": error, "state": "s-1"}


@pytest.mark.parametrize(
    "query",
    [
        {"client_id": "nobody"},
        {"redirect_uri": f"{CALLBACK}/"},
        {"redirect_uri": "https://elsewhere.example/"},
        {"redirect_uri": ""},
    ],
)
def test_faults_of_client_or_address_are_shown_and_not_redirected(
    gbizid: Gbizid, query: dict[str, str]
) -> None:
    answer = gbizid.authorize(**query)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "Location" not in answer.headers


def test_a_user_may_say_no(gbizid: Gbizid) -> None:
    page = gbizid.authorize(state="s-2").text
    transaction = page.split('name="transaction" value="')[1].split('"')[0]
    answer = requests.post(
        f"{gbizid.oauth}/signin",
        data={"transaction": transaction, "decision": "deny"},
        allow_redirects=False,
        timeout=10,
    )
    assert sent_back(answer) == {"error": "access_denied", "state": "s-2"}
    again = requests.post(f"{gbizid.oauth}/signin", data={"transaction": transaction}, timeout=10)
    assert again.status_code == 400


def test_the_page_finds_accounts_and_names_none_that_ended(gbizid: Gbizid) -> None:
    account = gbizid.account("prime")
    page = gbizid.authorize().text
    transaction = page.split('name="transaction" value="')[1].split('"')[0]
    found = requests.get(
        f"{gbizid.oauth}/signin", params={"transaction": transaction, "q": account.sub}, timeout=10
    ).text
    assert account.sub in found
    ended = next(a for a in gbizid.accounts() if not a.valid(gbizid.system.register.today))
    back = requests.post(
        f"{gbizid.oauth}/signin", data={"transaction": transaction, "account": ended.sub},
        timeout=10,
    )  # fmt: skip
    assert back.status_code == 200
    assert "ログインできません" in back.text


def test_a_session_signs_in_at_once_unless_login_is_asked_for(gbizid: Gbizid) -> None:
    browser = requests.Session()
    url = f"{gbizid.oauth}/authorize?response_type=code&client_id=hub&redirect_uri={CALLBACK}"
    gbizid.choose(url, gbizid.account("prime").sub, browser)
    assert browser.get(url, allow_redirects=False, timeout=10).status_code == 302
    asked = browser.get(f"{url}&prompt=login", allow_redirects=False, timeout=10)
    assert asked.status_code == 200


def test_a_code_is_good_once_for_its_party_and_for_five_minutes(
    gbizid: Gbizid, monkeypatch: pytest.MonkeyPatch
) -> None:
    sub = gbizid.account("prime").sub
    form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK}
    code = gbizid.code(sub)
    assert (len(code), code.isalnum()) == (22, True)
    assert gbizid.token(code=code, **form).status_code == 200
    assert error_of(gbizid.token(code=code, **form)) == (400, "invalid_grant")
    foreign = gbizid.token("plain-portal", code=gbizid.code(sub), **form)
    assert error_of(foreign) == (400, "invalid_grant")
    other = gbizid.token(code=gbizid.code(sub), grant_type=form["grant_type"], redirect_uri="x")
    assert error_of(other) == (400, "invalid_grant")
    late = gbizid.code(sub)
    provider = gbizid.system.provider
    now = provider.seconds()
    monkeypatch.setattr(provider, "seconds", lambda: now + 301)
    assert error_of(gbizid.token(code=late, **form)) == (400, "invalid_grant")


def test_pkce_is_optional_and_binding(gbizid: Gbizid) -> None:
    sub = gbizid.account("prime").sub
    form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK}
    challenge = {"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
                 "code_challenge_method": "S256"}  # fmt: skip
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
    right = gbizid.token(code=gbizid.code(sub, **challenge), code_verifier=verifier, **form)
    assert right.status_code == 200
    for wrong in ({}, {"code_verifier": verifier[::-1]}):
        answer = gbizid.token(code=gbizid.code(sub, **challenge), **form, **wrong)
        assert error_of(answer) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, "invalid_request"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
    ],
)
def test_token_requests_are_refused_as_documented(
    gbizid: Gbizid, form: dict[str, str], error: str
) -> None:
    assert error_of(gbizid.token(**form)) == (400, error)


def test_only_client_secret_basic_is_taken(gbizid: Gbizid) -> None:
    url, secret = f"{gbizid.oauth}/token", gbizid.secret()
    posted = {"grant_type": "refresh_token", "client_id": "hub", "client_secret": secret}
    assert error_of(requests.post(url, data=posted, timeout=10)) == (401, "unauthorized")
    for pair in (("hub", "wrong"), ("nobody", secret), ("subsidy-portal", secret)):
        answer = requests.post(url, data={"grant_type": "x"}, auth=pair, timeout=10)
        assert error_of(answer) == (401, "unauthorized")


def test_refresh_tokens_are_pseudo_jwts_and_rotate(gbizid: Gbizid) -> None:
    first = gbizid.sign_in(gbizid.account("prime").sub)["refresh_token"]
    head, body, signature = first.split(".")
    assert json.loads(base64.urlsafe_b64decode(head + "==")) == {"alg": "none"}
    assert set(json.loads(base64.urlsafe_b64decode(body + "=="))) == {"exp", "jti"}
    assert signature == ""
    again = gbizid.token(grant_type="refresh_token", refresh_token=first, scope="openid profile")
    assert again.json()["scope"] == "openid profile"
    assert gbizid.userinfo(again.json()["access_token"]).status_code == 200
    assert error_of(gbizid.token(grant_type="refresh_token", refresh_token=first)) == (
        401, "invalid_token",
    )  # fmt: skip
    other = gbizid.sign_in(gbizid.account("prime").sub)["refresh_token"]
    wider = gbizid.token(grant_type="refresh_token", refresh_token=other, scope="openid x")
    assert error_of(wider) == (401, "invalid_scope")


def test_without_offline_access_there_is_no_refresh_token(gbizid: Gbizid) -> None:
    assert "refresh_token" not in gbizid.sign_in(gbizid.account("prime").sub, "openid")


def test_a_scope_left_out_grants_all_that_the_party_may_have(gbizid: Gbizid) -> None:
    party = RelyingParty("bare", "名ばかり", "s" * 20, (CALLBACK,), ("role",))
    gbizid.system.parties.add(party)
    code = gbizid.code(gbizid.account("prime").sub, client_id="bare")
    answer = requests.post(
        f"{gbizid.oauth}/token", auth=("bare", "s" * 20), timeout=10,
        data={"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK},
    )  # fmt: skip
    assert answer.json()["scope"].split() == list(party.scopes)


def test_userinfo_needs_openid(gbizid: Gbizid) -> None:
    token = gbizid.access_token(gbizid.account("prime").sub, "profile")
    assert error_of(gbizid.userinfo(token)) == (403, "insufficient_scope")


def test_the_fault_of_an_expired_token_ends_every_token(gbizid: Gbizid) -> None:
    token = gbizid.access_token(gbizid.account("prime").sub)
    mock = gbizid.servers.systems.mocks["corporate_auth"]
    assert token in mock.secrets()
    assert gbizid.secret("subsidy-portal") in mock.secrets()
    assert mock.revoke is not None
    mock.revoke()
    assert error_of(gbizid.userinfo(token)) == (401, "invalid_token")


def test_keys_change_without_one_refusal(gbizid: Gbizid) -> None:
    before = gbizid.access_token(gbizid.account("prime").sub)
    gbizid.system.provider.rotate_key()
    after = gbizid.access_token(gbizid.account("prime").sub)
    assert claims(gbizid, before)["azp"] == claims(gbizid, after)["azp"] == "hub"
    keys = requests.get(f"{gbizid.oauth}/.well-known/jwks.json", timeout=10).json()["keys"]
    assert len({key["kid"] for key in keys}) == 2
    assert not any({"d", "p", "q"} & key.keys() for key in keys)


ACCOUNTS = [
    ("prime", "corporation"), ("prime", "sole_proprietor"), ("member", "corporation"),
    ("entry", "corporation"), ("entry", "pre_founder"),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "kind"), ACCOUNTS)
def test_userinfo_fits_the_contract(gbizid: Gbizid, type_: str, kind: str) -> None:
    account = gbizid.account(type_, kind)
    told = gbizid.userinfo(gbizid.access_token(account.sub)).json()
    assert faults("UserInfo", told) == []
    assert told["delegation_info"] == {}


def test_the_traps_of_userinfo(gbizid: Gbizid) -> None:
    def told(type_: str, kind: str = "corporation") -> dict[str, Any]:
        token = gbizid.access_token(gbizid.account(type_, kind).sub)
        return dict(gbizid.userinfo(token).json())

    corporation, sole = told("prime"), told("prime", "sole_proprietor")
    member, entry = told("member"), told("entry")
    assert corporation["prefecture_name"].isdigit()
    assert len(corporation["prefecture_name"]) == 2
    assert sole["corp_type"] == "2"
    assert len(sole["corporate_number"]) == 13
    assert "birthday_ymd" not in entry
    assert entry["role"] == {}
    assert entry["verified_claims"] == {
        "verification": {"trust_framework": "jp_gbizid_v1", "assurance_level": "ial1"},
        "claims": {},
    }
    assert member["parent_id"] in {a.sub for a in gbizid.accounts()}
    assert set(member["verified_claims"]["claims"]) == {"authority"}
    assert set(sole["verified_claims"]["claims"]) >= {"address", "birthdate"}
    assert corporation["birthday_ymd"] == corporation["verified_claims"]["claims"][
        "birthdate"
    ].replace("-", "")
    assert set(corporation["verified_claims"]["claims"]) >= {"authority", "family_name"}
    assert "-" not in corporation["user_tel_no_contact"]


@pytest.mark.parametrize(
    ("scope", "opened"),
    [
        ("openid", set()),
        ("openid email", {"email", "user_email"}),
        ("openid mandate", {"mandate_info"}),
        ("openid role", {"role"}),
        ("openid jp_gbizid_v1_ida", {"verified_claims"}),
        ("openid delegation_info", {"delegation_info"}),
    ],
)
def test_a_scope_opens_its_own_attributes_alone(
    gbizid: Gbizid, scope: str, opened: set[str]
) -> None:
    token = gbizid.access_token(gbizid.account("prime").sub, scope)
    assert set(gbizid.userinfo(token).json()) == {"sub", *opened}


def test_an_agent_signs_in_for_the_delegator(gbizid: Gbizid) -> None:
    made = gbizid.delegation()
    token = gbizid.sign_in(f"{made.delegate}#{made.number}")["access_token"]
    told = gbizid.userinfo(token).json()
    info = told["delegation_info"]
    delegator = gbizid.system.register.held[made.delegator].account
    assert faults("DelegationInfo", info, "delegations") == []
    assert told["sub"] == made.delegate
    assert (info["delegation_no"], info["meti_id"]) == (made.number, delegator.number)
    assert info["corp_no"] != told["corporate_number"]
    assert info["address_pref"] == delegator.business.address.place.prefecture
    assert info["delegation_end"].isdigit()
    made.withdrawn_on = gbizid.system.register.today
    assert gbizid.userinfo(token).json()["delegation_info"] == {}
    made.withdrawn_on = None


def test_nobody_signs_in_under_another_ones_delegation(gbizid: Gbizid) -> None:
    made = gbizid.delegation()
    stranger = next(
        a for a in gbizid.accounts()
        if a.type == "prime" and a.sub != made.delegate and a.valid(gbizid.system.register.today)
    )  # fmt: skip
    answer = gbizid.authorize(login_hint=f"{stranger.sub}#{made.number}", scope=EVERY_SCOPE)
    assert answer.status_code == 200
    assert "Location" not in answer.headers
