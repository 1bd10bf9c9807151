"""Attacks on the presented token, the target and the scope: the error each must get."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import requests
from joserfc import jwk, jwt

from sso.model import Rule
from tests.sso.attacks.test_client_and_form import refused
from tests.sso.doubles import ENTRY, OWNER, PROVIDER
from tests.sso.running import ACCESS, API, NO_AGENT, OTHER, SUBSIDY, Running, claims_of

pytestmark = pytest.mark.network
Attack = Callable[[Running], requests.Response]
REQUEST, TARGET, SCOPE = "invalid_request", "invalid_target", "invalid_scope"


def own(s: Running, client: str = "desk", **claims: Any) -> str:
    return s.signed_in(client, "owner", **claims)


def forged(
    s: Running,
    key: jwk.Key | None = None,
    header: dict[str, Any] | None = None,
    alg: str = "ES256",
    **claims: Any,
) -> str:
    """A token like the hub's, signed by somebody else; `claims` replace, None takes away."""
    good = own(s)
    told = {**claims_of(good), **claims}
    told = {name: value for name, value in told.items() if value is not None}
    head = {**json.loads(base64.urlsafe_b64decode(good.split(".")[0] + "==")), **(header or {})}
    head["alg"] = alg
    return jwt.encode(head, told, key or jwk.ECKey.generate_key("P-256"), algorithms=[alg])


def edited(token: str, **claims: Any) -> str:
    """The payload changed, the signature kept."""
    head, _, signature = token.split(".")
    payload = json.dumps({**claims_of(token), **claims}).encode()
    return f"{head}.{base64.urlsafe_b64encode(payload).decode().rstrip('=')}.{signature}"


def unsigned(s: Running) -> str:
    _, payload, _ = own(s).split(".")
    head = base64.urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt","kid":"x"}').decode()
    return f"{head.rstrip('=')}.{payload}."


def zeros(s: Running) -> str:
    head, payload, _ = own(s).split(".")
    return f"{head}.{payload}.{base64.urlsafe_b64encode(bytes(64)).decode().rstrip('=')}"


def by_public_key(s: Running) -> str:
    published = requests.get(f"{s.address}/jwks", timeout=20).json()["keys"][0]
    pem = jwk.ECKey.import_key(published).as_pem(private=False)
    secret = jwk.OctKey.import_key(base64.urlsafe_b64encode(pem).decode())
    return forged(s, secret, alg="HS256")


def key_in_header(s: Running) -> str:
    key = jwk.ECKey.generate_key("P-256")
    return forged(s, key, header={"jwk": key.as_dict(private=False)})


def revoked(s: Running) -> str:
    token = own(s)
    assert s.post({"token": token}, path="/revoke", basic="desk").status_code == 200
    return token


def provider_token(**claims: Any) -> str:
    """A token that looks like the identity provider's."""
    now = int(time.time())
    told = {"iss": PROVIDER, "sub": OWNER[1], "azp": "x", "iat": now, "exp": now + 60, **claims}
    return jwt.encode({"alg": "ES256"}, told, jwk.ECKey.generate_key("P-256"))


def given(token: Callable[[Running], str], **changed: str | None) -> Attack:
    return lambda s: s.exchange(token(s), **changed)  # type: ignore[arg-type]


def expired(s: Running) -> str:
    now = int(time.time())
    return own(s, issued_at=now - 700, expires_at=now - 100)


SUBJECT: Mapping[str, tuple[Attack, str]] = {
    "missing": (given(own, subject_token=None), REQUEST),
    "empty": (given(own, subject_token=""), REQUEST),
    "without type": (given(own, subject_token_type=None), REQUEST),
    "saml2": (given(own, subject_token_type="urn:ietf:params:oauth:token-type:saml2"), REQUEST),
    "declared as id_token": (
        given(own, subject_token_type="urn:ietf:params:oauth:token-type:id_token"), REQUEST),
    "type without token": (given(own, subject_token=None, subject_token_type=ACCESS), REQUEST),
    "actor token of somebody else": (
        given(own, actor_token="x", actor_token_type=ACCESS), REQUEST),
    "actor token without type": (given(own, actor_token="x"), REQUEST),
    "actor type without token": (given(own, actor_token_type=ACCESS), REQUEST),
    "garbage": (given(lambda s: "garbage"), REQUEST),
    "three garbage parts": (given(lambda s: "a.b.c"), REQUEST),
    "five-part JWE": (given(lambda s: "a.b.c.d.e"), REQUEST),
    "foreign issuer": (given(lambda s: provider_token(iss="https://evil.test")), REQUEST),
    "identity provider's own, at a broker's client": (given(lambda s: provider_token()), REQUEST),
    "issuer with a slash": (given(lambda s: forged(s, iss=s.issuer + "/")), REQUEST),
    "issuer as a list": (given(lambda s: forged(s, iss=[s.issuer])), REQUEST),
    "forged under the same kid": (given(forged), REQUEST),
    "key in the header": (given(key_in_header), REQUEST),
    "jku in the header": (given(lambda s: forged(s, header={"jku": "https://evil.test"})), REQUEST),
    "kid that is a path": (given(lambda s: forged(s, header={"kid": "../../x"})), REQUEST),
    "alg none": (given(unsigned), REQUEST),
    "signature of zeros": (given(zeros), REQUEST),
    "HS256 with the public key": (given(by_public_key), REQUEST),
    "edited payload": (given(lambda s: edited(own(s), sub=ENTRY[1])), REQUEST),
    "expired": (given(expired), REQUEST),
    "of the future": (given(lambda s: own(s, issued_at=int(time.time()) + 999)), REQUEST),
    "of another client": (given(lambda s: own(s, "portal")), REQUEST),
    "for another system": (given(lambda s: s.issue(audience=OTHER)), REQUEST),
    "a client's own token": (
        given(lambda s: s.issue(client_id="desk", audience=s.issuer, subject=None)), REQUEST),
    "without a session": (given(lambda s: s.issue(client_id="desk", audience=s.issuer)), REQUEST),
    "revoked": (given(revoked), REQUEST),
    "of a session that the provider refuses": (given(lambda s: s.signed_in("desk", "gone")),
                                               REQUEST),
    "requested refresh_token": (
        given(own, requested_token_type="urn:ietf:params:oauth:token-type:refresh_token"), REQUEST),
    "requested saml2": (
        given(own, requested_token_type="urn:ietf:params:oauth:token-type:saml2"), REQUEST),
    "purpose that no rule has": (given(own, purpose="marketing"), REQUEST),
}  # fmt: skip


TARGETS: Mapping[str, tuple[Attack, str]] = {
    "none": (given(own, audience=None), TARGET),
    "unknown": (given(own, audience="https://nobody.test"), TARGET),
    "audience ≠ resource": (given(own, resource=SUBSIDY), TARGET),
    "trailing slash": (given(own, audience=API + "/"), TARGET),
    "other case": (given(own, audience=API.upper()), TARGET),
    "the hub itself": (lambda s: s.exchange(own(s), audience=s.issuer), TARGET),
    "not on the client's list": (given(own, audience=OTHER, scope="other:read"), TARGET),
    "client without any rule": (lambda s: s.exchange(own(s, "stranger"), "stranger"), TARGET),
    "account below the audience's assurance": (
        given(lambda s: s.signed_in("desk", "entry"), audience=SUBSIDY), TARGET),
    "scope of another audience": (given(own, scope="other:read"), SCOPE),
    "scope beyond the client": (given(own, audience=SUBSIDY, scope="applications:write"), SCOPE),
    "unknown scope": (given(own, scope="no:such"), SCOPE),
    "*": (given(own, scope="*"), SCOPE),
    "one good, one too much": (given(own, scope="applications:read admin"), SCOPE),
    "two spaces": (given(own, scope="applications:read  plans:read"), SCOPE),
    "client_credentials beyond": (
        lambda s: s.post({"grant_type": "client_credentials", "audience": API,
                          "scope": "plans:read"}, basic="desk"), SCOPE),
    "delegate at a client that has no rule for one": (
        lambda s: s.exchange(s.signed_in("desk", "agent")), TARGET),
    "delegation for another category": (
        lambda s: s.exchange(s.signed_in("portal", "agent-other-category"), "portal"), TARGET),
    "delegation withdrawn since sign-in": (
        lambda s: s.exchange(s.signed_in("portal", "agent-withdrawn"), "portal"), TARGET),
    "delegator = delegate": (
        lambda s: s.exchange(s.signed_in("portal", "agent-of-itself"), "portal"), TARGET),
    "an agent who names no programme": (
        lambda s: s.exchange(s.signed_in("portal", "agent"), "portal", audience=SUBSIDY), TARGET),
    "an agent in a programme without agents": (
        lambda s: s.exchange(s.signed_in("portal", "agent"), "portal", audience=SUBSIDY,
                             programme=NO_AGENT), TARGET),
    "the same programme in other letters": (
        lambda s: s.exchange(s.signed_in("portal", "agent"), "portal", audience=SUBSIDY,
                             programme=NO_AGENT.lower()), TARGET),
    "the same programme and a blank": (
        lambda s: s.exchange(s.signed_in("portal", "agent"), "portal", audience=SUBSIDY,
                             programme=f"{NO_AGENT} "), TARGET),
    "the same programme and what nobody sees": (
        lambda s: s.exchange(s.signed_in("portal", "agent"), "portal", audience=SUBSIDY,
                             programme=f"{NO_AGENT}\u200b"), TARGET),
    "a programme longer than any": (given(own, programme="P" * 9000), TARGET),
}  # fmt: skip


@pytest.mark.parametrize("attack", SUBJECT, ids=str)
def test_subjects(on_sqlite: Running, attack: str) -> None:
    act, error = SUBJECT[attack]
    refused(act(on_sqlite), 400, error)


@pytest.mark.parametrize("attack", TARGETS, ids=str)
def test_targets_and_scopes(on_sqlite: Running, attack: str) -> None:
    act, error = TARGETS[attack]
    refused(act(on_sqlite), 400, error)


@pytest.mark.parametrize("name", ["audience", "resource"])
def test_two_targets(on_sqlite: Running, name: str) -> None:
    form = [("grant_type", "client_credentials"), (name, API), (name, SUBSIDY)]
    refused(on_sqlite.post(form, basic="desk"), 400, TARGET)


@pytest.mark.parametrize("name", ["subject_token", "subject_token_type", "scope", "grant_type"])
def test_repeated(on_sqlite: Running, name: str) -> None:
    form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", own(on_sqlite)), ("subject_token_type", ACCESS),
        ("audience", API), ("scope", "applications:read"),
    ]  # fmt: skip
    assert on_sqlite.post(form, basic="desk").status_code == 200
    twice = [*form, next(pair for pair in form if pair[0] == name)]
    refused(on_sqlite.post(twice, basic="desk"), 400, REQUEST)


@pytest.mark.parametrize("session", ["away", "agent-away"])
def test_silence_of_the_provider_is_no_answer(service: Running, session: str) -> None:
    answer = service.exchange(service.signed_in("portal", session), "portal")
    refused(answer, 503, "temporarily_unavailable")
    assert answer.headers["Retry-After"] == "7"
    assert service.audited()[-1].rule == "identity_provider.away"


def test_what_a_client_claims_about_the_user_is_ignored(service: Running) -> None:
    answer = service.exchange(
        own(service), act="x", sub=ENTRY[1], corporate_number="1234567890123", delegation="D-K01"
    )
    claims = claims_of(answer.json()["access_token"])
    assert claims["sub"] == OWNER[1]
    assert "act" not in claims
    assert "delegation" not in claims


def test_the_direct_profile_is_for_clients_that_have_it(service: Running) -> None:
    answer = service.exchange(provider_token(), "direct")
    assert answer.status_code == 200, answer.text
    assert claims_of(answer.json()["access_token"])["sub"] == OWNER[1]
    refused(service.exchange(provider_token(), "desk"), 400, REQUEST)


def test_a_programme_with_agents(service: Running) -> None:
    answer = service.exchange(
        service.signed_in("portal", "agent"), "portal", audience=SUBSIDY, programme="P-1"
    )
    assert claims_of(answer.json()["access_token"])["programme"] == "P-1"


def test_a_refusal_after_many_rules_is_a_refusal(service: Running) -> None:
    more = [
        Rule(f"portal-agent-more-{n}", "portal", API, frozenset({"applications:read"}),
             frozenset({"application_status"}), "delegate", "ial2", "JGRTS", f"K1{n}")
        for n in range(10)
    ]  # fmt: skip
    for rule in more:
        service.register.add_rule(rule)
    try:
        answer = service.exchange(service.signed_in("portal", "agent-withdrawn"), "portal")
        refused(answer, 400, TARGET)
    finally:
        for rule in more:
            service.register.remove_rule(rule.rule_id)
