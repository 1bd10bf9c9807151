"""The attack list of the read API: whatever is wrong with a token, a scope, a purpose, a party."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwk, jws
from sqlalchemy import delete

from api.settings import ApiSettings
from base.errors import SettingsError
from base.settings import Settings
from sso.configuration import read
from sso.sealing import make_key
from sso.subjects import DelegationRef
from sso.tables import TOKEN
from tests.api.running import ALL_PURPOSES, ALL_SCOPES, OPEN_SCOPES, Running, running
from tests.api.world import ACCOUNTS, CLIENT, ISSUER, OWNER

pytestmark = pytest.mark.network

PATH = f"/v1/businesses/{OWNER}"
OWN = [PATH, *(f"{PATH}/{rest}" for rest in ("applications", "plans", "consultations",
                                             "succession-cases"))]  # fmt: skip
GETS = [
    *OWN, "/v1/me", "/v1/audit/me", "/v1/changes", "/v1/programs", "/v1/support-agencies",
    "/v1/it-vendors", "/v1/forms", "/v1/forms/overlap",
]  # fmt: skip


def _refused(answer: Any, status: int, kind: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.json()
    assert told["type"] == f"urn:sme-hub:problem:{kind}"
    assert told["status"] == status


@pytest.mark.parametrize("path", GETS)
def test_without_a_token_nothing_is_said(service: Running, path: str) -> None:
    answer = service.get(path)
    _refused(answer, 401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="sme-hub"'


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"Authorization": "Basic cG9ydGFsOnNlY3JldA=="}, ""),
        ({"Authorization": "Bearer"}, ""),
        ({"Authorization": "Bearer "}, ""),
        ({"Authorization": "DPoP {token}"}, ""),
        ({}, "?access_token={token}"),
        ({"Cookie": "access_token={token}"}, ""),
    ],
)
def test_a_token_elsewhere_is_none(service: Running, headers: dict[str, str], query: str) -> None:
    token = service.token()
    sent = {name: value.format(token=token) for name, value in headers.items()}
    answer = service.session.get(
        service.address + PATH + query.format(token=token), headers=sent, timeout=30
    )
    _refused(answer, 401, "unauthenticated")
    assert "error" not in answer.headers["WWW-Authenticate"]


def _parts(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    header, payload, signature = (
        base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in token.split(".")
    )
    return json.loads(header), json.loads(payload), signature


def _b64(data: bytes | dict[str, Any]) -> str:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _signed(service: Running, header: dict[str, Any], payload: dict[str, Any]) -> str:
    """Signed by the hub's own key, whatever it says."""
    keys = read(service.side, service.settings.service.sealer).keys
    key = keys.signing(time.time())
    return jws.serialize_compact(
        {"alg": "ES256", "kid": key.kid, **header}, json.dumps(payload).encode(), key.key
    )


def _changed(**claims: Any) -> Callable[[Running, str], str]:
    def change(service: Running, token: str) -> str:
        _, payload, _ = _parts(token)
        told = {**payload, **claims}
        return _signed(service, {"typ": "at+jwt"}, {n: v for n, v in told.items() if v is not None})

    return change


def _typed(kind: str | None) -> Callable[[Running, str], str]:
    def change(service: Running, token: str) -> str:
        return _signed(service, {"typ": kind} if kind else {}, _parts(token)[1])

    return change


def _none(_service: Running, token: str) -> str:
    header, payload, _ = _parts(token)
    return f"{_b64({**header, 'alg': 'none'})}.{_b64(payload)}."


def _hs256(service: Running, token: str) -> str:
    header, payload, _ = _parts(token)
    keys = read(service.side, service.settings.service.sealer).keys
    public = json.dumps(keys.signing(time.time()).key.as_dict(private=False)).encode()
    body = f"{_b64({**header, 'alg': 'HS256'})}.{_b64(payload)}"
    return f"{body}.{_b64(hmac.new(public, body.encode(), hashlib.sha256).digest())}"


def _own_key(extra: dict[str, Any] | None = None) -> Callable[[Running, str], str]:
    def change(_service: Running, token: str) -> str:
        header, payload, _ = _parts(token)
        key = jwk.ECKey.generate_key("P-256")
        told = {**header, **(extra or {})}
        if "jwk" in told:
            told["jwk"] = key.as_dict(private=False)
        registry = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
        return jws.serialize_compact(told, json.dumps(payload).encode(), key, registry=registry)

    return change


def _zeroes(_service: Running, token: str) -> str:
    return ".".join([*token.split(".")[:2], _b64(bytes(64))])


def _edited(_service: Running, token: str) -> str:
    head, _, tail = token.split(".")
    payload = {**_parts(token)[1], "sub": ACCOUNTS[CLIENT]}
    return f"{head}.{_b64(payload)}.{tail}"


def _revoked(service: Running, token: str) -> str:
    token_id = _parts(token)[1]["jti"]
    with service.side.write() as connection:
        connection.execute(delete(TOKEN).where(TOKEN.c.token_id == token_id))
    return token


BAD: dict[str, Callable[[Running, str], str]] = {
    "audience": _changed(aud="http://other.test"),
    "audience with a slash": _changed(aud="http://api.test/"),
    "audiences": _changed(aud=["http://api.test"]),
    "issuer": _changed(iss="http://evil.test"),
    "expired": _changed(exp=1_700_000_000),
    "no end": _changed(exp=None),
    "end as text": _changed(exp="4102444800"),
    "not yet": _changed(nbf=4_102_444_800),
    "no id": _changed(jti=None),
    "scope as list": _changed(scope=["business:read"]),
    "bound to a key": _changed(cnf={"jkt": "x"}),
    "other type": _typed("JWT"),
    "no type": _typed(None),
    "id token": _typed("id+jwt"),
    "unsigned": _none,
    "by the public key as a secret": _hs256,
    "own key under the same kid": _own_key(),
    "key in the header": _own_key({"jwk": {}}),
    "key set in the header": _own_key({"jku": "http://127.0.0.1:1/jwks"}),
    "certificate in the header": _own_key({"x5u": "http://127.0.0.1:1/cert"}),
    "unknown kid": _own_key({"kid": "other"}),
    "zeroes": _zeroes,
    "edited": _edited,
    "revoked": _revoked,
    "garbage": lambda _service, _token: "garbage",
    "five parts": lambda _service, _token: "a.b.c.d.e",
    "huge": lambda _service, token: token + "a" * 9000,
}


@pytest.mark.parametrize("what", BAD)
def test_a_token_that_does_not_hold(service: Running, what: str) -> None:
    answer = service.get(PATH, str(BAD[what](service, service.token())))
    _refused(answer, 401, "invalid-token")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


SCOPES = {
    PATH: "business:read", f"{PATH}/applications": "applications:read",
    f"{PATH}/plans": "plans:read", f"{PATH}/consultations": "consultations:read",
    f"{PATH}/succession-cases": "succession:read", "/v1/audit/me": "audit:read",
    "/v1/changes": "changes:read", "/v1/programs": "directory:read",
    "/v1/support-agencies": "directory:read", "/v1/it-vendors": "directory:read",
    "/v1/forms": "forms:read", "/v1/forms/overlap": "forms:read",
}  # fmt: skip


@pytest.mark.parametrize("path", SCOPES)
def test_a_scope_that_is_missing_is_named(service: Running, path: str) -> None:
    scope = SCOPES[path]
    answer = service.get(path, service.token(scopes=ALL_SCOPES - {scope}))
    _refused(answer, 403, "insufficient-scope")
    challenge = answer.headers["WWW-Authenticate"]
    assert f'error="insufficient_scope", scope="{scope}"' in challenge
    assert service.get(path, service.token(scopes=frozenset({scope}))).status_code == 200


PURPOSES = {
    PATH: {"application_status", "prefill"}, f"{PATH}/applications": {"application_status"},
    f"{PATH}/plans": {"application_status"}, f"{PATH}/consultations": {"consultation"},
    f"{PATH}/succession-cases": {"succession"}, "/v1/changes": {"application_status"},
}  # fmt: skip


@pytest.mark.parametrize("path", PURPOSES)
def test_a_token_for_another_purpose_is_refused(service: Running, path: str) -> None:
    other = ALL_PURPOSES - PURPOSES[path]
    _refused(service.get(path, service.token(purposes=frozenset(other))), 403, "purpose")


def test_a_confidential_purpose_is_needed_for_values_of_cases(service: Running) -> None:
    token = service.token(purposes=frozenset({"prefill"}))
    assert "has_successor" not in service.get(PATH, token).json()["fields"]


def test_an_agent_without_a_delegation_or_beyond_it_is_refused(service: Running) -> None:
    path = f"/v1/businesses/{CLIENT}"
    actor = (ISSUER, ACCOUNTS[OWNER])
    _refused(service.get(path, service.token(CLIENT, actors=(actor,))), 403, "delegation")
    assert service.get(path, service.agent()).status_code == 200
    for rest in ("consultations", "succession-cases"):
        _refused(service.get(f"{path}/{rest}", service.agent()), 403, "delegation")
    for path in ("/v1/changes", "/v1/audit/me"):
        _refused(service.get(path, service.agent()), 403, "delegation")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("HUB_API_AGENTS", '{"changes": "*"}'),
        ("HUB_API_AGENTS", '{"audit": ["K01"]}'),
        ("HUB_API_DELEGATIONS", "JGRTS"),
        ("HUB_API_DELEGATIONS", '{"JGRTS": "subsidy"}'),
        ("HUB_API_DELEGATIONS", '{"JGRTS/K01/P1/x": ["subsidy"]}'),
        ("HUB_API_DELEGATIONS", '{"JGRTS/": ["subsidy"]}'),
        ("HUB_API_DELEGATIONS", '{"JGRTS": {"subsidy.applications": ["applications"]}}'),
        ("HUB_API_DELEGATIONS", '{"JGRTS": {"subsidy.applications": "call_application"}}'),
    ],
)
def test_what_opens_too_much_or_says_nothing_is_no_setting(name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=name):
        ApiSettings.of(Settings.load({"HUB_SSO_KEY": make_key(), name: text}))


def test_the_narrowest_word_of_what_a_delegation_opens_counts(tmp_path: Any) -> None:
    opened = {"JGRTS": ["subsidy"], "JGRTS/K03": [], "JGRTS/K01/P0101": ["subsidy"]}
    with running(tmp_path, delegations=json.dumps(opened)) as one:
        path = f"/v1/businesses/{CLIENT}/applications"
        seen = {
            (category, only): len(one.get(path, one.agent(category, only=only)).json()["items"])
            for category in ("K01", "K02", "K03")
            for only in (None, "P0101")
        }
    assert seen == {
        ("K01", None): 3, ("K01", "P0101"): 3, ("K02", None): 3, ("K02", "P0101"): 0,
        ("K03", None): 0, ("K03", "P0101"): 0,
    }  # fmt: skip


def test_a_delegation_outside_the_category_is_refused(tmp_path: Any) -> None:
    agents = json.dumps({"applications": ["K01"]})
    with running(tmp_path, agents=agents) as one:
        path = f"/v1/businesses/{CLIENT}/applications"
        assert one.get(path, one.agent("K01")).status_code == 200
        _refused(one.get(path, one.agent("K02")), 403, "delegation")
        _refused(one.get(f"/v1/businesses/{CLIENT}", one.agent("K01")), 403, "delegation")


def test_a_client_of_its_own_represents_nobody(service: Running) -> None:
    token = service.token(None)
    assert service.get("/v1/programs", token).status_code == 200
    told = service.get("/v1/me", token).json()
    assert (told["subject"], told["business"], told["may_represent"]) == (None, None, [])
    _refused(service.get(PATH, token), 404, "not-found")
    _refused(service.get("/v1/audit/me", token), 404, "not-found")
    _refused(service.get("/v1/changes", token), 404, "not-found")


def test_what_no_route_knows_is_told_as_a_problem(service: Running) -> None:
    token = service.token()
    _refused(service.get("/v2/me", token), 404, "not-found")
    answer = service.session.delete(service.address + "/v1/me", timeout=30)
    _refused(answer, 405, "method")
    assert answer.headers["Allow"] == "GET"
    _refused(service.get(f"{PATH}?asof=2020-01-01", token), 422, "invalid")
    told = service.get(f"{PATH}/applications?limit=0", token)
    _refused(told, 422, "invalid")
    assert told.json()["errors"] == [{"where": "query.limit", "what": "greater_than_equal"}]


@pytest.mark.parametrize(
    "cursor", ["", "x", "W10", "WzFd", "bnVsbA", "WyIyMDI2IiwgIngiXQ", "e30", "%00", "あ"]
)
@pytest.mark.parametrize("path", [f"{PATH}/applications", "/v1/audit/me", "/v1/programs"])
def test_a_cursor_from_elsewhere_is_refused(service: Running, path: str, cursor: str) -> None:
    answer = service.get(path, service.token(), params={"cursor": cursor})
    assert answer.status_code in {200, 400}
    if answer.status_code == 400:
        _refused(answer, 400, "bad-cursor")


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/v1/programs", [10**30]), ("/v1/programs", [-(10**30)]),
        ("/v1/audit/me", ["2026-11-01T00:00:00+00:00", "\ud800"]),
        ("/v1/audit/me", ["2026-11-01T00:00:00+00:00", "\0"]),
        ("/v1/changes", ["\ud800"]), ("/v1/changes", ["\0"]),
    ],
)  # fmt: skip
def test_a_cursor_that_no_store_can_be_asked_for_is_refused(
    service: Running, path: str, key: list[Any]
) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")
    answer = service.get(path, service.token(), params={"cursor": cursor})
    _refused(answer, 400, "bad-cursor")


@pytest.mark.parametrize("name", ["q", "region", "topic"])
def test_a_nul_is_refused_before_any_store_is_asked(service: Running, name: str) -> None:
    answer = service.get("/v1/programs", service.token(), params={name: "設備\0"})
    _refused(answer, 422, "invalid")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_are_answered(service: Running, day: str) -> None:
    assert service.get(f"{PATH}?as_of={day}", service.token()).status_code in {200, 404}
    form = service.get("/v1/forms", service.token()).json()["items"][0]["id"]
    answer = service.session.post(
        f"{service.address}/v1/forms/{form}/prefill",
        json={"day": day},
        headers={"Authorization": f"Bearer {service.token()}"},
        timeout=30,
    )
    assert answer.status_code in {200, 404, 422}, answer.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422), (b"[]", 422), (b"\xff", 400), (b"{\"answers\": 1}", 422),
        (b"x" * 1_100_000, 413), (b'{"answers": {}, "more": 1}', 422),
        (b"[" * 50_000, 400),
    ],
)  # fmt: skip
def test_a_body_that_is_none(service: Running, body: bytes, status: int) -> None:
    form = service.get("/v1/forms", service.token()).json()["items"][0]["id"]
    answer = service.session.post(
        f"{service.address}/v1/forms/{form}/check",
        data=body,
        headers={
            "Authorization": f"Bearer {service.token()}", "Content-Type": "application/json",
        },
        timeout=30,
    )  # fmt: skip
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_nothing_is_told_when_the_audit_is_away(tmp_path: Any) -> None:
    with running(tmp_path) as one:
        token = one.token()
        assert one.get(PATH, token).status_code == 200
        with one.side.write() as connection:
            connection.exec_driver_sql("ALTER TABLE audit_row RENAME TO audit_row_away")
        answer = one.get(PATH, token)
        _refused(answer, 503, "unavailable")
        assert answer.headers["Retry-After"] == "5"
        with one.side.write() as connection:
            connection.exec_driver_sql("ALTER TABLE audit_row_away RENAME TO audit_row")
        assert one.get(PATH, token).status_code == 200


def test_too_many_requests_of_one_client_leave_others_alone(tmp_path: Any) -> None:
    with running(tmp_path, rate=0.02) as one:
        busy, other = one.token(), one.token(client_id="desk")
        answers = [one.get("/v1/me", busy) for _ in range(8)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert refused
        _refused(refused[0], 429, "too-many")
        assert int(refused[0].headers["Retry-After"]) > 0
        assert one.get("/v1/me", other).status_code == 200


def test_a_refusal_repeats_nothing_that_was_sent(service: Running) -> None:
    token = service.token()
    for path in ("/v1/<script>", f"{PATH}?as_of=<script>", "/v1/programs?limit=<script>"):
        assert "script" not in service.get(path, token).text


def test_security_headers_stand_on_every_answer(service: Running) -> None:
    for path in ("/v1/me", "/nowhere", "/health", "/openapi.json"):
        headers = service.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "server" not in headers


def test_open_scopes_are_those_that_open_no_secret() -> None:
    assert {"consultations:read", "succession:read"} == ALL_SCOPES - OPEN_SCOPES
    assert DelegationRef("D-1", "JGRTS", "K01").procedure is None
